#include "origin/s3/bucket.h"

#include <algorithm>

#include "wire/uri_encode.h"

namespace aside::origin {

std::string host_of(const Bucket& bucket) {
    return bucket.in_path ? bucket.host : bucket.name + "." + bucket.host;
}

std::string object_path(const Bucket& bucket, std::string_view key) {
    std::string path = "/";
    if (bucket.in_path) path.append(bucket.name).append("/");
    wire::append_path_encoded(path, bucket.prefix);
    wire::append_path_encoded(path, key);
    return path;
}

std::string bucket_path(const Bucket& bucket) {
    return bucket.in_path ? "/" + bucket.name : "/";
}

std::string_view problem_of_bucket_name(std::string_view name) {
    constexpr std::size_t kShortest = 3;
    constexpr std::size_t kLongest = 63;
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    if (name.size() < kShortest || name.size() > kLongest) return "it must have 3 to 63 characters";
    if (!std::ranges::all_of(name, plain)) {
        return "only lower-case letters, digits, '-' and '.' may be in it";
    }
    const auto edge = [](char c) { return c != '-' && c != '.'; };
    if (!edge(name.front()) || !edge(name.back())) {
        return "it must begin and end with a letter or digit";
    }
    if (name.find("..") != std::string_view::npos) return "two dots stand side by side";
    return {};
}

bool fits_host_name(std::string_view bucket_name) {
    return bucket_name.find('.') == std::string_view::npos;
}

}  // namespace aside::origin
