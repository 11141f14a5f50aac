// The names Lambda gives to what it is asked: request ids and trace headers.
//
// Thread rule: pure but for the randomness. Source: RFC 9562 section 5.4 (UUID version 4); AWS
// X-Ray Developer Guide, "Tracing header".
#pragma once

#include <string>

#include "base/random.h"
#include "base/time.h"

namespace aside::lab::lambda {

// "8476a536-e9f4-41e8-9739-2dfe598c3fcd"
std::string make_request_id(Random& random);
// "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"
std::string make_trace_id(Random& random, WallTime now);

}  // namespace aside::lab::lambda
