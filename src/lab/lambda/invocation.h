// One invocation of a function: what it is invoked with, and what became of it.
//
// Thread rule: plain values. Source: AWS Lambda Developer Guide, "Using the Lambda runtime API" and
// "Understanding the Lambda execution environment lifecycle".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace aside::lab::lambda {

// What both an event and an answer may have at most: Lambda's 6 MB, as it counts them
// (aws-lambda-runtime-interface-emulator, interop.MaxPayloadSize).
inline constexpr std::uint64_t kMaxPayloadBytes = 6 * 1024 * 1024 + 100;

struct Event {
    std::string payload;              // JSON
    std::string trace_id = {};        // X-Ray's header; empty: one is made
    std::string client_context = {};  // JSON; empty: there is none, as for the next one
    std::string cognito_identity = {};
};

struct Invocation {
    std::string request_id;
    Event event;
};

// As the caller of Invoke is told of it.
struct FunctionError {
    // What Lambda itself calls it: "Runtime.ExitError", "Sandbox.Timedout",
    // "Function.ResponseSizeTooLarge"; or what the function said in
    // Lambda-Runtime-Function-Error-Type, if Lambda takes it for a type.
    std::string type;
    std::string message;  // the payload's errorMessage; where it has none, the payload
    std::string payload;
};

// How its environment came out of an invocation.
enum class Aftermath : std::uint8_t {
    ready,      // asked for the next one
    timed_out,  // had not by the deadline, and was ended
    exited,     // ended by itself; or was killed, but not by Lambda
};

struct InvocationReport {
    std::string request_id;
    unsigned environment = 0;
    bool cold = false;  // it started a process
    // And that within its own timeout, for the Init phase had failed, or a reset came before; AWS
    // calls it a suppressed init.
    bool suppressed_init = false;
    // From the start of the process to its first `next`; none when there was no start, or no
    // `next`.
    std::optional<Duration> init;
    // Since the event was given (since the start of the process in a suppressed init): to the
    // answer, which is when Lambda's caller has it; and to the end, which is when the environment
    // is free again.
    Duration duration{};
    Duration completed{};
    std::optional<std::string> answer;
    std::optional<FunctionError> error;  // exactly one of the two is there
    Aftermath aftermath = Aftermath::ready;
    // The event went to a connection that its client had given up. Lambda does not take it back: a
    // client must not set a time limit to `next`.
    bool event_lost = false;
};

}  // namespace aside::lab::lambda
