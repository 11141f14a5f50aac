// Requests to S3 (API version 2006-03-01), as far as an object store needs them: what is to be
// signed and sent.
//
// Thread rule: pure functions. Ownership: a request owns its texts; the body of a PUT stands beside
// it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/origin.h"
#include "origin/s3/bucket.h"

namespace aside::origin {

struct S3Request {
    struct Pair {
        std::string name, value;
    };
    std::string_view method;
    std::string host;
    std::string path;          // encoded
    std::vector<Pair> query;   // decoded
    std::vector<Pair> fields;  // beside Host, the date and the signature
};

// A validator that is not empty makes "304 Not Modified" a possible answer.
S3Request get_object_request(const Bucket& bucket, const Reference& reference,
                             std::string_view validator);
S3Request head_object_request(const Bucket& bucket, const Reference& reference);
// Of no version: S3 gives them out itself.
S3Request put_object_request(const Bucket& bucket, std::string_view key);
// Of a versioned reference: that version, for good.
S3Request delete_object_request(const Bucket& bucket, const Reference& reference);
// Keys that begin with the bucket's prefix, from where the last page ended.
S3Request list_page_request(const Bucket& bucket, std::string_view continuation_token);

}  // namespace aside::origin
