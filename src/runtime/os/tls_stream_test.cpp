#include "runtime/os/tls_stream.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include "runtime/os/run_task.h"
#include "runtime/os/tls_fixture.h"
#include "runtime/when_all.h"

namespace aside::runtime {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

Task<Result<std::string>> receive_all(Stream& stream, std::size_t buffer_bytes) {
    std::string all;
    std::string buffer(buffer_bytes, '\0');
    for (;;) {
        const auto got = co_await read_some(stream, buffer);
        if (!got) co_return fail(got.error());
        if (*got == 0) co_return all;
        all.append(buffer, 0, *got);
    }
}
Task<> receive_into(Stream& stream, std::size_t buffer_bytes, Result<std::string>& into) {
    auto received = co_await receive_all(stream, buffer_bytes);
    into = std::move(received);
}
Task<> send_and_end(Stream& stream, const std::string& text) {
    const auto sent = co_await write_all(stream, text);
    if (sent) stream.shutdown_send();
}

struct TlsTest : testing::Test {
    TlsTest() {
        std::string pattern = testing::TempDir() + "aside-tls-XXXXXX";
        root = ::mkdtemp(pattern.data());
        authority.root().write_certificate(root / "ca.pem");
        options.ca_file = root / "ca.pem";
        options.server_name = "redis.example";
        runtime->start();
    }
    ~TlsTest() override {
        runtime->stop(seconds(10));
        EXPECT_EQ(runtime->join(), 0U);
        fs::remove_all(root);
    }
    template <class Make>
    auto run(Make make) {
        return run_task(*runtime, 0, make);
    }
    ConnectOptions connect_options() const {
        return {.tls = std::make_shared<const TlsOptions>(options)};
    }
    Task<Result<std::unique_ptr<Stream>>> connect(Worker& worker, Endpoint to,
                                                  Duration limit = seconds(10)) {
        return worker.connect(std::move(to), worker.now() + limit, connect_options());
    }
    // Sends, ends its side, and gives what came back until the peer ended too.
    Task<Result<std::string>> exchange(Worker& worker, Endpoint to, std::string text,
                                       std::size_t buffer_bytes = 4096) {
        auto stream = co_await connect(worker, std::move(to));
        if (!stream) co_return fail(stream.error());
        Result<std::string> answer;
        std::vector<Task<>> both;
        both.push_back(send_and_end(**stream, text));
        both.push_back(receive_into(**stream, buffer_bytes, answer));
        co_await when_all(worker, std::move(both));
        co_return answer;
    }
    Result<std::string> talk(const Endpoint& to, const std::string& text = "PING") {
        return run([&](Worker& worker) { return exchange(worker, to, text); });
    }
    Error connect_failure(const Endpoint& to, Duration limit = seconds(10)) {
        auto stream = run([&](Worker& worker) { return connect(worker, to, limit); });
        if (!stream) return stream.error();
        // It belongs to its worker.
        run([&](Worker&) -> Task<> { return closing(std::move(*stream)); });
        return Error{};
    }
    static Task<> closing(std::unique_ptr<Stream> stream) {
        stream->close();
        co_return;
    }

