#include "lab/origin/store_answer.h"

#include "wire/http_status.h"

namespace aside::lab {

std::string http_text(const HttpReply& reply, bool keep_alive) {
    constexpr std::size_t kHeadBytes = 256;
    std::string text;
    text.reserve(kHeadBytes + reply.fields.size() + reply.body.size());
    text.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
    text.append(wire::reason_phrase(reply.status)).append("\r\n");
    if (!reply.content_type.empty()) {
        text.append("Content-Type: ").append(reply.content_type).append("\r\n");
    }
    text.append(reply.fields);
    constexpr unsigned kNotModified = 304;  // has neither body nor length
    if (reply.status != kNotModified) {
        text.append("Content-Length: ").append(std::to_string(reply.body.size())).append("\r\n");
    }
    if (!keep_alive) text.append("Connection: close\r\n");
    text.append("\r\n");
    if (!reply.to_head) text.append(reply.body);
    return text;
}

bool is_silence(Errc code) {
    return code == Errc::timed_out || code == Errc::connection_lost || code == Errc::cancelled;
}

LoadEnd load_end_of(Errc code) {
    const bool throttled =
        code == Errc::throttled || code == Errc::busy || code == Errc::overloaded;
    return throttled ? LoadEnd::throttled : LoadEnd::failed;
}

}  // namespace aside::lab
