// What S3 says in XML: why it refused, and lists of keys.
//
// Thread rule: pure functions. Errors: protocol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aside::wire {

struct S3Error {
    std::string code;     // "NoSuchKey"; some servers leave the message empty
    std::string message;  // one line, at most 200 bytes
    std::string region;   // where the bucket is, when that is what is wrong
};

// <Error><Code>…</Code><Message>…</Message></Error>
Result<S3Error> decode_s3_error(std::string_view xml);

struct S3Object {
    std::string key;  // byte for byte: decoded when the list says it was encoded
    std::string etag;
    std::uint64_t size_bytes = 0;
};

struct S3List {
    std::vector<S3Object> objects;
    std::string continuation;  // not empty: ask again with it
};

// <ListBucketResult>, of ListObjectsV2 with encoding-type=url (without it keys that XML cannot hold
// would be lost). More than `max_objects` are protocol.
Result<S3List> decode_s3_list(std::string_view xml, std::size_t max_objects);

}  // namespace aside::wire
