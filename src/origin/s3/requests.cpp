#include "origin/s3/requests.h"

namespace aside::origin {
namespace {

S3Request to_object(std::string_view method, const Bucket& bucket, const Reference& reference) {
    S3Request request{method, host_of(bucket), object_path(bucket, reference.key), {}, {}};
    if (!reference.version.empty()) request.query.push_back({"versionId", reference.version});
    return request;
}

}  // namespace

S3Request get_object_request(const Bucket& bucket, const Reference& reference,
                             std::string_view validator) {
    S3Request request = to_object("GET", bucket, reference);
    if (!validator.empty()) request.fields.push_back({"If-None-Match", std::string(validator)});
    // S3 tells a checksum only to those who ask.
    request.fields.push_back({"x-amz-checksum-mode", "ENABLED"});
    return request;
}

S3Request head_object_request(const Bucket& bucket, const Reference& reference) {
    return to_object("HEAD", bucket, reference);
}

S3Request put_object_request(const Bucket& bucket, std::string_view key) {
    S3Request request = to_object("PUT", bucket, {std::string(key), {}});
    request.fields.push_back({"Content-Type", "application/json"});
    return request;
}

S3Request delete_object_request(const Bucket& bucket, const Reference& reference) {
    return to_object("DELETE", bucket, reference);
}

S3Request list_page_request(const Bucket& bucket, std::string_view continuation_token) {
    S3Request request{"GET", host_of(bucket), bucket_path(bucket), {}, {}};
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}};
    if (!bucket.prefix.empty()) request.query.push_back({"prefix", bucket.prefix});
    if (!continuation_token.empty()) {
        request.query.push_back({"continuation-token", std::string(continuation_token)});
    }
    return request;
}

}  // namespace aside::origin
