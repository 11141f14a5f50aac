// Test support: a server of HTTP/1.1 on a simulated network that answers each request as it is
// told, well or badly, and remembers what it was asked.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sim/world.h"
#include "wire/http_request.h"

namespace aside::http_client {

using namespace std::chrono_literals;

struct ScriptedRequest {
    std::string head;  // as it came
    std::string method, target, body;
    std::size_t connection = 0;  // which one brought it
    std::string field(std::string_view name) const {
        const auto begin = head.find("\r\n" + std::string(name) + ": ");
        if (begin == std::string::npos) return {};
        const auto from = begin + name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
};

struct ScriptedReply {
    std::string bytes;
    enum class Then : std::uint8_t { keep, close, silence, reset } then = Then::keep;
    Duration after{};            // this long after the request
    std::size_t drip_bytes = 0;  // not 0: so many at a time…
    Duration drip_every = 1s;    // …and so far apart
};

inline ScriptedReply reply(unsigned status, std::string_view body, std::string_view fields = {}) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Said\r\n" + std::string(fields);
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    return {.bytes = text.append(body)};
}

class ScriptedHttpServer {
  public:
    ScriptedHttpServer(runtime::SimWorld& world, unsigned worker, runtime::Endpoint at)
        : world_(world), worker_(world.worker(worker)), at_(std::move(at)) {
        open();
    }

    std::function<ScriptedReply(const ScriptedRequest&)> answer = [](const ScriptedRequest& to) {
        return reply(200, to.method + " " + to.target);
    };
    std::deque<ScriptedReply> next;  // said before `answer` is asked
    bool reads_bodies = true;        // else it answers at the end of the head

    std::vector<ScriptedRequest> requests;
    std::size_t accepted = 0;

    void open() {
        listeners_.push_back(worker_.listen(at_).value());
        worker_.spawn(serve());
    }
    void close() { listeners_.back()->close(); }
    // Ends each connection, as a server does that is restarted.
    void close_connections() {
        for (const auto& stream : streams_) stream->close();
    }

  private:
    runtime::Task<> serve() {
        runtime::Listener& listener = *listeners_.back();
        for (;;) {
            auto stream = co_await listener.accept();
            if (!stream) co_return;
            std::shared_ptr<runtime::Stream> shared = std::move(*stream);
            streams_.push_back(shared);
            worker_.spawn(converse(std::move(shared), accepted++));
        }
    }

    // The next request of `in`, which is taken off it; false when the connection ended first.
    runtime::Task<bool> read_request(runtime::Stream& stream, std::string& in,
                                     ScriptedRequest& into) {
        std::array<char, 4096> buffer;
        for (;;) {
            std::size_t scanned = 0;
            const std::size_t end = wire::find_head_end(in, scanned);
            if (end != 0) {
                const auto head = wire::parse_head(std::string_view(in).substr(0, end), {});
                if (!head) co_return false;
                const std::size_t all = end + (reads_bodies ? head->content_length : 0);
                if (in.size() >= all) {
                    into.head = in.substr(0, end);
                    into.method = in.substr(0, in.find(' '));
                    into.target = head->target;
                    into.body = in.substr(end, all - end);
                    in.erase(0, all);
                    co_return true;
                }
            }
            const auto got = co_await read_some(stream, buffer);
            if (!got || *got == 0) co_return false;
            in.append(buffer.data(), *got);
        }
    }

    runtime::Task<> converse(std::shared_ptr<runtime::Stream> stream, std::size_t number) {
        std::string in;
        for (;;) {
            ScriptedRequest request;
            const bool came = co_await read_request(*stream, in, request);
            if (!came) break;
            request.connection = number;
            requests.push_back(request);
            ScriptedReply said;
            if (next.empty()) {
                said = answer(request);
            } else {
                said = std::move(next.front());
                next.pop_front();
            }
            if (said.after > 0ns) co_await sleep_for(worker_, said.after);
            const bool sent = co_await say(*stream, said);
            if (!sent || said.then == ScriptedReply::Then::close) break;
            if (said.then == ScriptedReply::Then::reset) {
                co_await sleep_for(worker_, 10ms);  // what was said arrives before
                world_.network().reset_connections(at_.host);
                break;
            }
            if (said.then == ScriptedReply::Then::silence) {
                std::array<char, 64> ignored;
                for (;;) {
                    const auto got = co_await read_some(*stream, ignored);
                    if (!got || *got == 0) break;
                }
                break;
            }
        }
        stream->close();
    }

    runtime::Task<bool> say(runtime::Stream& stream, const ScriptedReply& said) {
        std::string_view rest = said.bytes;
        while (!rest.empty()) {
            const std::string_view part = said.drip_bytes ? rest.substr(0, said.drip_bytes) : rest;
            const auto sent = co_await write_all(stream, part);
            if (!sent) co_return false;
            rest.remove_prefix(part.size());
            if (!rest.empty()) co_await sleep_for(worker_, said.drip_every);
        }
        co_return true;
    }

    runtime::SimWorld& world_;
    runtime::SimWorker& worker_;
    const runtime::Endpoint at_;
    std::vector<std::unique_ptr<runtime::Listener>> listeners_;  // closed ones too
    std::vector<std::shared_ptr<runtime::Stream>> streams_;
};

}  // namespace aside::http_client
