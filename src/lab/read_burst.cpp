#include "lab/read_burst.h"

namespace aside::lab {

namespace {

runtime::Task<> turn(runtime::Worker& worker) {
    co_await runtime::sleep_for(worker, std::chrono::milliseconds(1));
}

}  // namespace

ReadBurst::ReadBurst(LabClient& client, const std::vector<std::string>& keys, Duration patience)
    : client_(client), keys_(keys) {
    client_.run([&](runtime::Worker& worker) {
        const SteadyTime until = worker.now() + patience;
        for (const std::string& key : keys_)
            reads_.emplace_back(*this, RemoteKey{ValueKind::object, key}, until);
        for (One& one : reads_) client_.tier().start_read(worker, one);
        return turn(worker);
    });
}

ReadBurst::~ReadBurst() {
    while (!done()) client_.run([](runtime::Worker& worker) { return turn(worker); });
}

void ReadBurst::count(One& one, const RemoteAnswer& answer) {
    told_.fetch_add(1, std::memory_order_relaxed);
    if (one.over) return;
    one.over = true;
    hits_.fetch_add(answer.state == RemoteState::hit, std::memory_order_relaxed);
    misses_.fetch_add(answer.state == RemoteState::miss, std::memory_order_relaxed);
    last_end_ns_.store(client_.runtime().worker(0).now().time_since_epoch().count(),
                       std::memory_order_relaxed);
    ended_.fetch_add(1, std::memory_order_release);
}

}  // namespace aside::lab
