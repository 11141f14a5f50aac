#include "lab/lambda/function_server.h"

#include "lab/lambda/control_service.h"
#include "lab/lambda/function_url.h"
#include "runtime/os/run_task.h"

namespace aside::lab::lambda {

namespace {

constexpr Duration kLongestEnd = std::chrono::seconds(5);

template <class Call>
runtime::Task<bool> called(Call& call) {
    call();
    co_return true;
}

}  // namespace

struct FunctionServer::Machine {
    Machine(FunctionOptions options, std::unique_ptr<runtime::OsRuntime> with)
        : runtime(std::move(with)),
          host(runtime->worker(0), std::move(options)),
          control(runtime->worker(0), host),
          url(runtime->worker(0), host) {
        runtime->start();
    }
    ~Machine() {
        runtime::run_task(*runtime, 0, [this](runtime::Worker&) { return host.close(); });
        on_worker([this] {
            control.close();
            url.close();
        });
        runtime->stop(kLongestEnd);
        runtime->join();
    }
    Machine(const Machine&) = delete;

    template <class Call>
    void on_worker(Call call) {
        (void)runtime::run_task(*runtime, 0, [&call](runtime::Worker&) { return called(call); });
    }

    const std::unique_ptr<runtime::OsRuntime> runtime;
    FunctionHost host;
    ControlService control;
    FunctionUrl url;
};

Result<std::unique_ptr<FunctionServer>> FunctionServer::start(FunctionOptions options) {
    if (options.command.empty()) return fail(Errc::bad_input, "a function needs a command");
    auto runtime = runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1});
    if (!runtime) return fail(std::move(runtime.error()));
    auto machine = std::make_unique<Machine>(std::move(options), std::move(*runtime));
    return std::unique_ptr<FunctionServer>(new FunctionServer(std::move(machine)));
}

FunctionServer::FunctionServer(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}

FunctionServer::~FunctionServer() = default;

Result<InvocationReport> FunctionServer::invoke(Event event) {
    return runtime::run_task(*machine_->runtime, 0, [&](runtime::Worker&) {
        return machine_->host.invoke(std::move(event));
    });
}

std::vector<Result<InvocationReport>> FunctionServer::invoke_all(std::vector<Event> events) {
    return runtime::run_task(*machine_->runtime, 0, [&](runtime::Worker&) {
        return machine_->host.invoke_all(std::move(events));
    });
}

Result<void> FunctionServer::provision(unsigned count) {
    return runtime::run_task(*machine_->runtime, 0,
                             [&](runtime::Worker&) { return machine_->host.provision(count); });
}

unsigned FunctionServer::freeze() {
    unsigned frozen = 0;
    machine_->on_worker([&] { frozen = machine_->host.freeze(); });
    return frozen;
}

unsigned FunctionServer::thaw() {
    unsigned thawed = 0;
    machine_->on_worker([&] { thawed = machine_->host.thaw(); });
    return thawed;
}

void FunctionServer::set_freezing(Freezing freezing) {
    machine_->on_worker([&] { machine_->host.set_freezing(freezing); });
}

unsigned FunctionServer::retire_idle() {
    unsigned retired = 0;
    machine_->on_worker([&] { retired = machine_->host.retire_idle(); });
    return retired;
}

bool FunctionServer::kill(unsigned environment) {
    bool killed = false;
    machine_->on_worker([&] {
        ExecutionEnvironment* const one = machine_->host.environment(environment);
        killed = one && one->kill();
    });
    return killed;
}

std::vector<EnvironmentStatus> FunctionServer::environments() {
    std::vector<EnvironmentStatus> all;
    machine_->on_worker([&] { all = machine_->host.environments(); });
    return all;
}

FunctionCounts FunctionServer::counts() {
    FunctionCounts counts;
    machine_->on_worker([&] { counts = machine_->host.counts(); });
    return counts;
}

Result<runtime::Endpoint> FunctionServer::open_url(std::uint16_t port) {
    Result<runtime::Endpoint> endpoint;
    machine_->on_worker([&] { endpoint = machine_->url.listen({"127.0.0.1", port}); });
    return endpoint;
}

Result<runtime::Endpoint> FunctionServer::open_control(std::uint16_t port) {
    Result<runtime::Endpoint> endpoint;
    machine_->on_worker([&] { endpoint = machine_->control.listen({"127.0.0.1", port}); });
    return endpoint;
}

}  // namespace aside::lab::lambda
