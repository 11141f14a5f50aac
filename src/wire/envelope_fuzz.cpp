// Envelopes as they come, envelopes whose checksum is made right, and envelopes made here: the
// first byte says which.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/envelope.h"
#include "wire/envelope_fixture.h"

namespace {

using namespace aside;
using namespace aside::wire;

constexpr std::uint64_t kFingerprint = 42;
constexpr std::uint64_t kMaxBody = 1 << 20;

void expect_same(const Envelope& a, const Envelope& b) {
    if (a.absent != b.absent || a.validator != b.validator || a.body != b.body ||
        a.origin_time != b.origin_time || a.fresh_until != b.fresh_until) {
        std::abort();
    }
}

void expect_round_trip(const Envelope& envelope, const EnvelopeOptions& options) {
    std::string bytes;
    append_envelope(bytes, envelope, kFingerprint, options);
    EnvelopeReader reader;
    const auto read = reader.read(bytes, kFingerprint, kMaxBody);
    if (!read) std::abort();
    expect_same(*read, envelope);
}

void read_forged(std::string bytes, bool consistent) {
    if (consistent && bytes.size() >= kEnvelopeHeadBytes) {
        bytes[0] = '\xA5';
        bytes[1] = 'S';
        bytes[2] = 1;
        set_number(bytes, 12, kFingerprint);
        reseal(bytes);
    }
    EnvelopeReader reader;
    const auto read = reader.read(bytes, kFingerprint, kMaxBody);
    if (!read) return;
    if (read->body.size() > kMaxBody || (read->absent && !read->body.empty())) std::abort();
    expect_round_trip(*read, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 3, size - 3);
    if (data[0] % 3 < 2) {
        read_forged(text, data[0] % 3 == 1);
        return 0;
    }
    const bool absent = data[1] % 8 == 0;
    const std::size_t cut = std::min<std::size_t>(data[1], text.size());
    const std::string_view view = text;
    expect_round_trip({.absent = absent,
                       .validator = view.substr(0, cut),
                       .body = absent ? std::string_view() : view.substr(cut),
                       .origin_time = WallTime(Duration(data[2]))},
                      {.compress_from_bytes = data[2], .compression_level = data[1] % 4});
    return 0;
}
