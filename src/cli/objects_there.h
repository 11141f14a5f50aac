// What a bucket holds already, so that an import need not write it again.
//
// S3's ETag of an object that was written in one piece is the MD5 of its bytes, unless it is
// encrypted with a key of KMS: then it never agrees, and the object is written again. Memory: 16
// bytes and some for an object; more than kMostListed are not looked at. Thread rule: a plain
// value. Errors: those of the store.
#pragma once

#include <string_view>
#include <unordered_map>

#include "origin/s3/s3_store.h"

namespace aside::cli {

class ObjectsThere {
  public:
    void add(std::string_view key, std::string_view etag);
    bool same(std::string_view key, std::string_view body) const;
    std::size_t size() const { return digests_.size(); }

  private:
    std::unordered_map<std::uint64_t, std::uint64_t> digests_;  // by the key's hash
};

inline constexpr std::size_t kMostListed = 4'000'000;

// Every page of the list of what begins with the bucket's prefix.
runtime::Task<Result<ObjectsThere>> list_objects(runtime::Worker& worker, origin::S3Store& store);

}  // namespace aside::cli
