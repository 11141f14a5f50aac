// Bodies that list ids and keys: a batch, an invalidation.
#include <cstdlib>

#include "wire/key_lists_json.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace aside::wire;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    constexpr std::size_t kMost = 5;
    if (auto ids = decode_ids(text, kMost); ids && ids->size() > kMost) std::abort();
    if (auto lists = decode_key_lists(text, kMost);
        lists && lists->items.size() + lists->objects.size() > kMost)
        std::abort();
    return 0;
}
