#include "lab/http/request_reader.h"

#include <algorithm>
#include <utility>

namespace aside::lab {

namespace {

constexpr wire::HeadLimits kHeadLimits;
constexpr wire::Refusal kNobody{0, ""};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kTooLate =
    "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

// parse_head has found the head to be well-formed.
std::string_view ServedRequest::field(std::string_view name) const {
    std::string_view left = head;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find("\r\n"), left.size());
        const std::string_view line = left.substr(0, end);
        left.remove_prefix(std::min(end + 2, left.size()));
        const std::size_t colon = std::min(line.find(':'), line.size());
        if (!std::ranges::equal(line.substr(0, colon), name, {}, lower)) continue;
        const std::size_t first = line.find_first_not_of(" \t", colon + 1);
        const std::size_t last = line.find_last_not_of(" \t");
        return first == std::string_view::npos ? "" : line.substr(first, last + 1 - first);
    }
    return {};
}

RequestReader::RequestReader(runtime::Worker& worker, runtime::Stream& stream, RequestLimits limits)
    : stream_(stream),
      worker_(worker),
      limits_(limits),
      timer_(worker.make_timer([this] { timed_out(); })) {}

void RequestReader::start_read() {
    if (reading_ || ended_) return;
    reading_ = true;
    stream_.start_read(read_into_, *this);
}

void RequestReader::io_done(Result<std::size_t> got) {
    reading_ = false;
    if (got && *got > 0) {
        input_.append(read_into_.data(), *got);
    } else {
        ended_ = true;
    }
    if (waiting_) std::exchange(waiting_, nullptr).resume();
}

void RequestReader::timed_out() {
    if (!lingering_) (void)stream_.try_write(std::span(&kTooLate, 1));
    stream_.close();
}

runtime::Task<std::expected<std::size_t, wire::Refusal>> RequestReader::head_bytes() {
    std::size_t scanned = 0;
    for (;;) {
        const std::size_t bytes = wire::find_head_end(input_, scanned);
        if (bytes > 0) co_return bytes;
        if (const auto over = wire::over_limit(input_, kHeadLimits)) {
            co_return std::unexpected(*over);
        }
        if (ended_) {
            co_return std::unexpected(input_.empty() ? kNobody : wire::Refusal{400, "half a head"});
        }
        if (!input_.empty()) timer_->arm(worker_.now() + limits_.pause);
        start_read();
        co_await Read{*this};
    }
}

runtime::Task<RequestReader::Body> RequestReader::decoded_body() {
    for (;;) {
        const auto used = decoder_->feed(input_);
        if (!used) co_return std::unexpected(used.error());
        input_.erase(0, *used);
        if (decoder_->done()) co_return decoder_->take();
        if (ended_) co_return std::unexpected(wire::Refusal{400, "half a body"});
        if (std::exchange(continue_awaited_, false)) {
            const auto said = co_await runtime::write_all(stream_, kContinue);
            if (!said) co_return std::unexpected(kNobody);
        }
        timer_->arm(worker_.now() + limits_.pause);
        start_read();
        co_await Read{*this};
    }
}

runtime::Task<RequestReader::Next> RequestReader::next_head() {
    const auto bytes = co_await head_bytes();
    if (!bytes) co_return std::unexpected(bytes.error());
    const std::string_view text = std::string_view(input_).substr(0, *bytes);
    const auto head = wire::parse_head(text, kHeadLimits);
    if (!head) co_return std::unexpected(head.error());
    ServedRequest request{.method = head->method,
                          .keep_alive = head->keep_alive,
                          .target = std::string(head->target),
                          .if_none_match = std::string(head->if_none_match),
                          .head = std::string(text)};
    decoder_.reset();
    if (head->has_body()) decoder_.emplace(*head, limits_.body_bytes);
    continue_awaited_ = head->expects_continue;
    input_.erase(0, *bytes);
    co_return request;
}

runtime::Task<RequestReader::Body> RequestReader::read_body() {
    Body body;
    if (decoder_) body = co_await decoded_body();
    if (!body) co_return body;
    timer_->disarm();
    start_read();
    co_return body;
}

runtime::Task<RequestReader::Next> RequestReader::next() {
    auto request = co_await next_head();
    if (!request) co_return request;
    auto body = co_await read_body();
    if (!body) co_return std::unexpected(body.error());
    request->body = std::move(*body);
    co_return request;
}

runtime::Task<> RequestReader::linger() {
    lingering_ = true;
    stream_.shutdown_send();
    timer_->arm(worker_.now() + kLingerTimeout);
    while (!ended_) {
        input_.clear();
        start_read();
        co_await Read{*this};
    }
}

runtime::Task<> RequestReader::settled() {
    timer_->disarm();
    co_await Read{*this};
}

}  // namespace aside::lab
