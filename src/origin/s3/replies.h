// What S3 answered to a GET or HEAD of an object, understood.
//
// Thread rule: pure functions. Errors: those of aws/error_meaning.h; corrupt when the body is not
// what its checksum says; protocol for an answer that no S3 gives.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "aws/error_meaning.h"
#include "base/result.h"
#include "engine/ports/origin.h"

namespace aside::origin {

// An answer's field by its name, in any case; empty: it is not there.
using FieldOf = std::function<std::string_view(std::string_view name)>;

struct S3Answer {
    unsigned status = 0;
    FieldOf field;
    std::string body;
};

// An error as S3 tells it, and what it means.
struct S3Failure {
    aws::ErrorMeaning meaning;
    Error error;
};
S3Failure failure_of(const S3Answer& answer);

// `succeeded` is of 200 and 304 alone; anything else is for failure_of.
bool succeeded(const S3Answer& answer);
// REQUIRES: succeeded. Takes the body. 304 for an object without a known value is protocol.
Result<LoadedObject> loaded_object(S3Answer& answer, bool validator_was_sent);

}  // namespace aside::origin
