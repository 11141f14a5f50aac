#include "wire/json_check.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>

#include "wire/json_parser.h"

namespace aside::wire {
namespace {

// Takes every event and keeps nothing.
struct Nothing {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    using error_code = boost::json::error_code;
    using text = boost::json::string_view;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_object_end(std::size_t, error_code&) { return true; }
    bool on_string_part(text, std::size_t, error_code&) { return true; }
    bool on_string(text, std::size_t, error_code&) { return true; }
    bool on_key_part(text, std::size_t, error_code&) { return true; }
    bool on_key(text, std::size_t, error_code&) { return true; }
    bool on_number_part(text, error_code&) { return true; }
    bool on_int64(std::int64_t, text, error_code&) { return true; }
    bool on_uint64(std::uint64_t, text, error_code&) { return true; }
    bool on_double(double, text, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(text, error_code&) { return true; }
    bool on_comment(text, error_code&) { return true; }
};

// simdjson also refuses numbers that no 64-bit type holds. Boost.JSON, slower, only looks at their
// grammar.
bool is_json_with_large_numbers(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = kMaxJsonDepth;
    boost::json::basic_parser<Nothing> parser(options);
    boost::json::error_code error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    return !error && used == text.size();
}

}  // namespace

bool is_json(std::string_view text) {
    if (text.empty()) return false;
    const auto error = with_json(text, [](auto document) { return document.error(); });
    if (error == simdjson::NUMBER_ERROR) return is_json_with_large_numbers(text);
    return error == simdjson::SUCCESS;
}

}  // namespace aside::wire
