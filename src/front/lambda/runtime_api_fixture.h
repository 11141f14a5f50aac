// For tests: a Runtime API on a simulated network that says what it is told to, and remembers what
// it was asked. Thread rule: the world's thread.
#pragma once

#include <charconv>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sim/world.h"

namespace aside::front::lambda {

struct ApiRequest {
    std::string method, target, head, body;
};

class ScriptedApi {
  public:
    explicit ScriptedApi(runtime::SimWorld& world) : worker_(world.worker(0)) { open(); }

    const runtime::Endpoint at{"127.0.0.1", 9001};
    std::vector<ApiRequest> requests;
    unsigned connections = 0;

    // Given to who asks for the next one; none: who asks waits.
    std::deque<std::string> invocations;
    // What is said to a post; nothing: the connection is closed without a word.
    std::function<std::string(const ApiRequest&)> answer = [](const ApiRequest&) {
        return reply(202, R"({"status":"OK"})");
    };

    static std::string reply(unsigned status, const std::string& body,
                             const std::string& fields = {}) {
        return "HTTP/1.1 " + std::to_string(status) +
               " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields + "\r\n" +
               body;
    }
    static std::string invocation(const std::string& id, const std::string& event,
                                  const std::string& fields = {}) {
        return reply(200, event, "Lambda-Runtime-Aws-Request-Id: " + id + "\r\n" + fields);
    }

    void open() {
        open_ = true;
        listener_ = worker_.listen(at).value();
        worker_.spawn(accept());
    }
    void close() {
        open_ = false;
        listener_->close();
        drop();
    }
    void drop() {
        for (auto& stream : streams_) stream->close();
    }
    std::vector<ApiRequest> posts() const {
        std::vector<ApiRequest> all;
        for (const ApiRequest& one : requests) {
            if (one.method == "POST") all.push_back(one);
        }
        return all;
    }

  private:
    runtime::Task<> accept() {
        for (;;) {
            auto stream = co_await listener_->accept();
            if (!stream) co_return;
            ++connections;
            streams_.push_back(std::move(*stream));
            worker_.spawn(converse(streams_.back()));
        }
    }
    runtime::Task<> converse(std::shared_ptr<runtime::Stream> stream) {
        std::string in;
        for (;;) {
            auto request = co_await receive(*stream, in);
            if (request.method.empty()) break;
            requests.push_back(request);
            std::string said;
            if (request.method == "GET") {
                said = co_await next();
            } else {
                said = answer(request);
            }
            if (said.empty()) break;
            const Result<void> written = co_await runtime::write_all(*stream, said);
            if (!written) break;
        }
        stream->close();
    }
    // What is asked while it is closed is given to nobody.
    runtime::Task<std::string> next() {
        while (invocations.empty()) {
            if (!open_) co_return std::string();
            co_await runtime::sleep_for(worker_, std::chrono::milliseconds(5));
        }
        std::string one = std::move(invocations.front());
        invocations.pop_front();
        co_return one;
    }
    runtime::Task<ApiRequest> receive(runtime::Stream& stream, std::string& in) {
        std::vector<char> buffer(64 * 1024);
        for (;;) {
            if (const std::size_t taken = whole(in); taken > 0) {
                ApiRequest request = parsed(in.substr(0, taken));
                in.erase(0, taken);
                co_return request;
            }
            const auto got = co_await runtime::read_some(stream, std::span(buffer));
            if (!got || *got == 0) co_return ApiRequest{};
            in.append(buffer.data(), *got);
        }
    }
    static std::size_t length_of(const std::string& text) {
        constexpr std::string_view kLength = "Content-Length: ";
        const std::size_t at = text.find(kLength);
        std::size_t length = 0;
        if (at != std::string::npos && at < text.find("\r\n\r\n")) {
            const char* from = text.data() + at + kLength.size();
            std::from_chars(from, text.data() + text.size(), length);
        }
        return length;
    }
    static std::size_t whole(const std::string& in) {
        const std::size_t end = in.find("\r\n\r\n");
        if (end == std::string::npos) return 0;
        const std::size_t all = end + 4 + length_of(in);
        return in.size() >= all ? all : 0;
    }
    static ApiRequest parsed(const std::string& text) {
        const std::size_t space = text.find(' '), second = text.find(' ', space + 1);
        const std::size_t end = text.find("\r\n\r\n");
        return {.method = text.substr(0, space),
                .target = text.substr(space + 1, second - space - 1),
                .head = text.substr(0, end + 2),
                .body = text.substr(end + 4)};
    }

    runtime::Worker& worker_;
    bool open_ = false;
    std::unique_ptr<runtime::Listener> listener_;
    std::vector<std::shared_ptr<runtime::Stream>> streams_;
};

}  // namespace aside::front::lambda
