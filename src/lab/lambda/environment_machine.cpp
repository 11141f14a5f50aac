#include "lab/lambda/environment_machine.h"

#include <utility>

namespace aside::lab::lambda {

namespace {

// "3.00"
std::string seconds_text(Duration span) {
    constexpr int kHundredthMs = 10, kHundredths = 100;
    const auto hundredths = span / std::chrono::milliseconds(kHundredthMs);
    const std::string part = std::to_string(hundredths % kHundredths);
    return std::to_string(hundredths / kHundredths) + (part.size() < 2 ? ".0" : ".") + part;
}

}  // namespace

std::string_view EnvironmentMachine::name_of(Runtime state) {
    switch (state) {
        case Runtime::started:
            return "Started";
        case Runtime::init_error:
            return "InitError";
        case Runtime::ready:
            return "Ready";
        case Runtime::running:
            return "Running";
        case Runtime::invocation_response:
            return "InvocationResponse";
        case Runtime::invocation_error_response:
            return "InvocationErrorResponse";
        case Runtime::response_sent:
            return "RuntimeResponseSentState";
    }
    return "";
}

EnvironmentMachine::Runtime EnvironmentMachine::state_of(ApiCall call) {
    return call == ApiCall::error ? Runtime::invocation_error_response
                                  : Runtime::invocation_response;
}

bool EnvironmentMachine::idle() const {
    return process_ == Process::live && runtime_ == Runtime::ready && !busy_;
}

bool EnvironmentMachine::can_invoke() const {
    return !retiring_ && !busy_ && (process_ == Process::none || idle());
}

void EnvironmentMachine::start(Moment now) {
    process_ = Process::live;
    runtime_ = Runtime::started;
    start_ = now.steady;
    inside_ = second_try_;
    deadline_ = now.steady + (inside_ ? rules_.timeout : rules_.init_limit);
    if (busy_) {
        busy_->report.cold = true;
        busy_->report.suppressed_init = second_try_;
        if (inside_) busy_->given = now.steady;
    }
    actions_.emplace_back(ProcessOrder::start);
}

void EnvironmentMachine::end_process() {
    process_ = Process::ending;
    waiting_.clear();
    deadline_ = kNever;
    actions_.emplace_back(ProcessOrder::end);
}

void EnvironmentMachine::init(Moment now) {
    start(now);
}

void EnvironmentMachine::invoke(Invocation invocation, Moment now) {
    timed_out_ = false;
    busy_.emplace();
    busy_->report.request_id = invocation.request_id;
    busy_->report.environment = number_;
    busy_->invocation = std::move(invocation);
    if (process_ == Process::none) return start(now);
    deliver(now);
}

bool EnvironmentMachine::freeze() {
    if (!idle()) return false;
    if (!std::exchange(frozen_, true)) actions_.emplace_back(ProcessOrder::freeze);
    return true;
}

bool EnvironmentMachine::thaw() {
    if (!std::exchange(frozen_, false)) return false;
    actions_.emplace_back(ProcessOrder::thaw);
    return true;
}

void EnvironmentMachine::retire() {
    retiring_ = true;
    if (process_ == Process::live) end_process();
}

void EnvironmentMachine::deliver(Moment now) {
    (void)thaw();
    runtime_ = Runtime::running;
    if (!busy_->given) {
        busy_->given = now.steady;
        deadline_ = now.steady + rules_.timeout;
    }
    busy_->deadline = now.wall + (deadline_ - now.steady);
    const std::uint64_t call = waiting_.front();
    waiting_.pop_front();
    actions_.emplace_back(
        NextAnswer{call, event_reply(busy_->invocation, rules_.function_arn, busy_->deadline)});
}

void EnvironmentMachine::become_idle() {
    deadline_ = kNever;
    if (rules_.freeze_when_idle) (void)freeze();
}

void EnvironmentMachine::next_asked(std::uint64_t call, Moment now) {
    if (process_ != Process::live) return;  // its connections are being closed
    switch (runtime_) {
        case Runtime::started:
            runtime_ = Runtime::ready;
            waiting_.push_back(call);
            if (!busy_) return become_idle();
            busy_->report.init = now.steady - start_;
            return deliver(now);
        case Runtime::ready:
            waiting_.push_back(call);
            return;
        case Runtime::running:
            actions_.emplace_back(NextAnswer{
                call, event_reply(busy_->invocation, rules_.function_arn, busy_->deadline)});
            return;
        case Runtime::response_sent: {
            runtime_ = Runtime::ready;
            waiting_.push_back(call);
            finish(Aftermath::ready, now);
            return;
        }
        case Runtime::init_error:
        case Runtime::invocation_response:
        case Runtime::invocation_error_response:
            actions_.emplace_back(NextAnswer{
                call, invalid_transition_reply(name_of(runtime_), name_of(Runtime::ready))});
            return;
    }
}

std::optional<HttpReply> EnvironmentMachine::answer_begun(ApiCall call,
                                                          std::string_view request_id) {
    if (process_ != Process::live || !busy_ || request_id != busy_->invocation.request_id) {
        return invalid_request_id_reply();
    }
    if (runtime_ != Runtime::running) {
        return invalid_transition_reply(name_of(runtime_), name_of(state_of(call)));
    }
    runtime_ = state_of(call);
    return std::nullopt;
}

HttpReply EnvironmentMachine::answer_ended(ApiCall call, std::string_view error_type,
                                           std::string body, Moment now) {
    if (process_ != Process::live || runtime_ != state_of(call)) return invalid_request_id_reply();
    if (body.size() > kMaxPayloadBytes) {
        failed(lambda_error("Function.ResponseSizeTooLarge",
                            "Response payload size exceeded maximum allowed payload size (" +
                                std::to_string(kMaxPayloadBytes) + " bytes)."),
               now);
        return payload_too_large_reply();
    }
    if (call == ApiCall::error) {
        failed(told_error(error_type, std::move(body)), now);
    } else {
        busy_->report.answer = std::move(body);
        answered(now);
    }
    return accepted_reply();
}

void EnvironmentMachine::answer_broken(ApiCall call, std::string_view error_type, Moment now) {
    if (process_ != Process::live || runtime_ != state_of(call)) return;
    if (call == ApiCall::error) return failed(told_error(error_type, ""), now);
    failed(lambda_error("Runtime.TruncatedResponse", busy_->invocation.request_id,
                        "Response payload was truncated"),
           now);
}

HttpReply EnvironmentMachine::init_error(std::string_view error_type, std::string body,
                                         Moment now) {
    if (process_ != Process::live || runtime_ != Runtime::started) {
        return invalid_transition_reply(name_of(runtime_), name_of(Runtime::init_error));
    }
    runtime_ = Runtime::init_error;
    if (inside_ && busy_) {
        busy_->report.error = told_error(error_type, std::move(body));
        busy_->report.duration = now.steady - *busy_->given;
    }
    return accepted_reply();
}

void EnvironmentMachine::event_lost() {
    if (busy_) busy_->report.event_lost = true;
}

void EnvironmentMachine::failed(FunctionError error, Moment now) {
    busy_->report.error = std::move(error);
    answered(now);
}

void EnvironmentMachine::answered(Moment now) {
    busy_->report.duration = now.steady - busy_->given.value_or(now.steady);
    runtime_ = Runtime::response_sent;
}

void EnvironmentMachine::finish(Aftermath aftermath, Moment now) {
    InvocationReport report = std::move(busy_->report);
    report.completed = now.steady - busy_->given.value_or(now.steady);
    report.aftermath = aftermath;
    busy_.reset();
    if (aftermath == Aftermath::ready) become_idle();
    actions_.emplace_back(std::move(report));
}

void EnvironmentMachine::process_ended(const std::string& how, Moment now) {
    process_gone("Runtime.ExitError",
                 how.empty() ? "Runtime exited without providing a reason"
                             : "Runtime exited with error: " + how,
                 now);
}

void EnvironmentMachine::process_not_started(const std::string& why, Moment now) {
    process_gone("Runtime.InvalidEntrypoint", why, now);
}

void EnvironmentMachine::process_gone(std::string_view error_type, const std::string& why,
                                      Moment now) {
    const bool retry = in_init_phase() && !retiring_;
    process_ = Process::none;
    waiting_.clear();
    frozen_ = false;
    deadline_ = kNever;
    second_try_ = true;
    if (!busy_) return;
    if (retry) return start(now);
    if (!busy_->answered()) failed(lambda_error(error_type, busy_->report.request_id, why), now);
    finish(timed_out_ ? Aftermath::timed_out : Aftermath::exited, now);
}

void EnvironmentMachine::expire(Moment now) {
    if (now.steady < deadline_) return;
    if (!in_init_phase() && busy_) {
        timed_out_ = true;
        if (!busy_->answered()) {
            failed(
                lambda_error("Sandbox.Timedout", busy_->report.request_id,
                             "Task timed out after " + seconds_text(rules_.timeout) + " seconds"),
                now);
        }
    }
    end_process();
}

}  // namespace aside::lab::lambda
