// The admin calls that change something: writes through the origin, and invalidations, each
// answered with the tiers that are done.
//
// Thread rule: the exchange's worker.
#pragma once

#include "front/http/admin_route.h"
#include "front/http/exchange.h"
#include "front/http/options.h"

namespace aside::front {

// {"key":"a","done":true,"tiers":{"origin":true,"l2":null,"l1":true}}; l2 is null where there is
// none.
runtime::Task<> answer_write(Exchange& exchange, Service& service, const AdminOptions& options,
                             AdminRoute route);

// {"items":[…],"objects":[…]} with an entry like the above for each key, or
// {"key":…,"done":false,"error":…}. The status is 200 only when every key is done in every tier,
// else that of the first that is not: 503 when L2 did not confirm it, that of its error, or 502.
runtime::Task<> answer_invalidate(Exchange& exchange, Service& service,
                                  const AdminOptions& options);

}  // namespace aside::front
