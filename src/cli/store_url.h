// The URLs of stores: which there are, and what each may hold.
//
//   sqlite:FILE     index and objects      s3://…         objects (s3_url.h)
//   dir:DIRECTORY   index and objects      dynamodb://…   index (dynamodb_url.h)
//
// Thread rule: pure functions. Errors: bad_input, and unsupported for a scheme that is not known or
// does not hold what is asked of it; each begins with whose URL it is.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "cli/dynamodb_url.h"
#include "cli/s3_url.h"

namespace aside::cli {

struct FileUrl {
    enum class Kind : std::uint8_t { sqlite, directory };
    Kind kind = Kind::sqlite;
    std::string path;  // "./a//b" and "a/b" are both "a/b"
    bool operator==(const FileUrl&) const = default;
};

using StoreUrl = std::variant<FileUrl, S3Url, DynamodbUrl>;
// `what` ("index.url") is named in the error.
Result<StoreUrl> parse_store_url(std::string_view url, std::string_view what);

struct StoreUrls {
    std::variant<FileUrl, DynamodbUrl> index;
    std::variant<FileUrl, S3Url> objects;

    // One store holds both.
    bool same() const;
    // Reached over the network, with credentials of AWS.
    bool need_aws() const;
};
Result<StoreUrls> parse_store_urls(const std::string& index_url, const std::string& objects_url);

}  // namespace aside::cli
