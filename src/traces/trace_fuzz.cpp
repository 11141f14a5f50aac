// Any bytes, as a trace: plain, gzip or zstd, whole and byte by byte. Both ways must tell the same,
// unless the compressed data is damaged: how much is read before the damage shows is the decoder's
// affair.
#include <cstdlib>
#include <optional>
#include <string>

#include "base/hash.h"
#include "traces/memory_source.h"
#include "traces/trace.h"

namespace {

constexpr std::uint64_t kMaxRecords = 10'000;  // a small zstd frame may hold gigabytes

// Nothing for damaged data.
std::optional<std::uint64_t> digest_of(std::string bytes, std::size_t piece) {
    using namespace aside;
    auto reader =
        traces::open_trace(std::make_unique<traces::MemorySource>(std::move(bytes), piece));
    if (!reader && reader.error().code == Errc::corrupt) return std::nullopt;
    if (!reader) return hash_bytes(to_string(reader.error()));
    std::uint64_t sum = 0;
    traces::Record record;
    for (std::uint64_t i = 0; i < kMaxRecords; ++i) {
        auto more = (*reader)->next(record);
        if (!more && more.error().code == Errc::corrupt) return std::nullopt;
        if (!more) return hash_combine(sum, hash_bytes(to_string(more.error())));
        if (!*more) return sum;
        sum = hash_combine(sum, hash_bytes(record.key, record.size_bytes ^ record.time_ms));
    }
    return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const auto whole = digest_of(bytes, std::string::npos);
    const auto pieces = digest_of(bytes, 1);
    if (whole && pieces && *whole != *pieces) std::abort();
    return 0;
}
