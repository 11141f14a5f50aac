#include "redis/redis_tier.h"

#include <vector>

#include "redis/control_plane.h"
#include "redis/fill_calls.h"
#include "redis/fill_lanes.h"
#include "redis/tier_state.h"
#include "redis/tier_status.h"
#include "redis/worker_client.h"

namespace aside::redis {

class RedisTier::Impl final : public MapFollower, ReachedNews {
  public:
    Impl(TierOptions options, runtime::Runtime& runtime, telemetry::Registry& registry,
         PasswordSource* passwords, telemetry::Logger* log)
        : state(std::move(options), runtime, registry, passwords, log),
          lanes(state),
          calls(state, lanes),
          control(state, runtime.worker(0), *this),
          clients_(runtime.worker_count()) {
        state.control = &control;
        state.links.news = this;
    }

    // Made by the first who asks, on its worker.
    WorkerClient& client(runtime::Worker& worker) {
        std::unique_ptr<WorkerClient>& client = clients_[worker.index()];
        if (!client) {
            client = std::make_unique<WorkerClient>(state, worker);
            if (state.stopping) client->close();
        }
        return *client;
    }

    void map_changed() override {
        lanes.map_changed();
        on_each_worker([this](runtime::Worker& worker) { client(worker).map_changed(); });
    }
    void servers_back() override {
        lanes.dial_anew();
        on_each_worker([this](runtime::Worker& worker) { client(worker).dial_anew(); });
    }

    void reached(const runtime::Endpoint& node) override {
        if (state.stopping) return;
        state.runtime.worker(0).post([this, node] { control.dial_anew(node); });
        lanes.dial_anew(node);
        on_each_worker([this, node](runtime::Worker& worker) { client(worker).dial_anew(&node); });
    }

    void first_answer_given() {
        if (!state.first_answer_given() || state.stopping) return;
        state.runtime.worker(0).post([this] { control.open_rest(); });
        lanes.open_rest();
        on_each_worker([this](runtime::Worker& worker) {
            client(worker).stand_by_at(state.opening_time(worker));
        });
    }

    void thawed(runtime::Worker& here, SteadyTime since) {
        if (state.stopping) return;
        if (state.links.passwords != nullptr) state.links.passwords->thawed(here.now());
        // At once: other workers, among them maybe the control plane's, hear of it later.
        state.thawed_since.store(since, std::memory_order_relaxed);
        if (state.events != nullptr) state.events->slots_unheard(here, {0, kSlots - 1});
        thaw_worker(here, since);
        on_each_worker([this, &here, since](runtime::Worker& worker) {
            if (&worker != &here) thaw_worker(worker, since);
        });
    }

    void stop() {
        if (state.stopping.exchange(true)) return;
        state.runtime.worker(0).post([this] { control.close(); });
        lanes.close();
        on_each_worker([this](runtime::Worker& worker) { client(worker).close(); });
    }

    TierState state;
    FillLanes lanes;
    FillCalls calls;
    ControlPlane control;

  private:
    void thaw_worker(runtime::Worker& worker, SteadyTime since) {
        client(worker).thawed(since);
        lanes.thawed(worker, since);
        if (worker.index() == 0) control.thawed(since);
    }

    template <class Call>
    void on_each_worker(Call call) {
        for (unsigned i = 0; i < state.runtime.worker_count(); ++i) {
            runtime::Worker& worker = state.runtime.worker(i);
            worker.post([call, &worker] { call(worker); });
        }
    }

    std::vector<std::unique_ptr<WorkerClient>> clients_;
};

RedisTier::RedisTier(TierOptions options, runtime::Runtime& runtime, telemetry::Registry& registry,
                     PasswordSource* passwords, telemetry::Logger* log)
    : impl_(std::make_unique<Impl>(std::move(options), runtime, registry, passwords, log)) {}

RedisTier::~RedisTier() = default;

void RedisTier::start(RemoteEvents& events) {
    impl_->state.events = &events;
    impl_->state.runtime.worker(0).post([impl = impl_.get()] { impl->control.start(); });
}

void RedisTier::stop() {
    impl_->stop();
}

void RedisTier::first_answer_given() {
    impl_->first_answer_given();
}

void RedisTier::thawed(runtime::Worker& here, SteadyTime since) {
    impl_->thawed(here, since);
}

void RedisTier::start_read(runtime::Worker& worker, RemoteRead& read) {
    impl_->client(worker).start_read(read);
}

runtime::Task<LeaseAnswer> RedisTier::take_lease(runtime::Worker& worker, RemoteKey key,
                                                 SteadyTime deadline) {
    return impl_->calls.take_lease(worker, key, deadline);
}

runtime::Task<bool> RedisTier::renew_lease(runtime::Worker& worker, RemoteKey key,
                                           LeaseToken token) {
    return impl_->calls.renew_lease(worker, key, token);
}

void RedisTier::release_lease(runtime::Worker& worker, RemoteKey key, LeaseToken token) {
    impl_->calls.release_lease(worker, key, token);
}

runtime::Task<FillState> RedisTier::fill(runtime::Worker& worker, RemoteFill fill) {
    return impl_->calls.fill(worker, std::move(fill));
}

runtime::Task<Result<void>> RedisTier::invalidate(runtime::Worker& worker, RemoteKey key,
                                                  SteadyTime deadline) {
    return impl_->calls.invalidate(worker, key, deadline);
}

std::uint16_t RedisTier::slot_of(RemoteKey key) const {
    return impl_->state.names.slot(key);
}

std::string RedisTier::status_json() const {
    return describe(impl_->state, impl_->control, impl_->lanes.gates());
}

}  // namespace aside::redis
