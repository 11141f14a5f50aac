// The client against real sockets: a server that speaks TLS, with a certificate that is verified.
#include <filesystem>

#include <gtest/gtest.h>

#include "http_client/http_client.h"
#include "runtime/os/run_task.h"
#include "runtime/os/tls_fixture.h"
#include "wire/http_request.h"
#include "wire/http_request_text.h"

namespace aside::http_client {
namespace {

using namespace std::chrono_literals;

// Answers each request with its own target, and ends the connection after `most` of them.
void answer_requests(SSL* ssl, int most, std::atomic<int>& connections) {
    ++connections;
    std::string in;
    for (int answered = 0; answered < most;) {
        char buffer[4096];
        std::size_t got = 0;
        if (SSL_read_ex(ssl, buffer, sizeof buffer, &got) != 1) return;
        in.append(buffer, got);
        std::size_t scanned = 0;
        while (const std::size_t end = wire::find_head_end(in, scanned)) {
            const auto head = wire::parse_head(std::string_view(in).substr(0, end), {});
            const std::string body(head ? head->target : "malformed");
            runtime::write_fully(ssl, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            char size[32];
            std::snprintf(size, sizeof size, "%zx\r\n", body.size());
            runtime::write_fully(ssl, size + body + "\r\n0\r\n\r\n");
            in.erase(0, end);
            scanned = 0;
            ++answered;
        }
    }
    SSL_shutdown(ssl);
}

struct SocketServerTest : testing::Test {
    SocketServerTest() {
        std::string pattern = testing::TempDir() + "aside-http-XXXXXX";
        directory = ::mkdtemp(pattern.data());
        authority.root().write_certificate(directory / "ca.pem");
        running->start();
    }
    ~SocketServerTest() override {
        runtime::run_task(
            *running, 0, [&](runtime::Worker& worker) -> runtime::Task<> { return close(worker); });
        running->stop(10s);
        EXPECT_EQ(running->join(), 0U);
        std::filesystem::remove_all(directory);
    }
    runtime::Task<> close(runtime::Worker& worker) {
        if (client) client->close(worker);
        co_return;
    }
    void connect_to(const runtime::Endpoint& at, const std::string& name) {
        auto tls = std::make_shared<runtime::TlsOptions>();
        tls->ca_file = directory / "ca.pem";
        tls->server_name = name;
        client.emplace(ClientOptions{.name = "test",
                                     .endpoint = at,
                                     .connect = {.tls = std::move(tls)},
                                     .connect_timeout = 10s},
                       1U, registry);
    }
    Result<HttpAnswer> get(std::string target) {
        return runtime::run_task(*running, 0, [&](runtime::Worker& worker) {
            HttpCall call;
            const wire::HttpField fields[] = {{"host", "redis.example"}};
            EXPECT_TRUE(wire::append_request_head(call.head, {"GET", target, fields, {}}));
            call.deadline = worker.now() + 20s;
            call.idempotent = true;
            return client->call(worker, std::move(call));
        });
    }

    std::filesystem::path directory;
    runtime::TestAuthority authority{"the authority"};
    std::unique_ptr<runtime::OsRuntime> running = runtime::OsRuntime::create({}).value();
    telemetry::Registry registry{1};
    std::optional<HttpClient> client;
};

TEST_F(SocketServerTest, KeepsTlsConnectionsAndReplacesThoseThatEnd) {
    std::atomic<int> connections = 0;
    const runtime::TlsServer server(authority.issue(),
                                    [&](SSL* ssl) { answer_requests(ssl, 5, connections); });
    connect_to(server.at(), "redis.example");
    for (int i = 0; i < 20; ++i) {
        const std::string target = "/" + std::to_string(i);
        const auto answer = get(target);
        ASSERT_TRUE(answer) << to_string(answer.error());
        EXPECT_EQ(answer->body, target);
    }
    EXPECT_EQ(connections, 4);
    EXPECT_EQ(client->metrics().calls_on_kept.value() - client->metrics().stale_retries.value(),
              16U);
}

TEST_F(SocketServerTest, RefusesACertificateOfAnotherName) {
    std::atomic<int> connections = 0;
    const runtime::TlsServer server(authority.issue(),
                                    [&](SSL* ssl) { answer_requests(ssl, 1, connections); });
    connect_to(server.at(), "s3.example");
    const auto refused = get("/");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::denied);
}

TEST_F(SocketServerTest, TellsThatNobodyListens) {
    runtime::Endpoint at;
    {
        const runtime::SocketServer gone(nullptr);
        at = gone.at();
    }
    connect_to(at, "redis.example");
    EXPECT_EQ(get("/").error().code, Errc::refused);
}

}  // namespace
}  // namespace aside::http_client
