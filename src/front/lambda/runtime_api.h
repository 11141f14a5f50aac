// Lambda's Runtime API as a function calls it: the next invocation, its answer or its error.
//
//   auto invocation = co_await api.next();      // waits for as long as it takes, frozen or not
//   co_await api.answer(invocation->id, json);
//
// One kept-alive connection. A call whose connection turns out to be gone before a byte of an
// answer came is made once more on a new one: the first one may have been heard all the same, so a
// refusal of an answer's second attempt (400, 403: that invocation is over) is no error.
//
// Thread rule: one worker; one call at a time. Errors: refused, connection_lost, protocol (it says
// what the API does not say, with its status), too_large (413: the answer was not taken).
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", version 2018-06-01.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "runtime/worker.h"
#include "wire/http_response.h"

namespace aside::front::lambda {

struct Invocation {
    std::string id;
    WallTime deadline{};  // the environment is ended then
    std::string trace;    // X-Ray's; may be empty
    std::string event;    // JSON
};

// What a failed invocation is told as: an error type as Lambda writes them ("Function.BadEvent"),
// and a message for people.
struct FunctionError {
    std::string type;
    std::string message;
};

class RuntimeApi {
  public:
    RuntimeApi(runtime::Worker& worker, runtime::Endpoint server);

    runtime::Task<Result<Invocation>> next();
    runtime::Task<Result<void>> answer(std::string_view id, std::string_view json);
    runtime::Task<Result<void>> fail_invocation(std::string_view id, const FunctionError& error);
    // Before the first next().
    runtime::Task<Result<void>> fail_init(const FunctionError& error);

    void close() { stream_.reset(); }

  private:
    struct Answered {
        wire::ResponseHead head;
        std::string body;
        bool repeated = false;  // the second attempt's
    };
    runtime::Task<Result<Answered>> call(std::string_view request);
    runtime::Task<Result<Answered>> attempt(std::string_view request, bool& begun);
    runtime::Task<Result<void>> post(std::string_view path, std::string_view fields,
                                     std::string_view body);

    runtime::Worker& worker_;
    const runtime::Endpoint server_;
    const std::string next_request_;
    std::unique_ptr<runtime::Stream> stream_;
    std::string request_;  // of a call, made anew in the same memory
    std::array<char, 16 * 1024> buffer_;
};

}  // namespace aside::front::lambda
