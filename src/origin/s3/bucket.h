// Where the objects of an S3 bucket are, and how they are named in requests.
//
// Two styles: *virtual-hosted* (https://bucket.s3.eu-central-1.amazonaws.com/key), and *path*
// (https://host/bucket/key), which other servers know best. An object's key is the prefix and the
// reference's key put together, byte for byte: "..", "//" and a trailing "/" are names like others.
//
// Thread rule: plain values, pure functions.
#pragma once

#include <string>
#include <string_view>

namespace aside::origin {

struct Bucket {
    std::string name;
    std::string prefix;  // "de/", or empty
    std::string region;
    std::string host;  // of the service, as the Host field says it: with the port, if it is unusual
    bool in_path = false;  // path style
};

// What the Host field says.
std::string host_of(const Bucket& bucket);
// Encoded, beginning with '/'.
std::string object_path(const Bucket& bucket, std::string_view key);
std::string bucket_path(const Bucket& bucket);

// A name with dots is no part of a host name that a wildcard certificate covers; and these are the
// rules for names since 2018. Says what is wrong with it; empty: nothing.
std::string_view problem_of_bucket_name(std::string_view name);
bool fits_host_name(std::string_view bucket_name);

}  // namespace aside::origin