    fs::path root;
    TestAuthority authority{"the authority"};
    TlsOptions options;
    std::unique_ptr<OsRuntime> runtime = OsRuntime::create({.workers = 1}).value();
};

// --- who is there

struct Heard {
    std::string name;  // SNI
    std::string version;
};

TEST_F(TlsTest, SpeaksToTheServerItWants) {
    const auto greet = [this](int newest_version) {
        Heard heard;
        const auto talk_back = [&heard](SSL* ssl) {
            const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
            heard = {name != nullptr ? name : "", SSL_get_version(ssl)};
            echo(ssl);
        };
        {
            TlsServer server(authority.issue(), talk_back, [&](SSL_CTX* context) {
                SSL_CTX_set_max_proto_version(context, newest_version);
            });
            EXPECT_EQ(talk(server.at()).value(), "PING");
        }
        return heard;
    };
    Heard heard = greet(0);
    EXPECT_EQ(heard.name, "redis.example");
    EXPECT_EQ(heard.version, "TLSv1.3");
    heard = greet(TLS1_2_VERSION);
    EXPECT_EQ(heard.version, "TLSv1.2");
    // An address is verified as one, and is no name to send; it is what is dialled when none is
    // given.
    options.server_name = "";
    heard = greet(0);
    EXPECT_EQ(heard.name, "");
}

TEST_F(TlsTest, DeniesWhoeverIsNotThatServer) {
    struct Row {
        CertificateSpec certificate;
        std::string name;
        std::string reason;
    };
    const Row rows[] = {
        {{.names = "DNS:other.example"}, "redis.example", "hostname mismatch"},
        {{.names = "DNS:*.example"}, "a.redis.example", "hostname mismatch"},
        {{.names = "DNS:redis.example"}, "127.0.0.1", "IP address mismatch"},
        {{.names = "IP:127.0.0.2"}, "127.0.0.1", "IP address mismatch"},
        {{.begins_seconds = -2 * kDaySeconds, .ends_seconds = -kDaySeconds},
         "redis.example",
         "certificate has expired"},
        {{.begins_seconds = kDaySeconds, .ends_seconds = 2 * kDaySeconds},
         "redis.example",
         "certificate is not yet valid"},
    };
    for (const auto& row : rows) {
        TlsServer server(authority.issue(row.certificate), [](SSL* ssl) { echo(ssl); });
        options.server_name = row.name;
        const Error error = connect_failure(server.at());
        EXPECT_EQ(error.code, Errc::denied) << row.reason;
        EXPECT_THAT(error.detail, testing::HasSubstr(row.reason));
    }
}

TEST_F(TlsTest, DeniesAnUnknownAuthority) {
    const TestAuthority other("another authority");
    TlsServer server(other.issue(), [](SSL* ssl) { echo(ssl); });
    EXPECT_EQ(connect_failure(server.at()).code, Errc::denied);
    options.ca_file = "";  // the system's, which do not know it either
    EXPECT_EQ(connect_failure(server.at()).code, Errc::denied);
}

TEST_F(TlsTest, RotatedFilesAreInForceAtTheNextConnect) {
    const TestAuthority next("the next authority");
    TlsServer old_server(authority.issue(), [](SSL* ssl) { echo(ssl); });
    TlsServer new_server(next.issue(), [](SSL* ssl) { echo(ssl); });
    EXPECT_EQ(talk(old_server.at()).value(), "PING");
    EXPECT_EQ(connect_failure(new_server.at()).code, Errc::denied);
    next.root().write_certificate(root / "next.pem");
    fs::rename(root / "next.pem", root / "ca.pem");
    EXPECT_EQ(talk(new_server.at()).value(), "PING");
    EXPECT_EQ(connect_failure(old_server.at()).code, Errc::denied);
}

TEST_F(TlsTest, ShowsItsOwnCertificateWhereOneIsWanted) {
    const auto want_certificate = [this](SSL_CTX* context) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.root().certificate.get());
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    };
    TlsServer server(authority.issue(), [](SSL* ssl) { echo(ssl); }, want_certificate);
    // TLS 1.3 tells a client only after its handshake that its certificate is missed.
    const auto without = talk(server.at());
    ASSERT_FALSE(without);
    EXPECT_EQ(without.error().code, Errc::connection_lost);
    const auto mine = authority.issue();
    mine.write_certificate(root / "mine.pem");
    mine.write_key(root / "mine.key");
    options.certificate_file = root / "mine.pem";
    options.key_file = root / "mine.key";
    EXPECT_EQ(talk(server.at()).value(), "PING");
}

TEST_F(TlsTest, UnusableFilesAreBadInput) {
    const Endpoint nobody{"127.0.0.1", 1};  // never dialled
    const TlsOptions good = options;
    authority.issue().write_certificate(root / "mine.pem");
    authority.issue().write_key(root / "other.key");
    std::ofstream(root / "garbage.pem") << "garbage";
    const auto failure = [&](auto change) {
        options = good;
        change(options);
        return connect_failure(nobody).code;
    };
    EXPECT_EQ(failure([](auto&) {}), Errc::refused);
    EXPECT_EQ(failure([&](auto& with) { with.ca_file = root / "missing.pem"; }), Errc::bad_input);
    EXPECT_EQ(failure([&](auto& with) { with.ca_file = root / "garbage.pem"; }), Errc::bad_input);
    EXPECT_EQ(failure([&](auto& with) { with.certificate_file = root / "garbage.pem"; }),
              Errc::bad_input);
    EXPECT_EQ(failure([&](auto& with) { with.certificate_file = root / "mine.pem"; }),
              Errc::bad_input);
    EXPECT_EQ(failure([&](auto& with) {
                  with.certificate_file = root / "mine.pem";
                  with.key_file = root / "other.key";
              }),
              Errc::bad_input);
    EXPECT_EQ(failure([&](auto& with) { with.key_file = root / "other.key"; }), Errc::bad_input);
}

// --- no TLS there

TEST_F(TlsTest, APlaintextPeerBreaksTheProtocol) {
    SocketServer server([](int socket) {
        char buffer[4096];
        (void)::recv(socket, buffer, sizeof buffer, 0);
        constexpr std::string_view kAnswer = "-ERR unknown command\r\n";
        (void)::send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    });
    EXPECT_EQ(connect_failure(server.at()).code, Errc::protocol);
}

