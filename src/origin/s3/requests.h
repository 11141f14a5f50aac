// Requests to S3 (API version 2006-03-01), as far as an object store needs them: what is to be
// signed and sent.
//
// The body of a PUT, deadline and limits are the caller's to add. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/signed_client.h"
#include "engine/ports/origin.h"
#include "origin/s3/bucket.h"

namespace aside::origin {

// A validator that is not empty makes "304 Not Modified" a possible answer.
aws::SignedRequest get_object_request(const Bucket& bucket, const Reference& reference,
                                      std::string_view validator);
aws::SignedRequest head_object_request(const Bucket& bucket, const Reference& reference);
// Of no version: S3 gives them out itself.
enum class PutCondition : std::uint8_t { none, if_absent };
aws::SignedRequest put_object_request(const Bucket& bucket, std::string_view key,
                                      PutCondition condition = PutCondition::none);
// Of a versioned reference: that version, for good.
aws::SignedRequest delete_object_request(const Bucket& bucket, const Reference& reference);
// Keys that begin with the bucket's prefix, from where the last page ended.
aws::SignedRequest list_page_request(const Bucket& bucket, std::string_view continuation_token);

}  // namespace aside::origin
