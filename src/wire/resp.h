// RESP2 and RESP3, the protocol of Redis and Valkey, as a machine without I/O
// (https://redis.io/docs/latest/develop/reference/protocol-spec/).
//
//   RespReader reader(limits);
//   buffer += bytes;
//   switch (reader.read(buffer)) {
//     case RespReader::Result::frame: use reader.root(); buffer.consume(reader.frame_bytes()); …
//     case more: wait for at least reader.wanted_bytes() in all; broken: close, reader.problem()
//
// A frame is given whole: a flat array of nodes in document order, whose texts are views into the
// buffer. The reader remembers how far it got in a frame that is not complete, so that bytes are
// looked at once however they arrive. Depth, number of nodes and size are bounded. Attributes (|)
// are read and left out; streamed strings and aggregates ($?, *?), which no server sends, and a
// push inside of another value are errors. Thread rule: one reader, one thread. Ownership: nodes
// are the reader's and live until the next read(); their texts are the buffer's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aside::wire {

enum class RespType : std::uint8_t {
    simple_string,
    error,  // simple (-) or bulk (!)
    integer,
    bulk_string,  // also verbatim (=), its "txt:" taken off
    null,         // $-1, *-1 and _
    array,
    real,     // , as text
    boolean,  // number 0 or 1
    big_number,
    map,  // count is of keys and values together
    set,
    push,  // out of band: never a reply
};

struct RespNode {
    RespType type = RespType::null;
    std::uint32_t count = 0;  // children that follow, for array, map, set, push
    std::uint32_t skip = 1;   // nodes of this value in all: the next sibling is at +skip
    std::int64_t number = 0;  // of integer, boolean
    std::string_view text{};  // of strings, errors, numbers
};

// A frame that is exactly at a limit passes.
struct RespLimits {
    std::uint32_t depth = 8;  // of aggregates in each other
    std::uint32_t nodes = 1 << 20;
    std::uint64_t frame_bytes = 64ULL << 20;
    std::uint32_t line_bytes = 64 * 1024;  // of a simple string, error or number
};

class RespReader {
  public:
    enum class Result : std::uint8_t { frame, more, broken };

    // One of each connection: what is broken stays so.
    explicit RespReader(RespLimits limits = {}) : limits_(limits), nodes_(1) {}

    // `buffer` begins where the last frame ended, and only grows until the frame is complete (it
    // may move in memory).
    Result read(std::string_view buffer);

    // Of a frame.
    const RespNode& root() const { return nodes_.front(); }
    std::span<const RespNode> nodes() const { return nodes_; }
    std::size_t frame_bytes() const { return frame_bytes_; }

    // After `more`: bytes the buffer must hold in all before reading again can help (at least one
    // more than it has): for a large bulk string this is its end.
    std::size_t wanted_bytes() const { return wanted_bytes_; }
    // After `broken`: for logs; holds no data of the peer's.
    std::string_view problem() const { return problem_; }

  private:
    enum class Step : std::uint8_t { on, wait, bad };
    // Where a node's text is: the buffer may move until the frame is complete.
    struct TextAt {
        std::size_t begin, size;
    };
    // An array, map, set, push or attribute that still wants children.
    struct Open {
        std::uint32_t node;
        std::uint64_t left;
        bool attribute;
    };

    bool read_at_once(std::string_view buffer);
    bool whole(RespType type, std::string_view text, std::size_t end);
    void begin();
    Result complete(std::string_view buffer);

    Step read_line(std::string_view buffer);
    Step find_line(std::string_view buffer, std::size_t max_bytes, std::string_view& line);
    Step take_line(char kind, std::string_view line);
    Step take_number(char kind, std::string_view line);
    Step open_bulk(char kind, std::string_view line);
    Step read_bulk(std::string_view buffer);
    Step open_children(char kind, std::string_view line);
    RespNode& add(RespType type, TextAt text = {0, 0});
    Step ended();
    Step wait_for(std::size_t bytes);
    Step bad(std::string_view problem);

    RespLimits limits_;
    std::vector<RespNode> nodes_;
    std::size_t frame_bytes_ = 0;
    std::size_t wanted_bytes_ = 0;
    std::string_view problem_;  // a literal; once there is one, nothing is read any more

    // Of the frame in progress. Nothing of it is decided while position_ is 0.
    std::vector<TextAt> texts_;      // of each node
    std::vector<Open> open_;         // the outermost first
    std::uint64_t promised_ = 1;     // nodes made, and those that open ones still want
    std::size_t position_ = 0;       // of the value, or bulk body, to be read next
    std::size_t line_position_ = 0;  // how far that value's line has been searched for its end
    std::uint64_t bulk_bytes_ = 0;
    char bulk_kind_ = 0;  // '$', '!' or '=' while its body is awaited
    bool complete_ = false;
};

// The children of an array, map, set or push, in order:
//   for (const RespNode* child = first_child(node); …; child = next_sibling(child))
inline const RespNode* first_child(const RespNode& node) {
    return &node + 1;
}
inline const RespNode* next_sibling(const RespNode* node) {
    return node + node->skip;
}
// The i-th child; null when there is none.
const RespNode* child(const RespNode& node, std::uint32_t i);

// Appends a command as an array of bulk strings.
void append_resp_command(std::string& out, std::span<const std::string_view> words);

}  // namespace aside::wire
