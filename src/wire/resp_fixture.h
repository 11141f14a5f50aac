// Test support: frames as short texts, and feeding a stream in pieces.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/resp.h"

namespace aside::wire {

// [+OK :1 $text nil ,1.5 #1 (12 {$key $value} ~(…) >(…) -ERR no]; aborts when counts and skips do
// not fit each other.
inline void describe(std::string& out, const RespNode& node) {
    switch (node.type) {
        case RespType::simple_string:
            out += '+';
            break;
        case RespType::error:
            out += '-';
            break;
        case RespType::integer:
            out += ":" + std::to_string(node.number) + '=';
            break;
        case RespType::bulk_string:
            out += '$';
            break;
        case RespType::null:
            out += "nil";
            break;
        case RespType::real:
            out += ',';
            break;
        case RespType::boolean:
            out += '#' + std::to_string(node.number);
            break;
        case RespType::big_number:
            out += '(';
            break;
        case RespType::array:
            out += '[';
            break;
        case RespType::map:
            out += '{';
            break;
        case RespType::set:
            out += "~[";
            break;
        case RespType::push:
            out += ">[";
            break;
    }
    out += node.text;
    const bool aggregate = node.type == RespType::array || node.type == RespType::map ||
                           node.type == RespType::set || node.type == RespType::push;
    const RespNode* at = first_child(node);
    for (std::uint32_t i = 0; i < node.count; ++i, at = next_sibling(at)) {
        if (i > 0) out += ' ';
        describe(out, *at);
    }
    if (at != next_sibling(&node) || (node.count > 0 && !aggregate)) std::abort();
    if (aggregate) out += node.type == RespType::map ? '}' : ']';
}

inline std::string describe(const RespReader& reader) {
    std::string out;
    describe(out, reader.root());
    if (reader.root().skip != reader.nodes().size()) std::abort();
    return out;
}

struct RespRead {
    std::vector<std::string> frames;
    bool broken = false;
    std::size_t left_bytes = 0;  // of a frame that never was complete
    std::string problem;
};

// Feeds `stream` in pieces of the sizes that `next_piece` gives (0 counts as 1). Every call sees a
// fresh copy of exactly the bytes there are: a view into an older one, or beyond the end, is found
// by the sanitizer.
inline RespRead read_in_pieces(std::string_view stream, RespLimits limits,
                               const std::function<std::size_t()>& next_piece) {
    RespReader reader(limits);
    RespRead result;
    std::size_t begin = 0;
    std::size_t end = 0;
    for (;;) {
        const std::vector<char> buffer(stream.begin() + static_cast<std::ptrdiff_t>(begin),
                                       stream.begin() + static_cast<std::ptrdiff_t>(end));
        const auto read = reader.read({buffer.data(), buffer.size()});
        if (read == RespReader::Result::broken) {
            result.broken = true;
            result.problem = reader.problem();
            return result;
        }
        if (read == RespReader::Result::frame) {
            result.frames.push_back(describe(reader));
            if (reader.frame_bytes() == 0 || reader.frame_bytes() > buffer.size()) std::abort();
            begin += reader.frame_bytes();
            continue;
        }
        if (reader.wanted_bytes() <= buffer.size()) std::abort();
        if (end == stream.size()) {
            result.left_bytes = end - begin;
            return result;
        }
        end += std::min(std::max<std::size_t>(next_piece(), 1), stream.size() - end);
    }
}

}  // namespace aside::wire
