#include "wire/http_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http_request.h"
#include "wire/http_request_text.h"

namespace aside::wire {
namespace {

struct Read {
    Error error;
    bool failed = false, done = false, begun = false;
    unsigned status = 0;
    bool keep_alive = false;
    std::string body, left_over;
    bool operator==(const Read& other) const {
        return failed == other.failed && done == other.done && begun == other.begun &&
               status == other.status && keep_alive == other.keep_alive && body == other.body &&
               left_over == other.left_over && error.code == other.error.code;
    }
};

Read read_in_pieces(std::string_view bytes, std::size_t step, const ResponseLimits& limits,
                    bool to_head, bool ended) {
    ResponseReader reader(limits, to_head);
    Read read;
    const auto note = [&](const auto& result) {
        if (!result) read.error = result.error();
        read.failed = read.failed || !result;
        return result.has_value();
    };
    while (!bytes.empty() && !reader.done()) {
        const std::string_view piece = bytes.substr(0, step);
        const auto used = reader.feed(piece);
        if (!note(used)) break;
        if (*used < piece.size()) EXPECT_TRUE(reader.done());
        bytes.remove_prefix(*used);
    }
    if (!read.failed && ended) note(reader.end_of_stream());
    read.done = !read.failed && reader.done();
    read.begun = reader.begun();
    if (!read.done) return read;
    read.status = reader.head().status;
    read.keep_alive = reader.keep_alive();
    read.body = reader.take_body();
    read.left_over = bytes;
    return read;
}

struct How {
    ResponseLimits limits = {.head_bytes = 300, .body_bytes = 100};
    bool to_head = false;
    bool ended = false;
};

// Whole, by the byte, and in pieces between: all must come to the same.
Read read(std::string_view bytes, const How& how = {}) {
    Read whole = read_in_pieces(bytes, bytes.size(), how.limits, how.to_head, how.ended);
    for (const std::size_t step : {1U, 2U, 7U, 40U}) {
        EXPECT_EQ(read_in_pieces(bytes, step, how.limits, how.to_head, how.ended), whole)
            << "in pieces of " << step << ": " << bytes;
    }
    return whole;
}

Errc error_of(std::string_view bytes, const How& how = {}) {
    const Read got = read(bytes, how);
    EXPECT_TRUE(got.failed) << bytes;
    return got.failed ? got.error.code : Errc::internal;
}

TEST(HttpResponse, ReadsEachFraming) {
    const Read counted = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_TRUE(counted.done && counted.keep_alive);
    EXPECT_EQ(counted.status, 200U);
    EXPECT_EQ(counted.body, "hello");

    const Read chunked = read(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum: 1\r\n\r\n");
    EXPECT_TRUE(chunked.done && chunked.keep_alive);
    EXPECT_EQ(chunked.body, "hello world");

    const Read closed = read("HTTP/1.1 200 OK\r\n\r\nhello", {.ended = true});
    EXPECT_TRUE(closed.done);
    EXPECT_FALSE(closed.keep_alive);
    EXPECT_EQ(closed.body, "hello");
    EXPECT_FALSE(read("HTTP/1.1 200 OK\r\n\r\nhello").done);

    const Read empty = read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(empty.done && empty.keep_alive && empty.body.empty());
}

TEST(HttpResponse, KnowsWhichHaveNoBody) {
    EXPECT_TRUE(read("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n").keep_alive);
    EXPECT_TRUE(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").done);
    EXPECT_TRUE(read("HTTP/1.1 204 No Content\r\n\r\n").keep_alive);
    // A HEAD's 404 tells the length of a body that does not come.
    const Read head =
        read("HTTP/1.1 404 Not Found\r\nContent-Length: 239\r\n\r\n", {.to_head = true});
    EXPECT_TRUE(head.done && head.keep_alive);
    EXPECT_TRUE(
        read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", {.to_head = true}).done);
    EXPECT_TRUE(read("HTTP/1.1 200 OK\r\n\r\n", {.to_head = true}).keep_alive);
}

TEST(HttpResponse, PassesOverInterimAnswers) {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    const Read got = read(interim + "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer);
    EXPECT_EQ(got.status, 200U);
    EXPECT_EQ(got.body, "x");
    std::string many;
    for (int i = 0; i < 9; ++i) many += interim;
    EXPECT_EQ(error_of(many + answer), Errc::protocol);
    EXPECT_EQ(error_of("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Errc::protocol);
}

TEST(HttpResponse, TellsWhetherTheConnectionLives) {
    const auto lives = [](std::string_view line, std::string_view fields) {
        std::string text(line);
        text.append("\r\n").append(fields).append("Content-Length: 0\r\n\r\n");
        return read(text).keep_alive;
    };
    EXPECT_TRUE(lives("HTTP/1.1 200 OK", ""));
    EXPECT_FALSE(lives("HTTP/1.1 200 OK", "Connection: close\r\n"));
    EXPECT_FALSE(lives("HTTP/1.1 200 OK", "connection: foo, Close\r\n"));
    EXPECT_FALSE(lives("HTTP/1.0 200 OK", ""));
    EXPECT_TRUE(lives("HTTP/1.0 200 OK", "Connection: keep-alive\r\n"));
}

TEST(HttpResponse, LeavesWhatFollows) {
    const Read got = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Oh");
    EXPECT_EQ(got.body, "ok");
    EXPECT_EQ(got.left_over, "HTTP/1.1 500 Oh");
    EXPECT_EQ(read("HTTP/1.1 304 Not Modified\r\n\r\n!").left_over, "!");
}

TEST(HttpResponse, TellsTruncation) {
    const How ended{.ended = true};
    EXPECT_EQ(error_of("", ended), Errc::connection_lost);
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-", ended), Errc::connection_lost);
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", ended),
              Errc::connection_lost);
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n", ended),
              Errc::connection_lost);
    EXPECT_FALSE(read("", ended).begun);
    EXPECT_TRUE(read("H", ended).begun);
    EXPECT_THAT(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", ended).error.detail,
                testing::HasSubstr("4 of 5"));
}

TEST(HttpResponse, BoundsHeadAndBody) {
    const std::string long_field = "X: " + std::string(300, 'x') + "\r\n";
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\n" + long_field + "Content-Length: 0\r\n\r\n"),
              Errc::too_large);
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\n" + long_field), Errc::too_large);
    const std::string body(101, 'b');
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"), Errc::too_large);
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\n\r\n" + body), Errc::too_large);
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"),
              Errc::too_large);
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + body.substr(1)).body.size(),
              100U);
    EXPECT_TRUE(read("HTTP/1.1 200 OK\r\n\r\n" + body.substr(1), {.ended = true}).done);
}

TEST(HttpResponse, OfAnErrorThatIsTooLongTheStatusIsLeft) {
    const std::string body(101, 'b');
    for (const std::string& rest :
         {"Content-Length: 101\r\n\r\n" + body, "\r\n" + body,
          "Transfer-Encoding: chunked\r\n\r\n65\r\n" + body + "\r\n0\r\n\r\n"}) {
        for (const std::size_t step : {1U, 7U, 1000U}) {
            const ResponseLimits limits{
                .body_bytes = 10, .error_body_bytes = 100, .admit = [](std::uint64_t) {
                    ADD_FAILURE() << "an error's body is asked for";
                    return false;
                }};
            const Read got =
                read_in_pieces("HTTP/1.1 503 Slow Down\r\n" + rest, step, limits, false, false);
            ASSERT_TRUE(got.done) << rest;
            EXPECT_EQ(got.status, 503U);
            EXPECT_EQ(got.body, "");
            EXPECT_FALSE(got.keep_alive);
        }
    }
    const How short_one{.limits = {.body_bytes = 10, .error_body_bytes = 100}};
    const Read whole =
        read("HTTP/1.1 404 No\r\nContent-Length: 100\r\n\r\n" + body.substr(1), short_one);
    EXPECT_EQ(whole.body.size(), 100U);
    EXPECT_TRUE(whole.keep_alive);
}

TEST(HttpResponse, AsksBeforeItTakesMemory) {
    std::vector<std::uint64_t> asked;
    bool granted = true;
    const ResponseLimits limits{.body_bytes = 1'000'000, .admit = [&](std::uint64_t bytes) {
                                    asked.push_back(bytes);
                                    return granted;
                                }};
    const std::string body(200'000, 'b');
    const std::string counted = "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body;
    EXPECT_EQ(read_in_pieces(counted, 5000, limits, false, false).body, body);
    EXPECT_THAT(asked, testing::ElementsAre(200'000));
    asked.clear();
    EXPECT_TRUE(read_in_pieces("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", 100,
                               limits, false, false)
                    .done);
    EXPECT_THAT(asked, testing::ElementsAre(2));

    asked.clear();
    const std::string closed = "HTTP/1.1 200 OK\r\n\r\n" + body;
    EXPECT_EQ(read_in_pieces(closed, 5000, limits, false, true).body, body);
    EXPECT_THAT(asked, testing::ElementsAre(65'536, 131'072, 262'144));

    asked.clear();
    granted = false;
    const Read refused = read_in_pieces(counted, 5000, limits, false, false);
    EXPECT_EQ(refused.error.code, Errc::bytes_in_flight);
    EXPECT_EQ(refused.error.amount, 200'000U);
    EXPECT_EQ(asked.size(), 1U);
}

TEST(HttpResponse, RefusesWhatCouldBeReadInTwoWays) {
    for (const std::string_view head : {
             "Content-Length: 1\r\nContent-Length: 1\r\n",
             "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
             "Transfer-Encoding: gzip, chunked\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
             "Content-Length: 0x1\r\n",
             "Content-Length: -1\r\n",
             "Content-Length: 99999999999999999999999\r\n",
             "Content-Length : 1\r\n",
             "X: a\r\n b\r\n",
             "X: a\nY: b\r\n",
             "no colon\r\n",
         }) {
        EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\n" + std::string(head) + "\r\nx"), Errc::protocol)
            << head;
    }
    for (const std::string_view line :
         {"HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/2 200 OK", "HTTP/1.1 099 No",
          "http/1.1 200 OK", "ICY 200 OK", "SSH-2.0-OpenSSH_9.2", "+OK", "HTTP/1.1  200 OK"}) {
        EXPECT_EQ(error_of(std::string(line) + "\r\n\r\n"), Errc::protocol) << line;
    }
    EXPECT_EQ(error_of("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              Errc::protocol);
}

TEST(HttpResponse, FindsFields) {
    auto head = parse_response_head(
        "HTTP/1.1 200 \r\nETag: \"a\"\r\nX-Empty:\r\nx-amz-meta-A:  b \r\netag: \"c\"\r\n\r\n",
        false);
    ASSERT_TRUE(head) << to_string(head.error());
    const ResponseHead moved = std::move(*head);
    EXPECT_EQ(moved.field("etag"), "\"a\"");
    EXPECT_EQ(moved.field("x-AMZ-meta-a"), "b");
    EXPECT_EQ(moved.field("x-empty"), "");
    EXPECT_EQ(moved.field("date"), "");
    EXPECT_EQ(moved.fields().size(), 4U);
}

TEST(HttpRequestText, IsReadAsItWasMeant) {
    const HttpField fields[] = {{"host", "h:1"}, {"X-A", "b c"}, {"x-empty", ""}};
    std::string text;
    ASSERT_TRUE(append_request_head(
        text, {.method = "PUT", .target = "/a%20b?x=1", .fields = fields, .body = "12345"}));
    EXPECT_EQ(text,
              "PUT /a%20b?x=1 HTTP/1.1\r\nhost: h:1\r\nX-A: b c\r\nx-empty: \r\n"
              "content-length: 5\r\n\r\n");
    text.clear();
    ASSERT_TRUE(append_request_head(text, {.method = "GET", .target = "/", .fields = fields}));
    const auto head = parse_head(text, {});
    ASSERT_TRUE(head);
    EXPECT_EQ(head->target, "/");
    EXPECT_FALSE(head->has_body());
}

TEST(HttpRequestText, RefusesWhatWouldSaySomethingElse) {
    const HttpField host{"host", "h"};
    const auto refused = [](std::string_view method, std::string_view target,
                            std::vector<HttpField> fields) {
        std::string text = "before";
        const auto appended =
            append_request_head(text, {.method = method, .target = target, .fields = fields});
        EXPECT_EQ(text, "before");
        return !appended && appended.error().code == Errc::bad_input;
    };
    EXPECT_TRUE(refused("GET", "/a b", {host}));
    EXPECT_TRUE(refused("GET", "/a\r\nX: y", {host}));
    EXPECT_TRUE(refused("GET", "a", {host}));
    EXPECT_TRUE(refused("GET", "", {host}));
    EXPECT_TRUE(refused("GET", "/\xC3\xA9", {host}));
    EXPECT_TRUE(refused("GET", "/#", {host}));
    EXPECT_TRUE(refused("G T", "/", {host}));
    EXPECT_TRUE(refused("", "/", {host}));
    EXPECT_TRUE(refused("GET", "/", {}));
    EXPECT_TRUE(refused("GET", "/", {host, {"Host", "other"}}));
    EXPECT_TRUE(refused("GET", "/", {host, {"Content-Length", "0"}}));
    EXPECT_TRUE(refused("GET", "/", {host, {"transfer-encoding", "chunked"}}));
    EXPECT_TRUE(refused("GET", "/", {host, {"x", "a\r\nb: c"}}));
    EXPECT_TRUE(refused("GET", "/", {host, {"x", std::string_view("a\0", 2)}}));
    EXPECT_TRUE(refused("GET", "/", {host, {"x:", "a"}}));
    EXPECT_TRUE(refused("GET", "/", {host, {"", "a"}}));
}

}  // namespace
}  // namespace aside::wire
