// S3's answers in XML: lists within their bound, errors on one line.
#include <cstdlib>

#include "wire/s3_answers.h"

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace aside::wire;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    constexpr std::size_t kMost = 5;
    if (const auto list = decode_s3_list(bytes, kMost)) {
        require(list->objects.size() <= kMost);
        for (const S3Object& object : list->objects) require(!object.key.empty());
    }
    if (const auto error = decode_s3_error(bytes)) {
        require(!error->code.empty() && error->code.size() <= 200);
        require(error->message.find_first_of("\r\n\x1b") == std::string::npos);
    }
    return 0;
}
