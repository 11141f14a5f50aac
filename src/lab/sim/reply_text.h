// Writes replies as a server does, in the protocol version the session speaks.
//
// Thread rule: pure functions; each appends to `out`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aside::lab {

enum class Protocol : std::uint8_t { resp2 = 2, resp3 = 3 };

void append_simple(std::string& out, std::string_view text);
void append_error(std::string& out, std::string_view text);
void append_integer(std::string& out, std::int64_t number);
void append_bulk(std::string& out, std::string_view text);
void append_null(std::string& out, Protocol protocol);
void append_array(std::string& out, std::size_t count);
// Keys and values follow: a map in RESP3, a flat array in RESP2.
void append_map(std::string& out, Protocol protocol, std::size_t pairs);
// A long text for people: verbatim in RESP3.
void append_text(std::string& out, Protocol protocol, std::string_view text);
// `>2 invalidate [names]`, RESP3 only.
void append_invalidation(std::string& out, std::string_view name);
void append_invalidation_of_all(std::string& out);

}  // namespace aside::lab
