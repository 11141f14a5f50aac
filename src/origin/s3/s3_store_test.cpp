#include "origin/s3/s3_store.h"

#include "aws/store_bed_fixture.h"

namespace aside::origin {
namespace {

using http_client::reply;
using http_client::ScriptedReply;
using namespace std::chrono_literals;

std::string error_xml(const std::string& code) {
    return "<Error><Code>" + code + "</Code><Message>m</Message></Error>";
}

struct S3StoreTest : aws::StoreBed<S3Store> {
    S3StoreTest() {
        S3Options options;
        options.bucket = {.name = "shop",
                          .prefix = "de/",
                          .region = "eu-west-1",
                          .host = "10.0.0.2:8080",
                          .in_path = true};
        options.http.name = "s3";
        open(std::move(options));
    }
    Result<LoadedObject> load(Reference reference = {"a", ""}, LoadRequest request = {}) {
        request.deadline = world.now() + 5s;
        return world.run(store->load(world.worker(0), std::move(reference), std::move(request)));
    }
    Result<LoadedObject> load_said(ScriptedReply said, LoadRequest request = {}) {
        server.next.push_back(std::move(said));
        return load({"a", ""}, std::move(request));
    }
    Error error_of(ScriptedReply said, LoadRequest request = {}) {
        const auto loaded = load_said(std::move(said), std::move(request));
        EXPECT_FALSE(loaded);
        return loaded ? Error{} : loaded.error();
    }
    Result<void> put(Reference reference, std::string body) {
        return world.run(store->put(world.worker(0), std::move(reference), std::move(body)));
    }
    Result<void> remove(Reference reference) {
        return world.run(store->remove(world.worker(0), std::move(reference)));
    }
};

TEST_F(S3StoreTest, LoadsAnObjectAndItsValidator) {
    const auto loaded = load_said(reply(200, "{}", "ETag: \"e1\"\r\n"));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->state, LoadState::found);
    EXPECT_EQ(loaded->body, "{}");
    EXPECT_EQ(loaded->validator, "\"e1\"");
    EXPECT_EQ(server.requests[0].target, "/shop/de/a");
    EXPECT_EQ(server.requests[0].field("If-None-Match"), "");
}

TEST_F(S3StoreTest, AKnownValidatorSavesTheBody) {
    const auto loaded = load_said(reply(304, ""), {.validator = "\"e1\""});
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->state, LoadState::not_modified);
    EXPECT_EQ(server.requests[0].field("If-None-Match"), "\"e1\"");
}

TEST_F(S3StoreTest, AVersionIsAskedForByItsId) {
    ASSERT_TRUE(load({"a", "v/1"}));
    EXPECT_EQ(server.requests[0].target, "/shop/de/a?versionId=v%2F1");
}

TEST_F(S3StoreTest, OnlyANamedKeyIsAbsent) {
    for (const char* const code : {"NoSuchKey", "NoSuchVersion"}) {
        const auto loaded = load_said(reply(404, error_xml(code)));
        ASSERT_TRUE(loaded) << code;
        EXPECT_EQ(loaded->state, LoadState::absent) << code;
    }
    EXPECT_EQ(error_of(reply(404, "<html>not here</html>")).code, Errc::protocol);
    EXPECT_EQ(error_of(reply(404, error_xml("NoSuchBucket"))).code, Errc::not_found);
    EXPECT_EQ(error_of(reply(403, error_xml("AccessDenied"))).code, Errc::denied);
    EXPECT_EQ(error_of(reply(403, "")).code, Errc::denied);
}

TEST_F(S3StoreTest, ErrorsMeanWhatTheTableSays) {
    const struct {
        unsigned status;
        std::string body;
        Errc code;
    } rows[] = {
        {503, error_xml("SlowDown"), Errc::throttled},
        {503, "", Errc::throttled},
        {500, error_xml("InternalError"), Errc::io},
        {400, error_xml("RequestTimeout"), Errc::timed_out},
        {301, error_xml("PermanentRedirect"), Errc::denied},
        {307, error_xml("TemporaryRedirect"), Errc::denied},
        {400, error_xml("AuthorizationHeaderMalformed"), Errc::denied},
        {403, error_xml("InvalidObjectState"), Errc::denied},
        {502, "<html>", Errc::io},
        {200 + 6, "part", Errc::protocol},
        {404, "<Error><Code>NoSuchKey</Code", Errc::protocol},
        {503, std::string(100'000, ' '), Errc::throttled},
    };
    for (const auto& [status, body, code] : rows) {
        EXPECT_EQ(error_of(reply(status, body)).code, code) << status << " " << body;
    }
    EXPECT_EQ(error_of(reply(503, error_xml("SlowDown"), "Retry-After: 2\r\n")).amount, 2000U);
}

TEST_F(S3StoreTest, WhatIsCutShortIsAnError) {
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"",
                        .then = ScriptedReply::Then::close})
                  .code,
              Errc::connection_lost);
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"",
                        .then = ScriptedReply::Then::reset})
                  .code,
              Errc::connection_lost);
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"",
                        .then = ScriptedReply::Then::silence})
                  .code,
              Errc::timed_out);
    EXPECT_EQ(error_of(reply(200, "123456780", "x-amz-checksum-crc32: y/Q5Jg==\r\n")).code,
              Errc::corrupt);
}

