// An answer of S3, from its first byte to what it means: absence has a name, a wait a bound, and
// what is told to people fits on a line.
#include <cstdlib>

#include "origin/s3/replies.h"

namespace {

using namespace aside;
using namespace aside::origin;

void require(bool promise) {
    if (!promise) std::abort();
}

void judge_failure(const http_client::HttpAnswer& answer) {
    const S3Failure failure = failure_of(answer, WallTime{});
    require(read_s3_meaning(answer).step == failure.meaning.step);
    require(failure.error.code == failure.meaning.code);
    if (failure.meaning.step == aws::ErrorStep::absent) {
        require(answer.body.find("NoSuch") != std::string::npos || answer.head.status == 405);
    }
    require(failure.error.amount <= 3'600'000);
    require(failure.error.amount == 0 || failure.error.code == Errc::throttled);
    require(failure.error.detail.find_first_of("\r\n\x1b") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    wire::ResponseReader reader({.body_bytes = 4096, .error_body_bytes = 4096}, false);
    if (!reader.feed({reinterpret_cast<const char*>(data), size})) return 0;
    if (!reader.end_of_stream()) return 0;
    http_client::HttpAnswer answer{std::move(reader.head()), reader.take_body()};
    if (!succeeded(answer)) {
        judge_failure(answer);
        return 0;
    }
    const auto object = loaded_object(answer, true);
    require(object ? object->state != LoadState::absent : object.error().code == Errc::corrupt);
    return 0;
}
