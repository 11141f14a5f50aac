#include "aws/signed_client.h"

#include "http_client/scripted_http_server_fixture.h"
#include "runtime/when_all.h"
#include "wire/http_date.h"

namespace aside::aws {
namespace {

using http_client::HttpAnswer;
using http_client::reply;
using http_client::ScriptedHttpServer;
using http_client::ScriptedReply;
using http_client::ScriptedRequest;
using namespace std::chrono_literals;

// Hands out numbered credentials that last an hour.
struct NumberedSource final : CredentialSource {
    std::string_view name() const override { return "numbered"; }
    runtime::Task<Result<FetchedCredentials>> fetch(runtime::Worker& worker, SteadyTime) override {
        ++fetches;
        co_await sleep_for(worker, 20ms);
        if (fails) co_return fail(Errc::timed_out, "no answer");
        FetchedCredentials given{
            {"key-" + std::to_string(fetches), Secret("secret"), Secret("token")},
            for_ever ? kNever : worker.now() + 1h};
        if (for_ever) given.credentials.access_key_id = "key-1";
        co_return given;
    }
    unsigned fetches = 0;
    bool fails = false;
    bool for_ever = false;
};

// The error's name is the body.
ErrorMeaning read_meaning(const HttpAnswer& answer) {
    return meaning_of(answer.head.status, answer.body, "");
}

struct SignedClientTest : testing::Test {
    SignedClientTest() {
        auto made = std::make_unique<NumberedSource>();
        source = made.get();
        provider.emplace(std::move(made), RenewalOptions{}, registry, nullptr);
        SignedClientOptions options;
        options.http.name = "s3";
        options.http.endpoint = at;
        options.http.trace = &trace;
        options.region = "eu-west-1";
        options.read_meaning = read_meaning;
        client.emplace(std::move(options), 2U, *provider, registry);
    }
    ~SignedClientTest() override {
        client->close(world.worker(0));
        provider->close(world.worker(0));
        server.close();
        EXPECT_TRUE(world.run_until_idle(10min));
        EXPECT_EQ(world.running_tasks(), 0U);
    }
    SignedRequest request(Duration limit = 5s) {
        SignedRequest made{.method = "GET", .host = "bucket.server", .path = "/a%20b"};
        made.query = {{"versionId", "v+1"}};
        made.fields = {{"If-None-Match", "\"e\""}};
        made.idempotent = true;
        made.deadline = world.now() + limit;
        return made;
    }
    Result<HttpAnswer> send(Duration limit = 5s) {
        return world.run(client->send(world.worker(0), request(limit)));
    }
    runtime::Task<> send_into(std::vector<unsigned>& statuses) {
        const auto answer = co_await client->send(world.worker(0), request());
        statuses.push_back(answer ? answer->head.status : 0U);
    }
    // Which key signed it.
    static std::string key_of(const ScriptedRequest& request) {
        const std::string proof = request.field("authorization");
        const std::size_t from = proof.find("Credential=") + 11;
        return proof.substr(from, proof.find('/', from) - from);
    }
    // Refuses all that were not signed by this key.
    void take_only(std::string key) {
        server.answer = [key](const ScriptedRequest& to) {
            return key_of(to) == key ? reply(200, "{}") : reply(403, "ExpiredToken");
        };
    }
    std::uint64_t mended(const char* what) {
        return registry.counter("aside_aws_mended_total", "", {{"client", "s3"}, {"mended", what}})
            .value();
    }
    // A service whose clock differs from ours.
    void run_clock(Duration ahead) {
        server.answer = [this, ahead](const ScriptedRequest& to) {
            const WallTime there = world.worker(1).wall_now() + ahead;
            const auto date = wire::http_date(there);
            const std::string fields = "Date: " + std::string(date.data(), date.size()) + "\r\n";
            std::string signed_at = to.field("x-amz-date");  // 20260101T000000Z
            signed_at = signed_at.substr(0, 4) + "-" + signed_at.substr(4, 2) + "-" +
                        signed_at.substr(6, 5) + ":" + signed_at.substr(11, 2) + ":" +
                        signed_at.substr(13);
            const auto then = wire::parse_iso_time(signed_at);
            EXPECT_TRUE(then) << signed_at;
            const bool skewed = !then || std::chrono::abs(*then - there) > 15min;
            return skewed ? reply(403, "RequestTimeTooSkewed", fields) : reply(200, "{}", fields);
        };
    }

