// The admin port: health, metrics and facts to read; invalidations and writes through the caches.
//
//   GET /metrics /healthz /readyz /status /hot[?limit=] /curve     POST /invalidate
//   PUT, DELETE /objects/{key}[?version=] /items/{id}
//
// Thread rule: shared by all workers; holds nothing that changes but the draining flag.
#pragma once

#include <atomic>

#include "front/http/admin_access.h"
#include "front/http/exchange.h"
#include "front/http/options.h"

namespace aside::front {

class AdminHandler final : public Handler {
  public:
    // `service` must outlive it.
    AdminHandler(Service& service, AdminOptions options);

    bool answer_at_once(Exchange& exchange) override;
    runtime::Task<> answer(Exchange& exchange) override;
    std::uint64_t max_body_bytes() const override { return options_.max_body_bytes; }

    // From here on /readyz says 503. Any thread.
    void start_draining() { draining_.store(true, std::memory_order_relaxed); }

  private:
    void reply_health(Exchange& exchange, const std::string& trouble) const;
    void reply_status(Exchange& exchange) const;
    void reply_curve(Exchange& exchange) const;
    void reply_hot(Exchange& exchange, std::string_view query) const;
    // Empty: ready.
    std::string unready() const;

    Service& service_;
    const AdminOptions options_;
    const AdminAccess access_;
    std::atomic<bool> draining_{false};
};

}  // namespace aside::front
