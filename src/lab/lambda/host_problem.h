// What HTTP in front of a FunctionHost says when there is no answer. Thread rule: pure functions.
#pragma once

#include <string_view>

#include "base/error.h"
#include "lab/http/http_reply.h"

namespace aside::lab::lambda {

HttpReply problem(unsigned status, std::string_view why);
// 429: all environments are busy. 413: the event is too large. 503: anything else.
HttpReply problem_of(const Error& error);

}  // namespace aside::lab::lambda
