// For tests of the guard: a store as a queueing model (so many servers, each busy for a drawn time,
// one line before them) whose speed and troubles the test sets while loads run.
#pragma once

#include <cmath>
#include <vector>

#include "engine/admission_queue.h"
#include "engine/ports/origin.h"

namespace aside::engine {

class ModelledStore final : public Index, public ObjectStore {
  public:
    explicit ModelledStore(unsigned servers, Duration service_time)
        : service(service_time), line_(servers, 1'000'000) {}

    Duration service;      // the median of what one load takes a server
    double slow_part = 0;  // of loads take `slow_by` longer, without a server
    Duration slow_by{};
    double throttled_part = 0;  // are answered "503 SlowDown" at once
    double failed_part = 0;     // fail at once
    bool dead = false;          // nothing is answered before its deadline
    bool absent = false;        // nothing exists
    bool hedged = false;

    void set_servers(unsigned servers, SteadyTime now) { line_.set_capacity(servers, now); }
    bool hedging_helps() const override { return hedged; }

    std::uint64_t asked = 0, answered = 0;
    unsigned in_flight = 0, most_in_flight = 0;
    std::vector<SteadyTime> asked_at;

    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override {
        const Result<void> done = co_await work(worker, request.deadline);
        if (!done) co_return fail(done.error());
        if (absent) co_return LoadedObject{};
        const std::string body = "{\"key\":\"" + reference.key + "\"}";
        if (request.admit && !request.admit(body.size()))
            co_return std::unexpected(Error{Errc::bytes_in_flight, {}, body.size()});
        ++answered;
        co_return LoadedObject{LoadState::found, body, {}};
    }
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest request) override {
        const Result<void> done = co_await work(worker, request.deadline);
        if (!done) co_return fail(done.error());
        if (absent) co_return LoadedIndex{};
        co_return LoadedIndex{LoadState::found, {{id, ""}}, {}};
    }
    runtime::Task<Result<void>> put(runtime::Worker&, Reference, std::string) override {
        co_return fail(Errc::read_only);
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, Reference) override {
        co_return fail(Errc::read_only);
    }
    runtime::Task<Result<void>> put(runtime::Worker&, std::string,
                                    std::vector<Reference>) override {
        co_return fail(Errc::read_only);
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, std::string) override {
        co_return fail(Errc::read_only);
    }

  private:
    runtime::Task<Result<void>> work(runtime::Worker& worker, SteadyTime deadline) {
        ++asked;
        asked_at.push_back(worker.now());
        most_in_flight = std::max(most_in_flight, ++in_flight);
        const Result<void> done = co_await serve(worker, deadline);
        --in_flight;
        co_return done;
    }
    runtime::Task<Result<void>> serve(runtime::Worker& worker, SteadyTime deadline) {
        if (dead) {
            co_await runtime::sleep_until(worker, deadline);
            co_return fail(Errc::timed_out, "dead");
        }
        const double draw = worker.random().unit();
        if (draw < throttled_part + failed_part) {
            co_await runtime::sleep_for(worker, std::chrono::milliseconds(1));
            co_return fail(draw < throttled_part ? Errc::throttled : Errc::io, "modelled");
        }
        if (worker.random().unit() < slow_part) co_await runtime::sleep_for(worker, slow_by);
        auto ticket = std::make_shared<AdmissionQueue::Ticket>(Priority::client);
        const Result<void> served = co_await line_.enter(worker, std::move(ticket), 1, kNever);
        if (!served) co_return fail(served.error());
        const double factor = 0.6 + 0.8 * worker.random().unit();
        co_await runtime::sleep_for(
            worker,
            Duration(static_cast<Duration::rep>(static_cast<double>(service.count()) * factor)));
        line_.leave(1);
        co_return Result<void>();
    }
    AdmissionQueue line_;
};

}  // namespace aside::engine
