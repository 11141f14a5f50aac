// POST /items:batch {"ids":[…]}: many items in one answer, in the order asked for, each with its
// own status.
//
//   {"items":[{"id":"a","status":200,"item":{"id":"a","values":[…]}},{"id":"b","status":404,"problem":{…}}]}
//
// Items not in memory are loaded at the same time. Thread rule: the exchange's worker. Ownership:
// the outbox owns the answers.
#pragma once

#include "front/http/exchange.h"
#include "front/http/options.h"

namespace aside::front {

runtime::Task<> answer_batch(Exchange& exchange, Service& service, const PublicOptions& options,
                             SteadyTime deadline);

}  // namespace aside::front
