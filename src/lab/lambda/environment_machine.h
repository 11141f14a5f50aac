// One execution environment, as a machine without I/O: what its process may ask of the Runtime API
// in which state, when it is started, frozen, thawed and ended, and what became of an invocation.
//
// Life, as in Lambda:
// - The first process has an Init phase of its own, up to its first `next`, within `init_limit`. If
//   that fails (time, exit, init error), a second process is started inside the invocation, and the
//   function's timeout covers its init too. So it is again after a reset.
// - An invocation ends with the `next` after its answer. Not there by the deadline: the process is
//   ended, with or without an answer.
// - It is frozen when it is idle (a `next` waits, nothing else), and thawed before that `next` is
//   answered.
//
// Of the states of aws-lambda-runtime-interface-emulator (internal/lambda/core/states.go), which
// are those of Lambda, these are kept on purpose: a second `next` that waits gets a later event; a
// `next` before the answer gets the same event again; a `next` whose connection is gone still gets
// its event; an answer is begun with its head, so that a half one spends the only chance.
//
// Thread rule: one owner. Units: steady time, but what the function is told of its deadline.
// Errors: calls of the API get a reply; orders say REQUIRES.
#pragma once

#include <deque>
#include <utility>
#include <variant>
#include <vector>

#include "lab/lambda/runtime_api.h"

namespace aside::lab::lambda {

struct EnvironmentRules {
    std::string function_arn;
    Duration timeout = std::chrono::seconds(3);
    Duration init_limit = std::chrono::seconds(10);
    bool freeze_when_idle = true;
};

struct Moment {
    SteadyTime steady{};
    WallTime wall{};
};

enum class ProcessOrder : std::uint8_t { start, end, freeze, thaw };

struct NextAnswer {
    std::uint64_t call;
    HttpReply reply;
};

using Action = std::variant<ProcessOrder, NextAnswer, InvocationReport>;

class EnvironmentMachine {
  public:
    EnvironmentMachine(unsigned number, EnvironmentRules rules)
        : number_(number), rules_(std::move(rules)) {}

    // --- Orders.
    bool idle() const;                               // frozen or not
    bool can_invoke() const;                         // idle, or without a process
    void init(Moment now);                           // REQUIRES: no process
    void invoke(Invocation invocation, Moment now);  // REQUIRES: can_invoke()
    bool freeze();                                   // false: it is not idle
    bool thaw();                                     // false: it is not frozen
    void set_freeze_when_idle(bool freeze) { rules_.freeze_when_idle = freeze; }
    // Ends the process, and starts none any more. An invocation in progress fails.
    void retire();

    // --- What happened to the process. `how`: "exit status 1", "signal: killed"; empty: exit
    // status 0.
    void process_ended(const std::string& how, Moment now);
    void process_not_started(const std::string& why, Moment now);

    // --- The Runtime API. `call` names the request that is to be answered, by a NextAnswer.
    void next_asked(std::uint64_t call, Moment now);
    // Of a response or an error. A reply: it is refused, its body read and dropped. Else its end is
    // to be told, by one of the next two.
    std::optional<HttpReply> answer_begun(ApiCall call, std::string_view request_id);
    HttpReply answer_ended(ApiCall call, std::string_view error_type, std::string body, Moment now);
    void answer_broken(ApiCall call, std::string_view error_type, Moment now);
    HttpReply init_error(std::string_view error_type, std::string body, Moment now);
    // The NextAnswer with the event found nobody.
    void event_lost();

    // --- Time.
    SteadyTime deadline() const { return deadline_; }
    void expire(Moment now);

    std::vector<Action> take_actions() { return std::exchange(actions_, {}); }

    bool ending() const { return process_ == Process::ending; }
    bool starting() const { return process_ == Process::live && !was_ready(); }
    bool frozen() const { return frozen_; }
    bool busy() const { return busy_.has_value(); }
    bool retiring() const { return retiring_; }
    bool retired() const { return retiring_ && process_ == Process::none; }
    unsigned number() const { return number_; }

  private:
    enum class Process : std::uint8_t { none, live, ending };
    enum class Runtime : std::uint8_t {
        started,
        init_error,
        ready,
        running,
        invocation_response,
        invocation_error_response,
        response_sent,
    };
    struct Busy {
        Invocation invocation;
        InvocationReport report;
        std::optional<SteadyTime> given;  // what durations count from
        WallTime deadline;                // as the function is told
        bool answered() const { return report.answer || report.error; }
    };

    static std::string_view name_of(Runtime state);
    static Runtime state_of(ApiCall call);
    bool was_ready() const {
        return runtime_ != Runtime::started && runtime_ != Runtime::init_error;
    }
    bool in_init_phase() const { return !inside_ && !was_ready(); }
    void start(Moment now);
    void end_process();
    void deliver(Moment now);
    void become_idle();
    void process_gone(std::string_view error_type, const std::string& why, Moment now);
    void failed(FunctionError error, Moment now);
    void answered(Moment now);
    void finish(Aftermath aftermath, Moment now);

    const unsigned number_;
    EnvironmentRules rules_;
    std::vector<Action> actions_;
    Process process_ = Process::none;
    Runtime runtime_ = Runtime::started;
    std::deque<std::uint64_t> waiting_;  // calls of `next`
    std::optional<Busy> busy_;
    SteadyTime deadline_ = kNever;
    SteadyTime start_{};       // of the process
    bool second_try_ = false;  // the next start is inside an invocation
    bool inside_ = false;      // so was this one
    bool timed_out_ = false;   // the invocation
    bool frozen_ = false;
    bool retiring_ = false;
};

}  // namespace aside::lab::lambda
