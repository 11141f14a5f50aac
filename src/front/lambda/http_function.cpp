#include "front/lambda/http_function.h"

#include "front/http/reply.h"

namespace aside::front::lambda {

namespace {

FunctionError bad_event(std::string why) {
    return {.type = "Function.BadEvent", .message = std::move(why)};
}

// Ours, as reply.h writes it: a status line, then "Name: value" lines, then an empty one.
void read_fields(std::string_view head, std::vector<wire::HttpField>& into) {
    into.clear();
    constexpr std::string_view kEnd = "\r\n", kColon = ": ";
    head.remove_prefix(head.find(kEnd) + kEnd.size());
    while (!head.empty()) {
        const std::string_view line = head.substr(0, head.find(kEnd));
        head.remove_prefix(line.size() + kEnd.size());
        const std::size_t colon = line.find(kColon);
        into.push_back({line.substr(0, colon), line.substr(colon + kColon.size())});
    }
}

}  // namespace

HttpFunction::HttpFunction(runtime::Worker& worker, Service& service, Handler& handler,
                           FrontMetrics& metrics, wire::HttpEventOptions options)
    : worker_(worker),
      service_(service),
      handler_(handler),
      metrics_(metrics),
      limits_(options.limits),
      decoder_(std::move(options)) {}

runtime::Task<std::expected<std::string_view, FunctionError>> HttpFunction::invoke(
    const Invocation& invocation, SteadyTime deadline) {
    const SteadyTime begun = worker_.now();
    outbox_.clear();
    const auto event = decoder_.decode(invocation.event);
    if (!event) co_return std::unexpected(bad_event(event.error().detail));
    if (event->form.sender == wire::HttpSender::none)
        co_return std::unexpected(bad_event("not an event of HTTP: its handler is another one"));
    if (event->refusal) co_return refuse(*event, *event->refusal);
    if (event->body.size() > handler_.max_body_bytes())
        co_return refuse(*event, {.status = 413, .why = "the body is too large"});
    const auto head = wire::parse_head(event->head, limits_);
    if (!head) co_return refuse(*event, head.error());
    auto answered = co_await answer(*event, *head, deadline);
    metrics_.took(worker_.index(), worker_.now() - begun);
    co_return answered;
}

Exchange HttpFunction::exchange_for(const wire::RequestHead& head, SteadyTime deadline) {
    return {.worker = worker_,
            .head = head,
            .outbox = outbox_,
            .date = {},  // the sender's to say
            .scratch = &scratch_,
            .now = worker_.now(),
            .deadline = deadline,
            .draining = draining_};
}

runtime::Task<HttpFunction::Encoded> HttpFunction::answer(const wire::HttpEvent& event,
                                                          const wire::RequestHead& head,
                                                          SteadyTime deadline) {
    Exchange exchange = exchange_for(head, deadline);
    {
        const ReadSection section(service_.epochs(), worker_.index());
        if (handler_.answer_at_once(exchange)) co_return encode(event.form, exchange);
    }
    exchange.scratch = nullptr;
    exchange.body = event.body;
    co_await handler_.answer(exchange);
    co_return encode(event.form, exchange);
}

HttpFunction::Encoded HttpFunction::refuse(const wire::HttpEvent& event,
                                           const wire::Refusal& refusal) {
    const wire::RequestHead nothing;
    Exchange exchange = exchange_for(nothing, kNever);
    reply_problem(exchange, {.status = refusal.status, .detail = std::string(refusal.why)});
    return encode(event.form, exchange);
}

HttpFunction::Encoded HttpFunction::encode(const wire::AnswerForm& form, Exchange& exchange) {
    auto appended = append_answer(form, exchange.status);
    if (!appended && appended.error().code == Errc::too_large) {
        outbox_.clear();
        reply_problem(exchange, {.status = 502, .detail = appended.error().detail});
        appended = append_answer(form, exchange.status);
    }
    metrics_.answered(worker_.index(), exchange.status);
    if (!appended) return std::unexpected(bad_event(appended.error().detail));
    metrics_.sent(worker_.index(), json_.size());
    return json_;
}

// The head lies whole in the first piece, with what text the body begins with behind it.
Result<void> HttpFunction::append_answer(const wire::AnswerForm& form, unsigned status) {
    constexpr std::string_view kHeadEnd = "\r\n\r\n";
    const auto pieces = outbox_.pieces();
    const std::string_view first = pieces.front();
    const std::size_t end = first.find(kHeadEnd);
    read_fields(first.substr(0, end + 2), fields_);
    body_.assign(pieces.begin(), pieces.end());
    body_.front().remove_prefix(end + kHeadEnd.size());
    json_.clear();
    return wire::append_http_answer(json_, form,
                                    {.status = status, .fields = fields_, .body = body_});
}

}  // namespace aside::front::lambda
