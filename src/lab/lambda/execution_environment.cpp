#include "lab/lambda/execution_environment.h"

#include <csignal>

#include "runtime/blocking.h"

namespace aside::lab::lambda {

namespace {

constexpr unsigned kEventStatus = 200;

std::string signal_name(int number) {
    switch (number) {
        case SIGKILL:
            return "killed";
        case SIGTERM:
            return "terminated";
        case SIGABRT:
            return "aborted";
        case SIGSEGV:
            return "segmentation fault";
        default:
            return "signal " + std::to_string(number);
    }
}

// As Go says it, which is what Lambda's messages are made of: "exit status 1", "signal: killed".
std::string how_it_ended(const runtime::ChildEnd& end) {
    if (end.signal == 0) {
        return end.exit_code == 0 ? "" : "exit status " + std::to_string(end.exit_code);
    }
    return "signal: " + signal_name(end.signal);
}

EnvironmentRules rules_of(const FunctionOptions& options) {
    return {.function_arn = function_arn(options),
            .timeout = options.timeout,
            .init_limit = options.init_limit,
            .freeze_when_idle = options.freezing == Freezing::always};
}

}  // namespace

std::string_view name_of(EnvironmentState state) {
    switch (state) {
        case EnvironmentState::empty:
            return "empty";
        case EnvironmentState::starting:
            return "starting";
        case EnvironmentState::idle:
            return "idle";
        case EnvironmentState::busy:
            return "busy";
        case EnvironmentState::ending:
            return "ending";
        case EnvironmentState::retired:
            return "retired";
    }
    return "";
}

ExecutionEnvironment::ExecutionEnvironment(runtime::Worker& worker, const FunctionOptions& options,
                                           unsigned number)
    : worker_(worker),
      options_(options),
      machine_(number, rules_of(options)),
      server_(worker, machine_, [this] { settle(); }),
      timer_(worker.make_timer([this] {
          machine_.expire(moment());
          settle();
      })) {}

Result<void> ExecutionEnvironment::listen() {
    auto endpoint = server_.listen({"127.0.0.1", 0});
    if (!endpoint) return fail(std::move(endpoint.error()));
    endpoint_ = std::move(*endpoint);
    return {};
}

void ExecutionEnvironment::init() {
    machine_.init(moment());
    settle();
}

void ExecutionEnvironment::invoke(Invocation invocation, Done done) {
    ++invocations_;
    done_ = std::move(done);
    machine_.invoke(std::move(invocation), moment());
    settle();
}

bool ExecutionEnvironment::freeze() {
    const bool frozen = machine_.freeze();
    settle();
    return frozen;
}

bool ExecutionEnvironment::thaw() {
    const bool thawed = machine_.thaw();
    settle();
    return thawed;
}

void ExecutionEnvironment::retire() {
    machine_.retire();
    settle();
}

bool ExecutionEnvironment::kill() {
    if (!process_) return false;
    signal(SIGKILL);
    return true;
}

void ExecutionEnvironment::close() {
    timer_->disarm();
    server_.close();
}

void ExecutionEnvironment::process_ended(const runtime::ChildEnd& end) {
    process_.reset();
    server_.drop_connections();
    machine_.process_ended(how_it_ended(end), moment());
    settle();
}

void ExecutionEnvironment::settle() {
    for (Action& action : machine_.take_actions()) {
        std::visit([this](auto& one) { carry_out(one); }, action);
    }
    if (machine_.deadline() == kNever) {
        timer_->disarm();
    } else {
        timer_->arm(machine_.deadline());
    }
}

void ExecutionEnvironment::carry_out(ProcessOrder order) {
    switch (order) {
        case ProcessOrder::start:
            worker_.spawn(start_process());
            return;
        case ProcessOrder::end:
            server_.drop_connections();
            end_when_started_ = starting_;
            signal(SIGKILL);
            return;
        case ProcessOrder::freeze:
            signal(SIGSTOP);
            return;
        case ProcessOrder::thaw:
            signal(SIGCONT);
            return;
    }
}

void ExecutionEnvironment::carry_out(NextAnswer& answer) {
    const bool event = answer.reply.status == kEventStatus;
    const bool taken = server_.answer_next(answer.call, std::move(answer.reply));
    if (event && !taken) machine_.event_lost();
}

void ExecutionEnvironment::carry_out(InvocationReport& report) {
    worker_.post([done = std::exchange(done_, {}), told = std::move(report)]() mutable {
        done(std::move(told));
    });
}

runtime::Task<> ExecutionEnvironment::start_process() {
    ++starts_;
    starting_ = true;
    const runtime::ChildOptions options{.arguments = options_.command,
                                        .environment = function_variables(options_, endpoint_),
                                        .inherit_environment = false,
                                        .directory = options_.task_root,
                                        .output_file = options_.output_file,
                                        .niceness = options_.niceness};
    auto child = co_await runtime::run_blocking(
        worker_, [&options] { return runtime::ChildProcess::start(options); });
    starting_ = false;
    if (child) {
        process_ = std::move(*child);
        if (std::exchange(end_when_started_, false)) signal(SIGKILL);
        co_return;
    }
    end_when_started_ = false;
    machine_.process_not_started(to_string(child.error()), moment());
    settle();
}

// It may have ended a moment ago, which is told when it is seen.
void ExecutionEnvironment::signal(int number) {
    if (process_) (void)process_->signal(number);
}

EnvironmentStatus ExecutionEnvironment::status() const {
    EnvironmentStatus status{.number = machine_.number(),
                             .frozen = machine_.frozen(),
                             .pid = process_ ? process_->pid() : 0,
                             .starts = starts_,
                             .invocations = invocations_};
    if (retired()) {
        status.state = EnvironmentState::retired;
    } else if (machine_.ending()) {
        status.state = EnvironmentState::ending;
    } else if (machine_.starting()) {
        status.state = EnvironmentState::starting;
    } else if (machine_.busy()) {
        status.state = EnvironmentState::busy;
    } else if (machine_.idle()) {
        status.state = EnvironmentState::idle;
    }
    return status;
}

}  // namespace aside::lab::lambda
