// Feeds a line to both record decoders. Whatever it is, a body that is taken must be JSON and lie
// inside of the line.
#include <cstdint>
#include <cstdlib>

#include "wire/json_check.h"
#include "wire/ndjson.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    (void)aside::wire::decode_item_record(line, 100);
    const auto object = aside::wire::decode_object_record(line, 1 << 20);
    if (object) {
        const auto& body = object->body;
        if (body.data() < line.data() || body.data() + body.size() > line.data() + line.size()) {
            std::abort();
        }
        if (!aside::wire::is_json(body)) std::abort();
    }
    return 0;
}
