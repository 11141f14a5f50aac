// A stream read whole and read in pieces of any sizes must give the same frames, and the same end.
// The first four bytes choose the sizes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "wire/resp.h"
#include "wire/resp_fixture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace aside::wire;
    std::uint32_t state = 0;
    if (size < sizeof state || size > 4096) return 0;
    std::memcpy(&state, data, sizeof state);
    const std::string_view stream(reinterpret_cast<const char*>(data) + sizeof state,
                                  size - sizeof state);
    const RespLimits limits{.depth = 4, .nodes = 64, .frame_bytes = 1024, .line_bytes = 64};

    const auto whole = read_in_pieces(stream, limits, [&] { return stream.size(); });
    const unsigned shift = 20 + state % 12;  // pieces of up to 4096 bytes, or of one
    const auto pieces = read_in_pieces(stream, limits, [&] {
        state = state * 1664525 + 1013904223;
        return std::size_t{state >> shift};
    });
    if (whole.frames != pieces.frames || whole.broken != pieces.broken ||
        whole.left_bytes != pieces.left_bytes) {
        std::abort();
    }
    return 0;
}
