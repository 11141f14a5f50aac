#include "lab/http/http_reply.h"

#include <array>
#include <charconv>

#include "wire/http_status.h"

namespace aside::lab {

namespace {

constexpr unsigned kAccepted = 202;  // which no server of the product says
constexpr unsigned kNotModified = 304;

std::string_view reason(unsigned status) {
    return status == kAccepted ? "Accepted" : wire::reason_phrase(status);
}

void append_length(std::string& into, const HttpReply& reply) {
    if (reply.status == kNotModified) return;  // has neither body nor length
    if (reply.chunked) {
        into.append("Transfer-Encoding: chunked\r\n");
    } else {
        into.append("Content-Length: ").append(std::to_string(reply.body.size())).append("\r\n");
    }
}

void append_hexadecimal(std::string& into, std::size_t number) {
    constexpr int kBase = 16;
    std::array<char, 2 * sizeof number> digits;
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number, kBase);
    into.append(digits.data(), written.ptr);
}

void append_body(std::string& into, const HttpReply& reply) {
    if (reply.to_head) return;
    if (!reply.chunked) {
        into.append(reply.body);
        return;
    }
    if (!reply.body.empty()) {
        append_hexadecimal(into, reply.body.size());
        into.append("\r\n").append(reply.body).append("\r\n");
    }
    into.append("0\r\n\r\n");
}

}  // namespace

std::string http_text(const HttpReply& reply, bool keep_alive) {
    constexpr std::size_t kHeadBytes = 256;
    std::string text;
    text.reserve(kHeadBytes + reply.fields.size() + reply.body.size());
    text.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
    text.append(reason(reply.status)).append("\r\n");
    if (!reply.content_type.empty()) {
        text.append("Content-Type: ").append(reply.content_type).append("\r\n");
    }
    text.append(reply.fields);
    append_length(text, reply);
    if (!keep_alive) text.append("Connection: close\r\n");
    text.append("\r\n");
    append_body(text, reply);
    return text;
}

}  // namespace aside::lab
