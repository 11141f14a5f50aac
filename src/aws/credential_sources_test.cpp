// The sources against scripted services in a simulated world.
#include "aws/credential_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_client/scripted_http_server_fixture.h"
#include "runtime/sim/files.h"
#include "wire/http_date.h"

namespace aside::aws {
namespace {

using http_client::reply;
using http_client::ScriptedHttpServer;
using http_client::ScriptedReply;
using http_client::ScriptedRequest;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

struct SourcesTest : testing::Test {
    ~SourcesTest() override {
        if (source) source->close(world.worker(0));
        server.close();
        EXPECT_TRUE(world.run_until_idle(10min));
    }
    void use(CredentialChoice choice) {
        source = make_source(std::move(choice), {.files = files,
                                                 .workers = 2,
                                                 .registry = registry,
                                                 .sts = service(),
                                                 .tls_connect = {}});
    }
    ServiceEndpoint service() const { return {.address = at, .tls = false, .base_path = {}}; }
    Result<FetchedCredentials> fetch(Duration limit = 5s) {
        return world.run(source->fetch(world.worker(0), world.now() + limit));
    }
    Error failure(Duration limit = 5s) {
        const auto got = fetch(limit);
        EXPECT_FALSE(got);
        return got ? Error{} : got.error();
    }
    static std::string iso(WallTime when) {
        const auto text = wire::http_date(when);  // "Sun, 06 Nov 1994 08:49:37 GMT"
        const std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
        const std::string http(text.data(), text.size());
        const auto month = months.find(http.substr(8, 3)) / 3 + 1;
        return http.substr(12, 4) + (month < 10 ? "-0" : "-") + std::to_string(month) + "-" +
               http.substr(5, 2) + "T" + http.substr(17, 8) + "Z";
    }
    std::string json(WallTime expires) const {
        return R"({"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"s3cr3t",)"
               R"("Token":"t0k3n","Expiration":")" +
               iso(expires) + "\"}";
    }
    static std::string date(WallTime now) {
        const auto text = wire::http_date(now);
        return "Date: " + std::string(text.data(), text.size()) + "\r\n";
    }
    // IMDSv2 as it is: no token, no data.
    ScriptedReply instance(const ScriptedRequest& request) {
        if (request.target == "/latest/api/token") {
            const bool good = request.method == "PUT" &&
                              !request.field("x-aws-ec2-metadata-token-ttl-seconds").empty();
            return good ? reply(200, "session-1") : reply(400, "");
        }
        if (request.field("x-aws-ec2-metadata-token") != "session-1") return reply(401, "");
        const std::string roles = "/latest/meta-data/iam/security-credentials/";
        if (request.target == roles) return reply(200, "the role");
        if (request.target == roles + "the%20role") {
            return reply(200, json(world.wall_now() + 1h));
        }
        return reply(404, "");
    }

    const runtime::Endpoint at{"10.0.0.2", 80};
    telemetry::Registry registry{2};
    runtime::SimWorld world{{.workers = 2, .hosts = {"10.0.0.1", "10.0.0.2"}}};
    runtime::SimFiles files{world};
    ScriptedHttpServer server{world, 1, at};
    std::unique_ptr<CredentialSource> source;
};

TEST_F(SourcesTest, KeysGivenLast) {
    use(KeysGiven{"environment", {"AKIA", Secret("s"), Secret()}});
    const auto got = fetch();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->credentials.access_key_id, "AKIA");
    EXPECT_EQ(got->expires, kNever);
    EXPECT_TRUE(server.requests.empty());
}

TEST_F(SourcesTest, InstancesAreAskedByVersionTwo) {
    server.answer = [this](const ScriptedRequest& request) { return instance(request); };
    use(InstanceRole{service()});
    const auto got = fetch();
    ASSERT_TRUE(got) << to_string(got.error());
    EXPECT_EQ(got->credentials.access_key_id, "ASIA");
    EXPECT_EQ(got->credentials.session_token.reveal(), "t0k3n");
    EXPECT_NEAR(static_cast<double>((got->expires - world.now()).count()), 3600e9, 2e9);
    EXPECT_EQ(server.requests.size(), 3U);
    EXPECT_EQ(server.accepted, 1U);
}

TEST_F(SourcesTest, SilenceOfAnInstanceIsExplained) {
    use(InstanceRole{service()});
    // As with a hop limit of 1: the request arrives, the answer does not.
    server.answer = [](const ScriptedRequest&) {
        return ScriptedReply{.then = ScriptedReply::Then::silence};
    };
    const SteadyTime began = world.now();
    const Error silent = failure(1s);
    EXPECT_EQ(silent.code, Errc::timed_out);
    EXPECT_THAT(silent.detail, HasSubstr("hop limit"));
    EXPECT_EQ(world.now() - began, 1s);
    // Nowhere near AWS: nobody answers the dial.
    world.network().host(at.host).hang_connect = true;
    EXPECT_THAT(failure(1s).detail, HasSubstr("hop limit"));
}

