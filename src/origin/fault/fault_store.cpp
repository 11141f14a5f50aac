#include "origin/fault/fault_store.h"

namespace aside::origin {
namespace {

// How often a hanging call looks whether the hang is over.
constexpr Duration kHangLook = std::chrono::milliseconds(10);

class CallCount {
  public:
    explicit CallCount(FaultSwitch& faults) : faults_(faults) { faults_.call_begins(); }
    ~CallCount() { faults_.call_ends(); }
    CallCount(const CallCount&) = delete;
    CallCount& operator=(const CallCount&) = delete;

  private:
    FaultSwitch& faults_;
};

runtime::Task<Result<void>> hang(runtime::Worker& worker, FaultSwitch& faults,
                                 SteadyTime deadline) {
    const SteadyTime end = std::min(deadline, worker.now() + kLongestHang);
    while (worker.now() < end) {
        if (faults.plan().hang_rate == 0) co_return Result<void>();
        co_await runtime::sleep_until(worker, std::min(end, worker.now() + kHangLook));
    }
    co_return fail(Errc::timed_out, "a fault that was asked for: no answer");
}

// What every call meets before the store behind is asked. The kind that is left to the caller, or
// the error to answer.
runtime::Task<Result<FaultKind>> meet(runtime::Worker& worker, FaultSwitch& faults,
                                      SteadyTime deadline) {
    const FaultPlan plan = faults.plan();
    Duration wait = plan.latency;
    if (plan.latency_jitter > Duration(0)) {
        const auto jitter = static_cast<std::uint64_t>(plan.latency_jitter.count()) + 1;
        wait += Duration(static_cast<Duration::rep>(worker.random().below(jitter)));
    }
    if (wait > Duration(0)) {
        const SteadyTime when = worker.now() + wait;
        co_await runtime::sleep_until(worker, std::min(when, deadline));
        if (when > deadline) co_return fail(Errc::timed_out, "a fault that was asked for: slow");
    }
    const FaultKind kind = faults.draw(plan, worker.random());
    if (kind == FaultKind::hang) {
        const auto hung = co_await hang(worker, faults, deadline);
        if (!hung) co_return fail(hung.error());
        co_return FaultKind::none;
    }
    if (kind == FaultKind::error) co_return fail(plan.error, "a fault that was asked for");
    co_return kind;
}

}  // namespace

runtime::Task<Result<LoadedObject>> FaultObjects::load(runtime::Worker& worker, Reference reference,
                                                       LoadRequest request) {
    const CallCount counted(*faults_);
    const auto met = co_await meet(worker, *faults_, request.deadline);
    if (!met) co_return fail(met.error());
    if (*met == FaultKind::absent) co_return LoadedObject{};
    auto loaded = co_await behind_->load(worker, std::move(reference), std::move(request));
    if (loaded && *met == FaultKind::damage) loaded->body.resize(loaded->body.size() / 2);
    co_return loaded;
}

runtime::Task<Result<void>> FaultObjects::put(runtime::Worker& worker, Reference reference,
                                              std::string body) {
    const CallCount counted(*faults_);
    const auto met = co_await meet(worker, *faults_, kNever);
    if (!met) co_return fail(met.error());
    const auto put = co_await behind_->put(worker, std::move(reference), std::move(body));
    co_return put;
}

runtime::Task<Result<void>> FaultObjects::remove(runtime::Worker& worker, Reference reference) {
    const CallCount counted(*faults_);
    const auto met = co_await meet(worker, *faults_, kNever);
    if (!met) co_return fail(met.error());
    const auto removed = co_await behind_->remove(worker, std::move(reference));
    co_return removed;
}

runtime::Task<Result<LoadedIndex>> FaultIndex::load(runtime::Worker& worker, std::string id,
                                                    LoadRequest request) {
    const CallCount counted(*faults_);
    const auto met = co_await meet(worker, *faults_, request.deadline);
    if (!met) co_return fail(met.error());
    if (*met == FaultKind::absent) co_return LoadedIndex{};
    auto loaded = co_await behind_->load(worker, std::move(id), std::move(request));
    const bool damaged = loaded && *met == FaultKind::damage;
    if (damaged && !loaded->references.empty()) loaded->references.pop_back();
    co_return loaded;
}

runtime::Task<Result<void>> FaultIndex::put(runtime::Worker& worker, std::string id,
                                            std::vector<Reference> references) {
    const CallCount counted(*faults_);
    const auto met = co_await meet(worker, *faults_, kNever);
    if (!met) co_return fail(met.error());
    const auto put = co_await behind_->put(worker, std::move(id), std::move(references));
    co_return put;
}

runtime::Task<Result<void>> FaultIndex::remove(runtime::Worker& worker, std::string id) {
    const CallCount counted(*faults_);
    const auto met = co_await meet(worker, *faults_, kNever);
    if (!met) co_return fail(met.error());
    const auto removed = co_await behind_->remove(worker, std::move(id));
    co_return removed;
}

}  // namespace aside::origin
