#include "origin/s3/replies.h"

#include "wire/aws_checksum.h"
#include "wire/s3_answers.h"

namespace aside::origin {
namespace {

// "S3 answered 403 AccessDenied: Access Denied (a policy does not allow it)"
std::string describe(unsigned status, const wire::S3Error& told, const aws::ErrorMeaning& meaning) {
    std::string text = "S3 answered " + std::to_string(status);
    if (!told.code.empty()) text += " " + told.code;
    if (!told.message.empty()) text += ": " + told.message;
    if (!meaning.advice.empty()) text += " (" + std::string(meaning.advice) + ")";
    if (!told.region.empty()) text += "; the bucket is in " + told.region;
    return text;
}

Result<void> check(const S3Answer& answer) {
    for (const std::string_view field : wire::kChecksumFields) {
        const auto verdict = wire::check_body(field, answer.field(field), answer.body);
        if (verdict == wire::ChecksumVerdict::differs) {
            return fail(Errc::corrupt, "the body is not what " + std::string(field) + " says");
        }
        if (verdict == wire::ChecksumVerdict::agrees) break;
    }
    return {};
}

}  // namespace

S3Failure failure_of(const S3Answer& answer) {
    wire::S3Error told = wire::decode_s3_error(answer.body).value_or(wire::S3Error{});
    // Where no body says it: in an answer to a HEAD, and in redirects.
    if (told.region.empty()) told.region = answer.field("x-amz-bucket-region");
    const aws::ErrorMeaning meaning = aws::meaning_of(answer.status, told.code, told.message);
    return {meaning, Error{meaning.code, describe(answer.status, told, meaning)}};
}

bool succeeded(const S3Answer& answer) {
    return answer.status == 200 || answer.status == 304;
}

Result<LoadedObject> loaded_object(S3Answer& answer, bool validator_was_sent) {
    if (answer.status == 304) {
        if (!validator_was_sent) return fail(Errc::protocol, "S3 answered 304 to nothing");
        return LoadedObject{LoadState::not_modified, {}, std::string(answer.field("etag"))};
    }
    const Result<void> whole = check(answer);
    if (!whole) return fail(whole.error());
    std::string validator(answer.field("etag"));
    return LoadedObject{LoadState::found, std::move(answer.body), std::move(validator)};
}

}  // namespace aside::origin