TEST_F(SourcesTest, AnInstanceWithoutRoleIsToldSo) {
    server.answer = [this](const ScriptedRequest& request) {
        return request.method == "PUT" ? instance(request) : reply(404, "");
    };
    use(InstanceRole{service()});
    EXPECT_THAT(failure().detail, HasSubstr("no role"));
    server.answer = [](const ScriptedRequest&) { return reply(503, "later"); };
    EXPECT_EQ(failure().code, Errc::busy);
    server.answer = [](const ScriptedRequest&) { return reply(403, "no"); };
    EXPECT_EQ(failure().code, Errc::denied);
}

TEST_F(SourcesTest, ContainersAreAskedWithTheirToken) {
    server.answer = [this](const ScriptedRequest&) {
        return reply(200, json(world.wall_now() + 1h));
    };
    use(ContainerRole{service(), "/v2/credentials/1?x=y", Secret("bearer"), {}});
    ASSERT_TRUE(fetch());
    EXPECT_EQ(server.requests[0].target, "/v2/credentials/1?x=y");
    EXPECT_EQ(server.requests[0].field("authorization"), "bearer");
    // From a file, anew each time: it is rotated.
    use(ContainerRole{service(), "/", Secret(), "/var/token"});
    EXPECT_EQ(failure().code, Errc::not_found);
    files.put("/var/token", "first\n");
    ASSERT_TRUE(fetch());
    files.put("/var/token", "second");
    ASSERT_TRUE(fetch());
    EXPECT_EQ(server.requests[1].field("authorization"), "first");
    EXPECT_EQ(server.requests[2].field("authorization"), "second");
    files.put("/var/token", "s3cr3t\r\nX: y");
    EXPECT_THAT(to_string(failure()), Not(HasSubstr("s3cr3t")));
    files.put("/var/token", " \n");
    EXPECT_EQ(failure().code, Errc::bad_input);
}

TEST_F(SourcesTest, WebIdentitiesAreExchanged) {
    files.put("/var/jwt", "a.b+c\n");
    server.answer = [this](const ScriptedRequest&) {
        return reply(200,
                     "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>"
                     "<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</"
                     "SecretAccessKey><SessionToken>t</SessionToken><Expiration>" +
                         iso(world.wall_now() + 1h) +
                         "</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
                         "</AssumeRoleWithWebIdentityResponse>");
    };
    use(WebIdentity{"arn:aws:iam::1:role/r", "aside", "/var/jwt"});
    ASSERT_TRUE(fetch());
    EXPECT_EQ(server.requests[0].method, "POST");
    EXPECT_EQ(server.requests[0].body,
              "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%"
              "3Arole%2Fr&RoleSessionName=aside&WebIdentityToken=a.b%2Bc");
    server.answer = [](const ScriptedRequest&) {
        return reply(400,
                     "<ErrorResponse><Error><Code>ExpiredTokenException</Code>"
                     "<Message>Token expired</Message></Error></ErrorResponse>");
    };
    EXPECT_EQ(to_string(failure()), "denied: ExpiredTokenException: Token expired");
    server.answer = [](const ScriptedRequest&) {
        return reply(400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>");
    };
    EXPECT_EQ(failure().code, Errc::throttled);
    server.answer = [](const ScriptedRequest&) { return reply(502, "<html>gateway</html>"); };
    EXPECT_EQ(failure().code, Errc::busy);
}

TEST_F(SourcesTest, OurClockMayBeWrong) {
    use(ContainerRole{service(), "/", Secret(), {}});
    // Ours is a day ahead: by it what was handed out ended long ago.
    const WallTime theirs = world.wall_now();
    world.jump_wall(24h);
    server.answer = [&](const ScriptedRequest&) {
        return reply(200, json(theirs + 1h), date(theirs));
    };
    const auto got = fetch();
    ASSERT_TRUE(got) << to_string(got.error());
    EXPECT_NEAR(static_cast<double>((got->expires - world.now()).count()), 3600e9, 2e9);
    // It really is over.
    server.answer = [&](const ScriptedRequest&) {
        return reply(200, json(theirs - 1s), date(theirs));
    };
    EXPECT_EQ(failure().code, Errc::denied);
}

TEST_F(SourcesTest, MalformedAnswersAreErrorsThatShowNothing) {
    use(ContainerRole{service(), "/", Secret("s3cr3t"), {}});
    for (const std::string& body :
         {std::string("{"), std::string("s3cr3t"), std::string(R"({"AccessKeyId":"s3cr3t"})"),
          std::string("<html>s3cr3t</html>"), std::string()}) {
        server.next.push_back(reply(200, body));
        const Error error = failure();
        EXPECT_EQ(error.code, Errc::protocol);
        EXPECT_THAT(error.detail, Not(HasSubstr("s3cr3t")));
    }
    server.next.push_back(reply(200, std::string(100'000, 'x')));
    EXPECT_EQ(failure().code, Errc::too_large);
    server.next.push_back(reply(302, "", "Location: http://evil.example/\r\n"));
    EXPECT_EQ(failure().code, Errc::denied);
}

}  // namespace
}  // namespace aside::aws