TEST_F(S3StoreTest, TheSizeLimitHoldsBeforeABodyIsRead) {
    EXPECT_EQ(error_of({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n",
                        .then = ScriptedReply::Then::silence},
                       {.max_bytes = 100})
                  .code,
              Errc::too_large);
    std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    chunked += "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n";
    EXPECT_EQ(error_of({.bytes = chunked}, {.max_bytes = 100}).code, Errc::too_large);
    EXPECT_TRUE(load_said(reply(200, std::string(100, 'x')), {.max_bytes = 100}));
    EXPECT_EQ(load_said(reply(404, error_xml("NoSuchKey")), {.max_bytes = 10})->state,
              LoadState::absent)
        << "the limit is for objects, not for what S3 has to say";
}

TEST_F(S3StoreTest, MemoryIsAskedForBeforeItIsTaken) {
    std::vector<std::uint64_t> asked;
    LoadRequest request;
    request.admit = [&](std::uint64_t bytes) {
        asked.push_back(bytes);
        return false;
    };
    const Error error = error_of(reply(200, std::string(5000, 'x')), request);
    EXPECT_EQ(error.code, Errc::bytes_in_flight);
    EXPECT_EQ(error.amount, 5000U);
    EXPECT_EQ(asked, std::vector<std::uint64_t>{5000U});
}

TEST_F(S3StoreTest, ConnectionsAreReused) {
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(load());
    for (int i = 0; i < 5; ++i) error_of(reply(503, error_xml("SlowDown")));
    EXPECT_EQ(server.accepted, 1U);
}

TEST_F(S3StoreTest, Writes) {
    ASSERT_TRUE(put({"a", ""}, "[1]"));
    EXPECT_EQ(server.requests[0].method, "PUT");
    EXPECT_EQ(server.requests[0].body, "[1]");
    EXPECT_EQ(server.requests[0].field("Content-Type"), "application/json");
    EXPECT_EQ(put({"a", "7"}, "[1]").error().code, Errc::unsupported);
    server.next.push_back(reply(403, error_xml("AccessDenied")));
    EXPECT_EQ(put({"a", ""}, "[1]").error().code, Errc::denied);

    server.next.push_back({.bytes = "HTTP/1.1 204 No Content\r\n\r\n"});
    EXPECT_TRUE(remove({"a", ""}));
    EXPECT_EQ(server.requests.back().method, "DELETE");
    server.next.push_back(reply(404, error_xml("NoSuchKey")));
    EXPECT_TRUE(remove({"a", ""})) << "what does not exist has been removed";
    server.next.push_back(reply(404, error_xml("NoSuchBucket")));
    EXPECT_EQ(remove({"a", ""}).error().code, Errc::not_found);
}

TEST_F(S3StoreTest, AConditionalPutKeepsWhatIsThere) {
    server.next.push_back(reply(412, error_xml("PreconditionFailed")));
    const auto done = world.run(
        store->put_if(world.worker(0), "a", "[1]", PutCondition::if_absent, world.now() + 5s));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::conflict);
    EXPECT_EQ(server.requests[0].field("If-None-Match"), "*");
}

TEST_F(S3StoreTest, ListsWithoutThePrefix) {
    server.next.push_back(
        reply(200,
              "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
              "<NextContinuationToken>t</NextContinuationToken><Contents><Key>de/a%20b</Key>"
              "<ETag>&quot;e&quot;</ETag><Size>2</Size></Contents></ListBucketResult>"));
    const auto page = world.run(store->list(world.worker(0), "", world.now() + 5s));
    ASSERT_TRUE(page) << page.error().detail;
    ASSERT_EQ(page->objects.size(), 1U);
    EXPECT_EQ(page->objects[0].key, "a b");
    EXPECT_EQ(page->continuation, "t");
    server.next.push_back(
        reply(200,
              "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>other</Key>"
              "<ETag>e</ETag><Size>2</Size></Contents></ListBucketResult>"));
    const auto other = world.run(store->list(world.worker(0), "t", world.now() + 5s));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::protocol);
}

TEST_F(S3StoreTest, HeadTellsTheValidatorAlone) {
    server.next.push_back({.bytes = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 9\r\n\r\n"});
    const auto found = world.run(store->head(world.worker(0), {"a", ""}, world.now() + 5s));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->validator, "\"e\"");
    server.next.push_back({.bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 239\r\n\r\n"});
    const auto absent = world.run(store->head(world.worker(0), {"a", ""}, world.now() + 5s));
    ASSERT_TRUE(absent);
    EXPECT_EQ(absent->state, LoadState::absent);
}

TEST_F(S3StoreTest, WhatASettingMustMendIsToldOnceAMinute) {
    for (int i = 0; i < 10; ++i) error_of(reply(403, error_xml("AccessDenied")));
    error_of(reply(503, error_xml("SlowDown")));
    world.run_for(1min);
    error_of(reply(403, error_xml("AccessDenied")));
    end();
    EXPECT_EQ(std::ranges::count(logged, '\n'), 2) << logged;
    EXPECT_THAT(logged, testing::HasSubstr("s3://shop"));
    EXPECT_THAT(logged, testing::Not(testing::HasSubstr("SlowDown")));
}

}  // namespace
}  // namespace aside::origin
