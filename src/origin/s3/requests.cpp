#include "origin/s3/requests.h"

namespace aside::origin {
namespace {

aws::SignedRequest to_object(std::string_view method, const Bucket& bucket,
                             const Reference& reference) {
    aws::SignedRequest request{
        .method = method, .host = host_of(bucket), .path = object_path(bucket, reference.key)};
    request.idempotent = true;
    if (!reference.version.empty()) request.query.push_back({"versionId", reference.version});
    return request;
}

}  // namespace

aws::SignedRequest get_object_request(const Bucket& bucket, const Reference& reference,
                                      std::string_view validator) {
    aws::SignedRequest request = to_object("GET", bucket, reference);
    if (!validator.empty()) request.fields.push_back({"If-None-Match", std::string(validator)});
    // S3 tells a checksum only to those who ask.
    request.fields.push_back({"x-amz-checksum-mode", "ENABLED"});
    return request;
}

aws::SignedRequest head_object_request(const Bucket& bucket, const Reference& reference) {
    return to_object("HEAD", bucket, reference);
}

aws::SignedRequest put_object_request(const Bucket& bucket, std::string_view key,
                                      PutCondition condition) {
    aws::SignedRequest request = to_object("PUT", bucket, {std::string(key), {}});
    request.fields.push_back({"Content-Type", "application/json"});
    if (condition == PutCondition::if_absent) {
        request.fields.push_back({"If-None-Match", "*"});
        // Made twice it would find its own work, and call it a conflict.
        request.idempotent = false;
    }
    return request;
}

aws::SignedRequest delete_object_request(const Bucket& bucket, const Reference& reference) {
    return to_object("DELETE", bucket, reference);
}

aws::SignedRequest list_page_request(const Bucket& bucket, std::string_view continuation_token) {
    aws::SignedRequest request{
        .method = "GET", .host = host_of(bucket), .path = bucket_path(bucket)};
    request.idempotent = true;
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}};
    if (!bucket.prefix.empty()) request.query.push_back({"prefix", bucket.prefix});
    if (!continuation_token.empty()) {
        request.query.push_back({"continuation-token", std::string(continuation_token)});
    }
    return request;
}

}  // namespace aside::origin
