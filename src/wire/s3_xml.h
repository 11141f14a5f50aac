// The XML that S3 answers with, as far as it is read here.
//
//   <Error><Code>NoSuchKey</Code><Message>…</Message>…</Error>
//   <ListBucketResult><Contents><Key>…</Key>…</Contents>…</ListBucketResult>
//
// No entity but the five of XML itself is known and no document type is read, so that nothing grows
// or is fetched. Namespaces are not looked at: servers disagree about them. Thread rule: pure
// functions. Errors: protocol (no such document, over kMaxXmlBytes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aside::wire {

// A page of a listing is at most 1,000 keys of 1 KiB, each of them three times as long encoded.
inline constexpr std::size_t kMaxXmlBytes = 8 * 1024 * 1024;

struct S3Error {
    std::string code, message;
    std::string region;  // where the bucket really is, when the request went to another region
};

// Nothing: it is no error document; the answer came from something on the way.
std::optional<S3Error> read_s3_error(std::string_view xml);

struct ListedObject {
    std::string key;
    std::uint64_t size_bytes = 0;
    std::string entity_tag;  // with its quotes
};

struct ListPage {
    std::vector<ListedObject> objects;
    std::string continuation_token;  // empty: this was the last page
};

// Of ListObjectsV2, asked with encoding-type=url: XML cannot say every byte that a key may hold.
Result<ListPage> read_list_page(std::string_view xml);

}  // namespace aside::wire