TEST_F(TlsTest, OldProtocolsAreRefused) {
    const auto old = [](SSL_CTX* context) {
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    };
    TlsServer server(authority.issue(), [](SSL* ssl) { echo(ssl); }, old);
    EXPECT_EQ(connect_failure(server.at()).code, Errc::protocol);
}

TEST_F(TlsTest, ASilentPeerTimesOut) {
    SocketServer server({});  // its kernel accepts
    const SteadyTime begun = EventLoop::now();
    EXPECT_EQ(connect_failure(server.at(), milliseconds(50)).code, Errc::timed_out);
    EXPECT_GE(EventLoop::now() - begun, milliseconds(50));
}

TEST_F(TlsTest, APeerThatHangsUpInTheHandshakeIsLost) {
    SocketServer server([](int socket) {
        char buffer[4096];
        (void)::recv(socket, buffer, sizeof buffer, 0);
    });
    EXPECT_EQ(connect_failure(server.at()).code, Errc::connection_lost);
}

// --- bytes

TEST_F(TlsTest, CarriesALotBothWays) {
    std::string text;
    for (int i = 0; i < 1'500'000; ++i) text += std::to_string(i);
    TlsServer server(authority.issue(), [](SSL* ssl) { echo(ssl); });
    for (const std::size_t buffer_bytes : {1000, 16384, 3'000'000}) {
        const auto answer =
            run([&](Worker& worker) { return exchange(worker, server.at(), text, buffer_bytes); });
        ASSERT_TRUE(answer) << to_string(answer.error());
        EXPECT_TRUE(*answer == text) << buffer_bytes;
    }
}

TEST_F(TlsTest, OneRecordFeedsManySmallReads) {
    std::string text;
    for (int i = 0; i < 3000; ++i) text += std::to_string(i);
    TlsServer server(authority.issue(), [&](SSL* ssl) {
        write_fully(ssl, text);
        echo(ssl);
    });
    const auto heard = run([&](Worker& worker) { return exchange(worker, server.at(), "", 7); });
    EXPECT_EQ(heard.value(), text);
}

