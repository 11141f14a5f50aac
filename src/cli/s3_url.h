// The parts of an object store's URL:
//
//   s3://bucket[/prefix][?region=…][&endpoint=http://host:port][&style=path|virtual]
//
// The prefix is a folder: "s3://bucket/de" and "s3://bucket/de/" both put "de/" before each key.
// What is left out is decided when it is opened (aws_session.h). Thread rule: pure. Errors:
// bad_input, without saying whose URL it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aside::cli {

enum class BucketStyle : std::uint8_t {
    automatic,  // a given endpoint: path; AWS: virtual, unless the bucket's name has dots
    path,
    virtual_hosted,
};

struct S3Url {
    std::string bucket;
    std::string prefix;  // decoded; empty, or ends in '/'
    std::string region, endpoint;
    BucketStyle style = BucketStyle::automatic;
    bool operator==(const S3Url&) const = default;
};

// `rest`: what follows "s3://".
Result<S3Url> parse_s3_url(std::string_view rest);

}  // namespace aside::cli
