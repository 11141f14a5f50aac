// The references of an item.
#include <cstdlib>

#include "wire/json_check.h"
#include "wire/references_json.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace aside::wire;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    constexpr std::size_t kMost = 5;
    auto references = decode_references(text, kMost);
    if (!references) return 0;
    if (references->size() > kMost || !is_json(text)) std::abort();
    for (const ReferenceText& reference : *references) {
        if (reference.key.empty() || reference.key.size() > kMaxKeyBytes) std::abort();
    }
    return 0;
}
