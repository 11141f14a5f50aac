#include "wire/s3_answers.h"

#include "base/number_text.h"
#include "wire/one_line.h"
#include "wire/uri_encode.h"
#include "wire/xml_text.h"

namespace aside::wire {

Result<S3Error> decode_s3_error(std::string_view xml) {
    const auto document = XmlDocument::parse(xml);
    if (!document) return fail(document.error());
    if (document->root() != "Error") return fail(Errc::protocol, "not an error of S3");
    S3Error error{one_line(document->text("Code")), one_line(document->text("Message")),
                  one_line(document->text("Region"))};
    if (error.code.empty()) return fail(Errc::protocol, "an error of S3 without a code");
    return error;
}

Result<S3List> decode_s3_list(std::string_view xml, std::size_t max_objects) {
    const auto document = XmlDocument::parse(xml);
    if (!document) return fail(document.error());
    if (document->root() != "ListBucketResult") return fail(Errc::protocol, "not a list of S3");
    const bool encoded = document->text("EncodingType") == "url";
    S3List list;
    const char* wrong = nullptr;
    document->each("Contents", [&](const XmlElement& object) {
        if (list.objects.size() >= max_objects) wrong = "a list of more keys than were asked for";
        if (wrong) return;
        S3Object& one = list.objects.emplace_back();
        const std::string_view key = object.text("Key");
        if (!encoded) one.key = key;
        if (encoded && !append_uri_decoded(one.key, key)) wrong = "a key that is badly encoded";
        if (one.key.empty()) wrong = "an object without a key";
        if (!read_number(object.text("Size"), one.size_bytes)) wrong = "an object without a size";
        one.etag = object.text("ETag");
    });
    if (wrong) return fail(Errc::protocol, wrong);
    const std::string_view truncated = document->text("IsTruncated");
    if (truncated != "true" && truncated != "false") {
        return fail(Errc::protocol, "a list that does not say whether it is whole");
    }
    if (truncated == "true") {
        list.continuation = document->text("NextContinuationToken");
        if (list.continuation.empty()) {
            return fail(Errc::protocol, "a list that goes on, and does not say how");
        }
    }
    return list;
}

}  // namespace aside::wire
