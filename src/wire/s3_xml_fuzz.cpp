// Whatever comes back is read as every kind of document: nothing but a value or an error comes of
// it.
#include <cstdint>
#include <cstdlib>

#include "wire/s3_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view xml(reinterpret_cast<const char*>(data), size);
    const auto error = aside::wire::read_s3_error(xml);
    if (error && error->code.empty()) std::abort();
    if (const auto page = aside::wire::read_list_page(xml)) {
        for (const auto& object : page->objects) {
            if (object.key.empty()) std::abort();
        }
    }
    return 0;
}
