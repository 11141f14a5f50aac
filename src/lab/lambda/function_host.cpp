#include "lab/lambda/function_host.h"

#include <algorithm>

#include "lab/lambda/request_identity.h"
#include "runtime/blocking.h"
#include "runtime/when_all.h"

namespace aside::lab::lambda {

namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(20);
// What a process said just before it ended is read first.
constexpr Duration kLastWords = std::chrono::milliseconds(5);

// Suspends until the environment is done with the invocation.
struct InvocationAwaiter {
    ExecutionEnvironment& environment;
    Invocation invocation;
    std::optional<InvocationReport> report;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) {
        environment.invoke(std::move(invocation), [this, frame](InvocationReport told) {
            report = std::move(told);
            frame.resume();
        });
    }
    InvocationReport await_resume() { return std::move(*report); }
};

}  // namespace

FunctionHost::FunctionHost(runtime::Worker& worker, FunctionOptions options)
    : worker_(worker), options_(std::move(options)) {}

// One that is taken away makes room for another at once, as in Lambda, not when its process has
// ended.
std::size_t FunctionHost::in_service() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(environments_, [](const auto& one) { return !one->retiring(); }));
}

bool FunctionHost::all_retired() const {
    return std::ranges::all_of(environments_, [](const auto& one) { return one->retired(); });
}

Result<ExecutionEnvironment*> FunctionHost::add() {
    const auto number = static_cast<unsigned>(environments_.size());
    auto environment = std::make_unique<ExecutionEnvironment>(worker_, options_, number);
    auto listening = environment->listen();
    if (!listening) return fail(std::move(listening.error()));
    environments_.push_back(std::move(environment));
    if (!std::exchange(watching_, true)) worker_.spawn(watch());
    return environments_.back().get();
}

Result<ExecutionEnvironment*> FunctionHost::choose() {
    ExecutionEnvironment* without_process = nullptr;
    for (const auto& one : environments_) {
        if (one->idle() && one->can_invoke()) return one.get();
        if (one->can_invoke() && !without_process) without_process = one.get();
    }
    if (without_process) return without_process;
    if (in_service() < options_.concurrency) return add();
    ++counts_.throttles;
    return fail(Errc::throttled, "TooManyRequestsException: Rate Exceeded.");
}

runtime::Task<Result<InvocationReport>> FunctionHost::invoke(Event event) {
    if (closing_) co_return fail(Errc::cancelled, "the function is being closed");
    if (event.payload.size() > kMaxPayloadBytes) {
        co_return fail(Errc::too_large,
                       "RequestTooLargeException: " + std::to_string(event.payload.size()) +
                           " byte payload is too large for the Invoke operation");
    }
    const auto environment = choose();
    if (!environment) co_return fail(environment.error());
    ++counts_.invocations;
    Random& random = worker_.random();
    if (event.trace_id.empty()) event.trace_id = make_trace_id(random, worker_.wall_now());
    InvocationAwaiter done{**environment,
                           {.request_id = make_request_id(random), .event = std::move(event)},
                           std::nullopt};
    InvocationReport report = co_await done;
    if (report.cold) ++counts_.cold_starts;
    if (report.error) ++counts_.errors;
    co_return report;
}

runtime::Task<std::vector<Result<InvocationReport>>> FunctionHost::invoke_all(
    std::vector<Event> events) {
    std::vector<Result<InvocationReport>> reports(events.size());
    const auto one = [this](Event event, Result<InvocationReport>& into) -> runtime::Task<> {
        into = co_await invoke(std::move(event));
    };
    std::vector<runtime::Task<>> invocations;
    for (std::size_t i = 0; i < events.size(); ++i) {
        invocations.push_back(one(std::move(events[i]), reports[i]));
    }
    co_await runtime::when_all(worker_, std::move(invocations));
    co_return reports;
}

bool FunctionHost::any(EnvironmentState state) const {
    return std::ranges::any_of(environments_,
                               [&](const auto& one) { return one->status().state == state; });
}

runtime::Task<Result<void>> FunctionHost::provision(unsigned count) {
    for (const auto& one : environments_) {
        if (one->status().state == EnvironmentState::empty) one->init();
    }
    while (in_service() < std::min(count, options_.concurrency)) {
        const auto environment = add();
        if (!environment) co_return fail(environment.error());
        (*environment)->init();
    }
    // Each has its limit; its process is ended when that has passed.
    while (any(EnvironmentState::starting) || any(EnvironmentState::ending)) {
        co_await runtime::sleep_for(worker_, kLastWords);
    }
    if (any(EnvironmentState::empty)) co_return fail(Errc::io, "an environment's init failed");
    co_return Result<void>();
}

unsigned FunctionHost::freeze() {
    return static_cast<unsigned>(
        std::ranges::count_if(environments_, [](const auto& one) { return one->freeze(); }));
}

unsigned FunctionHost::thaw() {
    return static_cast<unsigned>(
        std::ranges::count_if(environments_, [](const auto& one) { return one->thaw(); }));
}

void FunctionHost::set_freezing(Freezing freezing) {
    options_.freezing = freezing;
    for (const auto& one : environments_) one->set_freeze_when_idle(freezing == Freezing::always);
}

unsigned FunctionHost::retire_idle() {
    unsigned retired = 0;
    for (const auto& one : environments_) {
        if (!one->can_invoke()) continue;
        one->retire();
        ++retired;
    }
    return retired;
}

ExecutionEnvironment* FunctionHost::environment(unsigned number) {
    return number < environments_.size() ? environments_[number].get() : nullptr;
}

std::vector<EnvironmentStatus> FunctionHost::environments() const {
    std::vector<EnvironmentStatus> all;
    for (const auto& one : environments_) all.push_back(one->status());
    return all;
}

runtime::Task<std::vector<FunctionHost::Ended>> FunctionHost::look() {
    using Process = std::shared_ptr<runtime::ChildProcess>;
    std::vector<std::pair<ExecutionEnvironment*, Process>> live;
    for (const auto& one : environments_) {
        if (auto process = one->process()) live.emplace_back(one.get(), std::move(process));
    }
    std::vector<Ended> ended;
    if (live.empty()) co_return ended;
    const auto looked = co_await runtime::run_blocking(worker_, [&]() -> Result<void> {
        for (const auto& [environment, process] : live) {
            if (auto end = process->wait(Duration::zero())) ended.push_back({environment, *end});
        }
        return {};
    });
    (void)looked;  // not now, then the next time
    co_return ended;
}

runtime::Task<> FunctionHost::watch() {
    while (!closing_ || !all_retired()) {
        co_await runtime::sleep_for(worker_, kLookEvery);
        const auto ended = co_await look();
        if (ended.empty()) continue;
        co_await runtime::sleep_for(worker_, kLastWords);
        for (const Ended& one : ended) one.environment->process_ended(one.end);
    }
    watching_ = false;
}

runtime::Task<> FunctionHost::close() {
    closing_ = true;
    for (const auto& one : environments_) one->retire();
    while (watching_) co_await runtime::sleep_for(worker_, kLastWords);
    for (const auto& one : environments_) one->close();
}

}  // namespace aside::lab::lambda