    http_client::TraceHeader trace;
    const runtime::Endpoint at{"10.0.0.2", 8080};
    telemetry::Registry registry{2};
    runtime::SimWorld world{{.workers = 2, .hosts = {"10.0.0.1", "10.0.0.2"}}};
    ScriptedHttpServer server{world, 1, at};
    NumberedSource* source = nullptr;
    std::optional<CredentialProvider> provider;
    std::optional<SignedClient> client;
};

TEST_F(SignedClientTest, PassesTheTraceOnThatRequestsBelongTo) {
    EXPECT_TRUE(send());
    trace.set("Root=1-2-3;Sampled=1");
    EXPECT_TRUE(send());
    trace.set({});
    EXPECT_TRUE(send());
    ASSERT_EQ(server.requests.size(), 3U);
    EXPECT_EQ(server.requests[0].field("x-amzn-trace-id"), "");
    EXPECT_EQ(server.requests[1].field("x-amzn-trace-id"), "Root=1-2-3;Sampled=1");
    EXPECT_EQ(server.requests[2].field("x-amzn-trace-id"), "");
    // Proxies may change it: it is not signed.
    EXPECT_EQ(server.requests[1].field("authorization").find("trace"), std::string::npos);
}

TEST_F(SignedClientTest, SendsWhatItSigned) {
    ASSERT_EQ(send()->head.status, 200U);
    ASSERT_EQ(server.requests.size(), 1U);
    const ScriptedRequest& sent = server.requests[0];
    EXPECT_EQ(sent.target, "/a%20b?versionId=v%2B1");
    EXPECT_EQ(sent.field("host"), "bucket.server");
    EXPECT_EQ(sent.field("If-None-Match"), "\"e\"");
    EXPECT_EQ(sent.field("x-amz-security-token"), "token");
    EXPECT_EQ(sent.field("x-amz-content-sha256"), wire::kEmptySha256);
    EXPECT_THAT(sent.field("authorization"),
                testing::HasSubstr("SignedHeaders=host;if-none-match;x-amz-content-sha256;"
                                   "x-amz-date;x-amz-security-token"));
}

TEST_F(SignedClientTest, ABodyIsSignedAndItsLengthTold) {
    SignedRequest put = request();
    put.method = "PUT";
    put.body = "{}";
    put.has_body = true;
    ASSERT_TRUE(world.run(client->send(world.worker(0), put)));
    put.body.clear();
    ASSERT_TRUE(world.run(client->send(world.worker(0), put)));
    ASSERT_EQ(server.requests.size(), 2U);
    EXPECT_EQ(server.requests[0].body, "{}");
    EXPECT_EQ(server.requests[0].field("x-amz-content-sha256"),
              "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    EXPECT_EQ(server.requests[1].field("content-length"), "0");
}

TEST_F(SignedClientTest, CredentialsThatExpireUnderWayAreRenewedOnce) {
    ASSERT_TRUE(send());
    world.run_for(1min);  // they are not fresh from the source
    take_only("key-2");
    EXPECT_EQ(send()->head.status, 200U);
    EXPECT_EQ(server.requests.size(), 3U);
    EXPECT_EQ(send()->head.status, 200U) << "and who comes next has them at once";
    EXPECT_EQ(server.requests.size(), 4U);
    EXPECT_EQ(source->fetches, 2U);
    EXPECT_EQ(mended("credentials"), 1U);
}

TEST_F(SignedClientTest, ManyWhoMeetExpiredCredentialsFetchOnce) {
    ASSERT_TRUE(send());
    world.run_for(1min);
    take_only("key-2");
    std::vector<unsigned> statuses;
    std::vector<runtime::Task<>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(send_into(statuses));
    world.run(runtime::when_all(world.worker(0), std::move(tasks)));
    EXPECT_EQ(statuses, std::vector<unsigned>(20, 200U));
    EXPECT_EQ(source->fetches, 2U);
}

TEST_F(SignedClientTest, RefusedAgainTheAnswerIsTheCallers) {
    ASSERT_TRUE(send());
    world.run_for(1min);
    take_only("none");
    EXPECT_EQ(send()->head.status, 403U);
    EXPECT_EQ(server.requests.size(), 3U) << "no third attempt";
}

// The new credentials are old enough to be renewed again by the time the answer comes.
TEST_F(SignedClientTest, RefusedAgainAfterALongTimeTheAnswerIsTheCallersToo) {
    ASSERT_TRUE(send());
    world.run_for(1min);
    server.answer = [](const ScriptedRequest&) {
        ScriptedReply said = reply(403, "ExpiredToken");
        said.after = 10s;
        return said;
    };
    EXPECT_EQ(send(5min)->head.status, 403U);
    EXPECT_EQ(server.requests.size(), 3U);
    EXPECT_EQ(source->fetches, 2U);
}

TEST_F(SignedClientTest, KeysThatDoNotChangeAreNotSentTwice) {
    source->for_ever = true;
    take_only("none");
    EXPECT_EQ(send()->head.status, 403U);
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(SignedClientTest, WithoutCredentialsNothingIsSent) {
    source->fails = true;
    const auto answer = send();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timed_out);
    EXPECT_TRUE(server.requests.empty());
}

TEST_F(SignedClientTest, AWrongClockIsCorrectedOnceForAll) {
    for (const Duration ahead : {Duration(20min), Duration(-26h)}) {
        run_clock(ahead);
        server.requests.clear();
        EXPECT_EQ(send()->head.status, 200U);
        EXPECT_EQ(server.requests.size(), 2U);
        EXPECT_EQ(send()->head.status, 200U);
        EXPECT_EQ(server.requests.size(), 3U) << "the difference is remembered";
    }
    EXPECT_EQ(mended("clock"), 2U);
    EXPECT_THAT(registry.render(),
                testing::ContainsRegex("aside_aws_clock_offset_seconds.client=\"s3\". -936[0-9]"));
}

TEST_F(SignedClientTest, WhereTheDateSaysNothingNewTheAnswerStands) {
    server.answer = [](const ScriptedRequest&) { return reply(403, "RequestTimeTooSkewed"); };
    EXPECT_EQ(send()->head.status, 403U);
    const auto date = wire::http_date(world.worker(0).wall_now());
    server.answer = [date](const ScriptedRequest&) {
        return reply(403, "RequestTimeTooSkewed",
                     "Date: " + std::string(date.data(), date.size()) + "\r\n");
    };
    EXPECT_EQ(send()->head.status, 403U);
    EXPECT_EQ(server.requests.size(), 2U);
}

TEST_F(SignedClientTest, OtherErrorsAreTheCallersAffair) {
    server.answer = [](const ScriptedRequest&) { return reply(503, "SlowDown"); };
    EXPECT_EQ(send()->head.status, 503U);
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(SignedClientTest, TheDeadlineHoldsForAllAttemptsTogether) {
    ASSERT_TRUE(send());
    world.run_for(1min);
    server.answer = [](const ScriptedRequest& to) {
        ScriptedReply said = key_of(to) == "key-1" ? reply(403, "ExpiredToken") : reply(200, "{}");
        said.after = 400ms;
        return said;
    };
    const SteadyTime began = world.now();
    const auto answer = send(600ms);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timed_out);
    EXPECT_LE(world.now() - began, 600ms);
}

TEST_F(SignedClientTest, AFieldThatWouldBreakTheRequestIsRefused) {
    SignedRequest bad = request();
    bad.fields = {{"If-None-Match", "a\r\nX: y"}};
    const auto answer = world.run(client->send(world.worker(0), bad));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::bad_input);
    EXPECT_TRUE(server.requests.empty());
}

TEST_F(SignedClientTest, CloseEndsWhatIsUnderWay) {
    server.answer = [](const ScriptedRequest&) {
        return ScriptedReply{.then = ScriptedReply::Then::silence};
    };
    std::vector<unsigned> statuses;
    world.spawn(0, send_into(statuses));
    ASSERT_TRUE(world.run_until([&] { return !server.requests.empty(); }, 1s));
    client->close(world.worker(0));
    EXPECT_TRUE(world.run_until([&] { return !statuses.empty(); }, 1s));
    EXPECT_EQ(statuses, std::vector<unsigned>{0U});
}

}  // namespace
}  // namespace aside::aws
