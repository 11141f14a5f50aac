// What an HTTP server of the lab says to one request. Thread rule: plain values.
#pragma once

#include <string>
#include <string_view>

namespace aside::lab {

struct HttpReply {
    unsigned status = 200;
    std::string_view content_type = {};  // a literal
    std::string fields = {};             // whole lines
    std::string body = {};
    bool to_head = false;  // the body's length is told, not the body
    bool chunked = false;  // the body comes as one chunk, its length is not told before
};

// "HTTP/1.1 200 OK…", whole.
std::string http_text(const HttpReply& reply, bool keep_alive);

}  // namespace aside::lab
