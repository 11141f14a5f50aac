// What S3 says has changed, in its two spellings, and what a name is. For .cpp files of
// wire/lambda.
//
// Thread rule: pure functions. Errors: bad_input.
#pragma once

#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/result.h"
#include "wire/references_json.h"

namespace aside::wire {

// Empty when there is no such string.
std::string_view text_at(simdjson::dom::element from, std::string_view name);

// What neither a request nor a reference can name was never cached.
bool is_name(std::string_view text);

// A record of a notification: {"eventName":…,"s3":{"object":{"key":…}}}.
Result<void> add_notified_object(simdjson::dom::element record, std::string_view prefix,
                                 std::vector<ReferenceText>& into);

// Is it an event that EventBridge has of S3?
bool is_bucket_event(simdjson::dom::element event);
// Such an event. One that is not about an object's bytes adds nothing.
Result<void> add_event_object(simdjson::dom::element event, std::string_view prefix,
                              std::vector<ReferenceText>& into);

}  // namespace aside::wire
