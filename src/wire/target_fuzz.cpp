// Paths and parameters of a request's target.
#include <cstdlib>
#include <string>

#include "wire/http_target.h"
#include "wire/json_check.h"
#include "wire/json_text.h"
#include "wire/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace aside::wire;
    std::string text(reinterpret_cast<const char*>(data), size);
    std::erase(text, '\0');  // the request parser lets none through
    const Target target = split_target(text);
    std::string scratch;
    if (auto path = percent_decode(target.path, scratch)) {
        if (!is_utf8(*path) || path->find('\0') != std::string_view::npos ||
            path->size() > text.size())
            std::abort();
        std::string json;
        append_json_string(json, *path);
        if (!is_json(json)) std::abort();
    }
    std::string json;
    append_json_string(json, text);
    if (!is_json(json)) std::abort();
    (void)query_parameter(target.query, "version", scratch);
    return 0;
}
