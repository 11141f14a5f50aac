// What an error of S3, DynamoDB or STS means: the one place that knows their names.
//
// S3 tells a code in XML, DynamoDB and STS in JSON or XML, as "com.amazonaws…#Name" or "Name", and
// a HEAD answers a bare status. Whoever asked decides nothing by itself: it retries, renews or
// gives up as the row says. Only a named NoSuchKey is the origin's word that an object does not
// exist; a 404 that does not say so came from something else on the way.
//
// Thread rule: pure functions. Source: "Error responses" in the Amazon S3 API reference, "Error
// handling with DynamoDB" in its developer guide.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace aside::aws {

enum class ErrorStep : std::uint8_t {
    give_up,
    absent,             // no error: what was asked for does not exist
    retry,              // within the budget for attempts, with backoff
    renew_credentials,  // then once more
    correct_clock,      // by the answer's Date header, then once more
};

// The advice where the identity is known and a policy is what refuses.
inline constexpr std::string_view kRefusedByPolicy = "a policy does not allow it";

struct ErrorMeaning {
    ErrorStep step = ErrorStep::give_up;
    Errc code = Errc::io;
    // Retrying will not help until somebody changes a setting: to be told loudly.
    bool configuration = false;
    // Says more than the service's own words: what to look at. Empty: nothing to add.
    std::string_view advice = {};
};

// "Name" of "com.amazonaws.dynamodb.v20120810#Name" and of "Name:http://…".
std::string_view error_name(std::string_view type);

// "S3 answered 403 AccessDenied: Access Denied (a policy does not allow it)". What was not told may
// be empty.
std::string describe_error(std::string_view service, unsigned status, std::string_view name,
                           std::string_view message, const ErrorMeaning& meaning);

// `name` may be empty (no body was sent, or none that could be read); `message` is what the service
// says for people, of which only differences that names do not tell are looked at.
ErrorMeaning meaning_of(unsigned status, std::string_view name, std::string_view message);

}  // namespace aside::aws
