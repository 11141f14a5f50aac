// Whatever decodes encodes to the same bytes.
#include <cstdlib>

#include "engine/portable_index.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto keys = aside::engine::decode_portable_index(bytes, {});
    if (!keys) return 0;
    const std::string body = aside::engine::encode_index_entry(*keys, nullptr);
    if (aside::engine::encode_portable_index(aside::engine::IndexEntry(body)) != bytes) abort();
    return 0;
}