TEST_F(TlsTest, HearsOnAfterItsOwnEnd) {
    const std::string farewell(300'000, 'x');
    std::atomic<bool> orderly = false;
    TlsServer server(authority.issue(), [&](SSL* ssl) {
        char buffer[100];
        std::size_t got = 0;
        while (SSL_read_ex(ssl, buffer, sizeof buffer, &got) == 1) {
        }
        orderly = (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
        write_fully(ssl, farewell);
        SSL_shutdown(ssl);
    });
    EXPECT_TRUE(talk(server.at()).value() == farewell);
    EXPECT_TRUE(orderly);
}

TEST_F(TlsTest, AnEndWithoutCloseNotifyIsALoss) {
    TlsServer server(authority.issue(), [](SSL* ssl) { write_fully(ssl, "half an ans"); });
    const auto answer = talk(server.at());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::connection_lost);
}

TEST_F(TlsTest, AResetInTheMiddleIsALoss) {
    TlsServer server(authority.issue(), [](SSL* ssl) {
        write_fully(ssl, std::string(100'000, 'x'));
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(SSL_get_fd(ssl), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    });
    const auto answer = talk(server.at(), std::string(8'000'000, 'y'));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::connection_lost);
}

// Writes until the peer takes no more; lets it read; writes on, differently.
Task<Result<std::string>> fill_and_go_on(Worker& worker, Stream& stream, std::latch& go) {
    std::string sent;
    char next = 'a';
    bool blocked = false;
    while (sent.size() < 40'000'000) {
        const std::string one(sent.size() % 7919, next);
        const std::string two(sent.size() % 20011 + 1, ++next);
        if (next >= 'y') next = 'a';
        const std::string_view pieces[] = {one, "", two};
        const auto wrote = stream.try_write(pieces);
        if (!wrote) co_return fail(wrote.error());
        sent.append((one + two).substr(0, *wrote));
        if (*wrote > 0) continue;
        if (!std::exchange(blocked, true)) go.count_down();
        const auto ready = co_await writable(stream);
        if (!ready) co_return fail(ready.error());
    }
    stream.shutdown_send();
    const auto end = co_await receive_all(stream, 10);
    if (!end) co_return fail(end.error());
    co_await sleep_until(worker, worker.now());
    co_return sent;
}

TEST_F(TlsTest, WritesStopAtASlowReaderAndGoOnWithWhateverComesNext) {
    std::latch go(1);
    std::string received;
    const auto read_late = [&](SSL* ssl) {
        go.wait();
        std::vector<char> buffer(16384);
        std::size_t got = 0;
        while (SSL_read_ex(ssl, buffer.data(), buffer.size(), &got) == 1) {
            received.append(buffer.data(), got);
        }
        SSL_shutdown(ssl);
    };
    auto server = std::make_unique<TlsServer>(authority.issue(), read_late);
    const auto filling = [&](Worker& worker) -> Task<Result<std::string>> {
        auto stream = co_await connect(worker, server->at());
        if (!stream) co_return fail(stream.error());
        auto sent = co_await fill_and_go_on(worker, **stream, go);
        co_return sent;
    };
    const auto sent = run(filling);
    server.reset();
    ASSERT_TRUE(sent) << to_string(sent.error());
    EXPECT_TRUE(*sent == received);
}

// --- the contract of a stream

struct Ended final : IoDone {
    std::optional<Result<std::size_t>> result;
    void io_done(Result<std::size_t> how) override { result = std::move(how); }
};

Task<> few_turns(Worker& worker) {
    for (int turn = 0; turn < 3; ++turn) {
        co_await sleep_until(worker, worker.now());
    }
}

TEST_F(TlsTest, NothingEndsInsideTheCallAndCloseCancelsWhatIsNotTold) {
    TlsServer server(authority.issue(), [](SSL* ssl) {
        write_fully(ssl, "ab");
        echo(ssl);
    });
    const auto body = [&](Worker& worker) -> Task<std::vector<Errc>> {
        std::vector<Errc> ends;
        const auto note = [&ends](const Ended& ended) {
            const bool failed = ended.result && !*ended.result;
            ends.push_back(failed ? ended.result->error().code : Errc::internal);
        };
        auto stream = co_await connect(worker, server.at());
        if (!stream) co_return ends;
        char buffer[1];
        const auto first = co_await read_some(**stream, buffer);
        if (!first) co_return ends;
        Ended second;  // the byte is there, and told later
        (*stream)->start_read(buffer, second);
        if (second.result) co_return ends;
        (*stream)->close();
        Ended third;
        Ended fourth;
        (*stream)->start_read(buffer, third);
        (*stream)->start_wait_writable(fourth);
        if (third.result || fourth.result) co_return ends;
        co_await few_turns(worker);
        note(second);
        note(third);
        note(fourth);
        const std::string_view pieces[] = {"x"};
        ends.push_back((*stream)->try_write(pieces).error().code);
        co_return ends;
    };
    EXPECT_EQ(run(body), std::vector<Errc>(4, Errc::cancelled));
}

TEST_F(TlsTest, AReadUnderWayIsCancelledByClose) {
    TlsServer server(authority.issue(), [](SSL* ssl) { echo(ssl); });
    const auto body = [&](Worker& worker) -> Task<Errc> {
        auto stream = co_await connect(worker, server.at());
        if (!stream) co_return stream.error().code;
        char buffer[10];
        Ended reading;
        (*stream)->start_read(buffer, reading);
        co_await few_turns(worker);
        if (reading.result) co_return Errc::internal;
        (*stream)->close();
        if (reading.result) co_return Errc::internal;
        co_await few_turns(worker);
        co_return reading.result->error().code;
    };
    EXPECT_EQ(run(body), Errc::cancelled);
}

// --- options of the socket

// Of the one socket of this process that is connected to `peer`.
int option_of(const Endpoint& peer, int level, int name) {
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        const int number = std::stoi(entry.path().filename());
        Address address;
        address.size = sizeof address.storage;
        if (::getpeername(number, address.raw(), &address.size) != 0) continue;
        if (to_string(endpoint_of(address)) != to_string(peer)) continue;
        int value = -1;
        socklen_t size = sizeof value;
        ::getsockopt(number, level, name, &value, &size);
        return value;
    }
    return -1;
}

TEST_F(TlsTest, TheConnectionGetsItsTimeLimits) {
    SocketServer server({});
    const ConnectOptions limits{.unacknowledged_max = milliseconds(1500),
                                .keepalive_idle = milliseconds(2500)};
    const auto body = [&](Worker& worker) -> Task<std::vector<int>> {
        auto stream = co_await worker.connect(server.at(), worker.now() + seconds(10), limits);
        if (!stream) co_return std::vector<int>{};
        const Endpoint& at = (*stream)->peer();
        co_return std::vector<int>{
            option_of(at, IPPROTO_TCP, TCP_NODELAY),   option_of(at, IPPROTO_TCP, TCP_USER_TIMEOUT),
            option_of(at, SOL_SOCKET, SO_KEEPALIVE),   option_of(at, IPPROTO_TCP, TCP_KEEPIDLE),
            option_of(at, IPPROTO_TCP, TCP_KEEPINTVL), option_of(at, IPPROTO_TCP, TCP_KEEPCNT)};
    };
    EXPECT_EQ(run(body), (std::vector<int>{1, 1500, 1, 3, 1, 3}));
}

}  // namespace
}  // namespace aside::runtime
