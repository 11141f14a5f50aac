#include "wire/lambda/object_changes.h"

#include "wire/uri_encode.h"
#include "wire/utf8.h"

namespace aside::wire {
namespace {

using simdjson::dom::element;

void add(std::string_view key, std::string_view version, std::string_view prefix,
         std::vector<ReferenceText>& into) {
    if (!key.starts_with(prefix)) return;
    key.remove_prefix(prefix.size());
    if (!is_name(key)) return;
    into.push_back({.key = std::string(key), .version = {}});
    if (is_name(version))
        into.push_back({.key = std::string(key), .version = std::string(version)});
}

}  // namespace

std::string_view text_at(element from, std::string_view name) {
    std::string_view text;
    return from[name].get(text) ? std::string_view() : text;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxKeyBytes && !text.contains('\0') && is_utf8(text);
}

Result<void> add_notified_object(element record, std::string_view prefix,
                                 std::vector<ReferenceText>& into) {
    element object;
    std::string_view encoded;
    if (record["s3"]["object"].get(object) || object["key"].get(encoded)) {
        return fail(Errc::bad_input, "a record of S3 without an object's key");
    }
    // S3 writes "a b+c" as "a+b%2Bc".
    std::string key;
    if (!append_uri_decoded(key, encoded)) {
        return fail(Errc::bad_input, "a key of S3 that is not encoded as S3 does");
    }
    // A version never changes, but it can be deleted. With a delete marker it is the marker's, and
    // does no harm.
    const std::string_view name = text_at(record, "eventName");
    const bool is_removal =
        name.starts_with("ObjectRemoved:") || name.starts_with("LifecycleExpiration:");
    add(key, is_removal ? text_at(object, "versionId") : std::string_view(), prefix, into);
    return {};
}

bool is_bucket_event(element event) {
    return text_at(event, "source") == "aws.s3" && !text_at(event, "detail-type").empty();
}

Result<void> add_event_object(element event, std::string_view prefix,
                              std::vector<ReferenceText>& into) {
    const std::string_view type = text_at(event, "detail-type");
    const bool is_removal = type == "Object Deleted";
    if (!is_removal && type != "Object Created") return {};
    element object;
    std::string_view key;  // here it is not encoded
    if (event["detail"]["object"].get(object) || object["key"].get(key)) {
        return fail(Errc::bad_input, "an event of S3 without an object's key");
    }
    add(key, is_removal ? text_at(object, "version-id") : std::string_view(), prefix, into);
    return {};
}

}  // namespace aside::wire
