#include "wire/references_writer.h"

#include "wire/json_text.h"

namespace aside::wire {

void ReferencesWriter::add(std::string_view key, std::string_view version) {
    if (text_.back() != '[') text_ += ',';
    text_ += "{\"key\":";
    append_json_string(text_, key);
    if (!version.empty()) {
        text_ += ",\"version\":";
        append_json_string(text_, version);
    }
    text_ += '}';
}

std::string ReferencesWriter::finish() {
    text_ += "]}";
    return std::move(text_);
}

}  // namespace aside::wire
