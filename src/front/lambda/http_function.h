// Reads over HTTP events: the request an event stands for goes to the handler that the HTTP front
// has, and what it would have sent becomes the event's answer. Nothing is decided here but the
// form.
//
// An event that is none of HTTP fails the invocation; what a client did wrong is an answer.
// Thread rule: as Function. Ownership: borrows service, handler and metrics.
#pragma once

#include <string>
#include <vector>

#include "front/http/exchange.h"
#include "front/http/front_metrics.h"
#include "front/http/outbox.h"
#include "front/lambda/function.h"
#include "wire/http_field.h"
#include "wire/lambda/http_answer.h"
#include "wire/lambda/http_event.h"

namespace aside::front::lambda {

class HttpFunction final : public Function {
  public:
    HttpFunction(runtime::Worker& worker, Service& service, Handler& handler, FrontMetrics& metrics,
                 wire::HttpEventOptions options);

    runtime::Task<std::expected<std::string_view, FunctionError>> invoke(
        const Invocation& invocation, SteadyTime deadline) override;

  private:
    using Encoded = std::expected<std::string_view, FunctionError>;

    runtime::Task<Encoded> answer(const wire::HttpEvent& event, const wire::RequestHead& head,
                                  SteadyTime deadline);
    Encoded refuse(const wire::HttpEvent& event, const wire::Refusal& refusal);
    Exchange exchange_for(const wire::RequestHead& head, SteadyTime deadline);
    Encoded encode(const wire::AnswerForm& form, Exchange& exchange);
    Result<void> append_answer(const wire::AnswerForm& form, unsigned status);

    runtime::Worker& worker_;
    Service& service_;
    Handler& handler_;
    FrontMetrics& metrics_;
    const wire::HeadLimits limits_;
    wire::HttpEventDecoder decoder_;
    Outbox outbox_;
    Scratch scratch_;
    const bool draining_ = false;
    std::string json_;
    std::vector<wire::HttpField> fields_;
    std::vector<std::string_view> body_;
};

}  // namespace aside::front::lambda
