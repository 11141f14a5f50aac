#include "lab/origin/origin_server.h"

#include <array>

#include "lab/origin/origin_host.h"
#include "runtime/os/run_task.h"

namespace aside::lab {

namespace {

constexpr Duration kLongestEnd = std::chrono::seconds(5);
constexpr std::string_view kRegion = "us-east-1";

template <class Call>
runtime::Task<> called(Call& call) {
    call();
    co_return;
}

}  // namespace

struct OriginServer::Machine {
    Machine(Dataset& dataset, std::unique_ptr<runtime::OsRuntime> with)
        : bucket(dataset, faults_of(LoadKind::object)),
          table(dataset, faults_of(LoadKind::item)),
          runtime(std::move(with)),
          host(runtime->worker(0), bucket, table, log) {
        runtime->start();
    }
    ~Machine() {
        close();
        runtime->stop(kLongestEnd);
        runtime->join();
    }
    Machine(const Machine&) = delete;

    origin::FaultSwitch& faults_of(LoadKind kind) { return faults[static_cast<std::size_t>(kind)]; }

    Result<void> listen(const runtime::Endpoint& at) {
        Result<runtime::Endpoint> taken;
        on_worker([&] { taken = host.listen(at); });
        if (!taken) return fail(std::move(taken.error()));
        endpoint = std::move(*taken);
        listening = true;
        return {};
    }
    void close() {
        on_worker([this] { host.close(); });
        for (auto& of_store : faults) of_store.end_calls();
        listening = false;
    }
    template <class Call>
    void on_worker(Call call) {
        runtime::run_task(*runtime, 0, [&call](runtime::Worker&) { return called(call); });
    }

    std::array<origin::FaultSwitch, 2> faults;
    LoadLog log;
    BucketService bucket;
    TableService table;
    const std::unique_ptr<runtime::OsRuntime> runtime;
    OriginHost host;
    runtime::Endpoint endpoint;
    bool listening = false;
};

Result<std::unique_ptr<OriginServer>> OriginServer::start(Dataset& dataset, origin::FaultPlan plan,
                                                          std::uint16_t port) {
    auto runtime = runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1});
    if (!runtime) return fail(std::move(runtime.error()));
    auto machine = std::make_unique<Machine>(dataset, std::move(*runtime));
    for (auto& faults : machine->faults) faults.set(plan);
    const auto listening = machine->listen({"127.0.0.1", port});
    if (!listening) return fail(listening.error());
    return std::unique_ptr<OriginServer>(new OriginServer(std::move(machine)));
}

OriginServer::OriginServer(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}

OriginServer::~OriginServer() = default;

const runtime::Endpoint& OriginServer::endpoint() const {
    return machine_->endpoint;
}

std::string OriginServer::index_url() const {
    return "dynamodb://" + std::string(kTableName) + "?region=" + std::string(kRegion) +
           "&endpoint=http://" + to_string(endpoint());
}

std::string OriginServer::objects_url() const {
    return "s3://" + std::string(kBucketName) + "/?region=" + std::string(kRegion) +
           "&endpoint=http://" + to_string(endpoint()) + "&style=path";
}

void OriginServer::set(const origin::FaultPlan& plan) {
    for (auto& faults : machine_->faults) faults.set(plan);
}

Result<void> OriginServer::set_gone(bool gone) {
    if (gone == !machine_->listening) return {};
    if (!gone) return machine_->listen(endpoint());
    machine_->close();
    return {};
}

std::vector<OriginLoad> OriginServer::take_log() {
    return machine_->log.take();
}

std::uint64_t OriginServer::lost_of_log() const {
    return machine_->log.lost();
}

std::uint64_t OriginServer::in_progress(LoadKind kind) const {
    return machine_->faults_of(kind).in_progress();
}

std::uint64_t OriginServer::most_in_progress(LoadKind kind) const {
    return machine_->faults_of(kind).most_in_progress();
}

std::uint64_t OriginServer::connections_accepted() const {
    return machine_->host.accepted();
}

}  // namespace aside::lab
