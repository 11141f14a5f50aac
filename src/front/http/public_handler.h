// The public port: reads of items and objects, and batches of items. No caching decision is made
// here: the Service decides, this encodes.
//
// Thread rule: shared by all workers; holds nothing that changes.
#pragma once

#include <algorithm>

#include "front/http/exchange.h"
#include "front/http/options.h"
#include "front/http/public_route.h"
#include "front/http/read_answer.h"

namespace aside::front {

class PublicHandler final : public Handler {
  public:
    // `service` must outlive it.
    PublicHandler(Service& service, PublicOptions options);

    bool answer_at_once(Exchange& exchange) override;
    runtime::Task<> answer(Exchange& exchange) override;
    std::uint64_t max_body_bytes() const override { return options_.max_body_bytes; }

  private:
    bool try_read(Exchange& exchange, const PublicRoute& route, Answer& answer);
    void reply_read(Exchange& exchange, const PublicRoute& route, const Answer& answer,
                    Scratch& scratch) const;
    SteadyTime deadline(const Exchange& exchange) const {
        return std::min(exchange.deadline, exchange.now + options_.request_timeout);
    }

    Service& service_;
    const PublicOptions options_;
    const ReadAnswerStyle style_;
};

}  // namespace aside::front
