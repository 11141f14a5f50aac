#include "lab/lambda/host_problem.h"

#include <string>

namespace aside::lab::lambda {

HttpReply problem(unsigned status, std::string_view why) {
    return {.status = status, .content_type = "text/plain", .body = std::string(why) + "\n"};
}

HttpReply problem_of(const Error& error) {
    if (error.code == Errc::throttled) return problem(429, error.detail);
    if (error.code == Errc::too_large) return problem(413, error.detail);
    return problem(503, to_string(error));
}

}  // namespace aside::lab::lambda
