// Lists of entity tags.
#include <cstdlib>
#include <string>

#include "wire/entity_tag.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view list(reinterpret_cast<const char*>(data), size);
    const std::string tag = "\"0123456789abcdef\"";
    const bool named = aside::wire::names_tag(list, tag);
    if (named && list != "*" && list.find(tag) == std::string_view::npos) std::abort();
    return 0;
}
