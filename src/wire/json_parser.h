// simdjson's DOM parser, with its rules for padding and memory kept in one place. For .cpp files of
// wire, and of stores whose answers are JSON.
//
// Thread rule: a parsed document lives until the same thread parses again, or until it is called
// with its own parser.
#pragma once

#include <string_view>

#include <simdjson.h>

#include "wire/json_check.h"

namespace aside::wire {

// Texts up to this size share a parser per thread; its tape and buffers (about 16 bytes a byte)
// stay allocated.
inline constexpr std::size_t kSharedParserBytes = 64 * 1024;

// Calls `use(simdjson::simdjson_result<simdjson::dom::element>)` while the document lives.
template <class Use>
auto with_json(std::string_view text, Use use) {
    const auto parse = [&](simdjson::dom::parser& parser) {
        if (parser.max_depth() != kMaxJsonDepth) {
            if (auto error = parser.allocate(kSharedParserBytes, kMaxJsonDepth)) {
                return use(simdjson::simdjson_result<simdjson::dom::element>(error));
            }
        }
        // `true`: copy into a padded buffer, for nobody promises that bytes may be read past the
        // end of `text`.
        return use(parser.parse(text.data(), text.size(), true));
    };
    if (text.size() > kSharedParserBytes) {
        simdjson::dom::parser own;
        return parse(own);
    }
    thread_local simdjson::dom::parser shared;
    return parse(shared);
}

}  // namespace aside::wire
