// What S3 answered, understood.
//
// Thread rule: pure functions. Errors: those of aws/error_meaning.h; corrupt when the body is not
// what its checksum says; protocol for an answer that no S3 gives.
#pragma once

#include <string>
#include <string_view>

#include "aws/error_meaning.h"
#include "base/result.h"
#include "engine/ports/origin.h"
#include "http_client/http_call.h"

namespace aside::origin {

// An error as S3 tells it, and what it means.
struct S3Failure {
    aws::ErrorMeaning meaning;
    Error error;
    bool absent() const { return meaning.step == aws::ErrorStep::absent; }
};
// `now`: by the clock that Retry-After may speak of.
S3Failure failure_of(const http_client::HttpAnswer& answer, WallTime now);
// What SignedClient asks.
aws::ErrorMeaning read_s3_meaning(const http_client::HttpAnswer& answer);

// `succeeded` is of 200 and 304 alone; anything else is for failure_of.
bool succeeded(const http_client::HttpAnswer& answer);
// REQUIRES: succeeded. Takes the body. 304 for an object without a known value is protocol.
Result<LoadedObject> loaded_object(http_client::HttpAnswer& answer, bool validator_was_sent);

}  // namespace aside::origin
