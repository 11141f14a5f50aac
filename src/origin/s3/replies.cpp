#include "origin/s3/replies.h"

#include <algorithm>
#include <charconv>

#include "wire/aws_checksum.h"
#include "wire/http_date.h"
#include "wire/s3_answers.h"

namespace aside::origin {

using http_client::HttpAnswer;

namespace {

Result<void> check(const HttpAnswer& answer) {
    for (const std::string_view field : wire::kChecksumFields) {
        const auto verdict = wire::check_body(field, answer.head.field(field), answer.body);
        if (verdict == wire::ChecksumVerdict::differs) {
            return fail(Errc::corrupt, "the body is not what " + std::string(field) + " says");
        }
        if (verdict == wire::ChecksumVerdict::agrees) break;
    }
    return {};
}

// In milliseconds; 0 when nothing was told.
std::uint64_t retry_after(const HttpAnswer& answer, WallTime now) {
    constexpr std::chrono::seconds kMost = std::chrono::hours(1);
    const std::string_view told = answer.head.field("retry-after");
    std::int64_t seconds = 0;
    const auto [end, problem] = std::from_chars(told.data(), told.data() + told.size(), seconds);
    if (problem != std::errc() || end != told.data() + told.size()) {
        const auto until = wire::parse_http_date(told);
        if (!until) return 0;
        // By the clock that told it, where it tells what it shows.
        const auto there = wire::parse_http_date(answer.head.field("date"));
        seconds = std::chrono::ceil<std::chrono::seconds>(*until - there.value_or(now)).count();
    }
    constexpr std::int64_t kMsPerSecond = 1000;
    const std::int64_t bounded = std::clamp<std::int64_t>(seconds, 0, kMost.count());
    return static_cast<std::uint64_t>(bounded * kMsPerSecond);
}

struct Understood {
    wire::S3Error told;
    aws::ErrorMeaning meaning;
};
Understood understand(const HttpAnswer& answer) {
    Understood result;
    result.told = wire::decode_s3_error(answer.body).value_or(wire::S3Error{});
    const unsigned status = answer.head.status;
    result.meaning = aws::meaning_of(status, result.told.code, result.told.message);
    // A version that is the mark of a deletion has no bytes to GET.
    constexpr unsigned kMethodNotAllowed = 405;
    if (status == kMethodNotAllowed && answer.head.field("x-amz-delete-marker") == "true") {
        result.meaning = {aws::ErrorStep::absent, Errc::not_found};
    }
    return result;
}

}  // namespace

S3Failure failure_of(const HttpAnswer& answer, WallTime now) {
    auto [told, meaning] = understand(answer);
    // Where no body says it: in an answer to a HEAD, and in redirects.
    if (told.region.empty()) told.region = answer.head.field("x-amz-bucket-region");
    Error error{meaning.code,
                aws::describe_error("S3", answer.head.status, told.code, told.message, meaning)};
    if (!told.region.empty()) error.detail += "; the bucket is in " + told.region;
    if (meaning.code == Errc::throttled) error.amount = retry_after(answer, now);
    return {meaning, std::move(error)};
}

aws::ErrorMeaning read_s3_meaning(const HttpAnswer& answer) {
    return understand(answer).meaning;
}

bool succeeded(const HttpAnswer& answer) {
    return answer.head.status == 200 || answer.head.status == 304;
}

Result<LoadedObject> loaded_object(HttpAnswer& answer, bool validator_was_sent) {
    if (answer.head.status == 304) {
        if (!validator_was_sent) return fail(Errc::protocol, "S3 answered 304 to nothing");
        return LoadedObject{LoadState::not_modified, {}, std::string(answer.head.field("etag"))};
    }
    const Result<void> whole = check(answer);
    if (!whole) return fail(whole.error());
    std::string validator(answer.head.field("etag"));
    return LoadedObject{LoadState::found, std::move(answer.body), std::move(validator)};
}

}  // namespace aside::origin
