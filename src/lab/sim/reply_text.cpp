#include "lab/sim/reply_text.h"

namespace aside::lab {

namespace {

void append_line(std::string& out, char type, std::string_view text) {
    out += type;
    out += text;
    out += "\r\n";
}

}  // namespace

void append_simple(std::string& out, std::string_view text) {
    append_line(out, '+', text);
}
void append_error(std::string& out, std::string_view text) {
    append_line(out, '-', text);
}
void append_integer(std::string& out, std::int64_t number) {
    append_line(out, ':', std::to_string(number));
}
void append_bulk(std::string& out, std::string_view text) {
    append_line(out, '$', std::to_string(text.size()));
    out += text;
    out += "\r\n";
}
void append_null(std::string& out, Protocol protocol) {
    out += protocol == Protocol::resp3 ? "_\r\n" : "$-1\r\n";
}
void append_array(std::string& out, std::size_t count) {
    append_line(out, '*', std::to_string(count));
}
void append_map(std::string& out, Protocol protocol, std::size_t pairs) {
    if (protocol == Protocol::resp3) return append_line(out, '%', std::to_string(pairs));
    append_array(out, pairs * 2);
}
void append_text(std::string& out, Protocol protocol, std::string_view text) {
    if (protocol == Protocol::resp2) return append_bulk(out, text);
    append_line(out, '=', std::to_string(text.size() + 4));
    out += "txt:";
    out += text;
    out += "\r\n";
}
void append_invalidation(std::string& out, std::string_view name) {
    append_line(out, '>', "2");
    append_bulk(out, "invalidate");
    append_array(out, 1);
    append_bulk(out, name);
}
void append_invalidation_of_all(std::string& out) {
    append_line(out, '>', "2");
    append_bulk(out, "invalidate");
    append_null(out, Protocol::resp3);
}

}  // namespace aside::lab
