// A connection from its first byte to its last: whatever a client sends, in whatever pieces, the
// answers are well formed, the connection ends when the client does, and nothing is left behind.
#include <cstdlib>

#include "front/http/admin_handler.h"
#include "front/http/fake_service_fixture.h"
#include "front/http/public_handler.h"
#include "front/http/server.h"
#include "runtime/sim/world.h"

namespace aside::front {
namespace {

using namespace std::chrono_literals;

void require(bool promise) {
    if (!promise) std::abort();
}

struct FuzzedServer {
    explicit FuzzedServer(bool is_admin) : is_admin(is_admin) {
        service.put("k", R"({"k":1})");
        service.items["i"] = {"k", "k"};
        service.items["c"] = {"k"};
        service.cold = {"c"};
        world.spawn(0, start());
        world.run_for(1ms);
    }
    runtime::Task<> start() {
        endpoint = server.start(world.worker(0), {"127.0.0.1", 8080}).value();
        co_return;
    }
    // Sends the bytes in pieces of `step`, then stops sending; gives what came back.
    runtime::Task<> talk(std::string_view bytes, std::size_t step) {
        auto connected = co_await world.worker(0).connect(endpoint, world.now() + 1s);
        runtime::Stream& stream = **connected;
        world.spawn(0, listen(stream));
        while (!bytes.empty()) {
            (void)co_await runtime::write_all(stream, bytes.substr(0, step));
            bytes.remove_prefix(std::min(step, bytes.size()));
            co_await runtime::sleep_for(world.worker(0), 1ms);
        }
        stream.shutdown_send();
        while (!ended) co_await runtime::sleep_for(world.worker(0), 1ms);
    }
    runtime::Task<> listen(runtime::Stream& stream) {
        std::vector<char> buffer(4096);
        while (!ended) {
            const Result<std::size_t> got = co_await runtime::read_some(stream, std::span(buffer));
            ended = !got || *got == 0;
            if (!ended) received.append(buffer.data(), *got);
        }
    }

    const bool is_admin;
    runtime::SimWorld world;
    telemetry::Registry registry{1};
    FakeService service;
    FrontMetrics metrics{registry, "http"};
    PublicHandler open{service, {.max_body_bytes = 500}};
    AdminHandler admin{service, {.max_body_bytes = 500}};
    ServerOptions options{.head = {.header_bytes = 1000, .url_bytes = 300}, .max_requests = 50};
    Server server{service, is_admin ? static_cast<Handler&>(admin) : open, options, metrics, 1};
    runtime::Endpoint endpoint;
    bool ended = false;
    std::string received;
};

// Answers follow one another; one to HEAD or 304 has no body, which shows by what comes next.
void check_answers(std::string_view bytes) {
    while (!bytes.empty()) {
        if (bytes.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) {
            bytes.remove_prefix(25);
            continue;
        }
        require(bytes.starts_with("HTTP/1.1 ") && bytes.size() > 12);
        const std::size_t end = bytes.find("\r\n\r\n");
        require(end != std::string_view::npos);
        const std::string_view head = bytes.substr(0, end);
        bytes.remove_prefix(end + 4);
        constexpr std::string_view kLength = "\r\nContent-Length: ";
        const std::size_t at = head.find(kLength);
        if (at == std::string_view::npos) {
            require(head.substr(9, 3) == "304");
            continue;
        }
        const std::size_t length = std::strtoull(head.data() + at + kLength.size(), nullptr, 10);
        const bool bodiless = bytes.empty() || (bytes.starts_with("HTTP/1.1 ") && length > 0);
        if (bodiless) continue;
        require(length <= bytes.size());
        bytes.remove_prefix(length);
    }
}

}  // namespace
}  // namespace aside::front

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace aside::front;
    if (size == 0) return 0;
    const bool is_admin = (data[0] & 1) != 0;
    const std::size_t step = (data[0] >> 1) % 64 + 1;
    FuzzedServer fuzzed(is_admin);
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    fuzzed.world.run(fuzzed.talk(bytes, bytes.size() > 2000 ? bytes.size() : step));
    check_answers(fuzzed.received);
    fuzzed.world.run_for(10s);
    require(fuzzed.server.connections() == 0);
    fuzzed.world.run(fuzzed.server.drain(fuzzed.world.worker(0), 1s));
    fuzzed.world.run_for(1s);
    return 0;
}
