// The public port's answers, byte for byte where the interface promises them.
#include "front/http/public_handler.h"

#include "front/http/testbed_fixture.h"
#include "wire/json_check.h"

namespace aside::front {
namespace {

using testing::HasSubstr;

TEST(PublicPort, ItemHit) {
    Testbed bed;
    bed.service.age = 3700ms;
    const Response answer = bed.get("/items/i");
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.body, R"({"id":"i","values":[{"k":1},[2]]})");
    EXPECT_EQ(answer.field("Content-Type"), "application/json");
    EXPECT_EQ(answer.field("ETag"), "\"0000000000000def\"");
    EXPECT_EQ(answer.field("Age"), "3");
    EXPECT_EQ(answer.field("Cache-Control"),
              "max-age=180, stale-while-revalidate=60, stale-if-error=600");
    EXPECT_EQ(answer.field("Cache-Status"), "aside; hit; detail=\"l1=2,l2=0,origin=0\"");
    EXPECT_THAT(answer.field("Date"), HasSubstr(" GMT"));
    EXPECT_EQ(answer.field("Server-Timing"), "NONE");
    EXPECT_EQ(answer.field("Connection"), "NONE");
    EXPECT_EQ(answer.field("X-Request-Id"), "NONE");
}

TEST(PublicPort, ItemMissSaysSo) {
    Testbed bed;
    bed.service.cold = {"i"};
    const Response answer = bed.get("/items/i");
    EXPECT_EQ(answer.body, R"({"id":"i","values":[{"k":1},[2]]})");
    EXPECT_EQ(answer.field("Cache-Status"), "aside; fwd=miss; detail=\"l1=0,l2=0,origin=2\"");
}

TEST(PublicPort, ItemWithMissingObjects) {
    Testbed bed;
    bed.service.items["m"] = {"k", "gone\"", "a/b"};
    bed.service.missing = {"gone\"", "x"};
    const Response answer = bed.get("/items/m");
    EXPECT_EQ(answer.body, R"({"id":"m","values":[{"k":1},null,[2]],"missing":["gone\"","x"]})");
    EXPECT_TRUE(wire::is_json(answer.body));
}

TEST(PublicPort, ItemOfNothing) {
    Testbed bed;
    bed.service.items["e"] = {};
    EXPECT_EQ(bed.get("/items/e").body, R"({"id":"e","values":[]})");
}

TEST(PublicPort, IdsAreDecodedOnceAndEscaped) {
    Testbed bed;
    for (const char* id : {"a/b", "a\"b\\", "caf\xC3\xA9", "%41", "a+b", "..", "a b", "\x01"})
        bed.service.items[id] = {};
    EXPECT_EQ(bed.get("/items/a%2Fb").body, R"({"id":"a/b","values":[]})");
    EXPECT_EQ(bed.get("/items/a%22b%5c").body, R"({"id":"a\"b\\","values":[]})");
    EXPECT_EQ(bed.get("/items/caf%C3%A9").body, "{\"id\":\"caf\xC3\xA9\",\"values\":[]}");
    EXPECT_EQ(bed.get("/items/%2541").body, R"({"id":"%41","values":[]})");
    EXPECT_EQ(bed.get("/items/a+b").body, R"({"id":"a+b","values":[]})");
    EXPECT_EQ(bed.get("/items/..").body, R"({"id":"..","values":[]})");
    EXPECT_EQ(bed.get("/items/a%20b").body, R"({"id":"a b","values":[]})");
    EXPECT_EQ(bed.get("/items/%01").body, "{\"id\":\"\\u0001\",\"values\":[]}");
}

TEST(PublicPort, Objects) {
    Testbed bed;
    EXPECT_EQ(bed.get("/objects/k").body, R"({"k":1})");
    EXPECT_EQ(bed.get("/objects/a/b").body, "[2]");
    EXPECT_EQ(bed.get("/objects/a%2Fb").body, "[2]");
    EXPECT_EQ(bed.get("/objects/k?version=7").body, "7");
    EXPECT_EQ(bed.get("/objects/k?x=1&version=%37").body, "7");
    EXPECT_EQ(bed.get("/objects/k?version=8").status, 404u);
    EXPECT_EQ(bed.get("/objects/../k").status, 404u);
    bed.service.cold = {"k@7"};
    EXPECT_EQ(bed.get("/objects/k?version=7").field("Cache-Status"),
              "aside; fwd=miss; detail=\"l1=0,l2=0,origin=1\"");
}

TEST(PublicPort, HeadIsGetWithoutBody) {
    Testbed bed;
    for (const bool cold : {false, true}) {
        if (cold) bed.service.cold = {"i"};
        const auto all = bed.ask("HEAD /items/i HTTP/1.1\r\nHost: h\r\n\r\n");
        ASSERT_EQ(all.size(), 1u);
        EXPECT_EQ(all[0].status, 200u);
        EXPECT_EQ(all[0].field("Content-Length"), "33");
    }
    EXPECT_EQ(bed.ask("HEAD /items/none HTTP/1.1\r\nHost: h\r\n\r\n").at(0).status, 404u);
}

TEST(PublicPort, NotModified) {
    Testbed bed;
    for (const char* list :
         {"\"0000000000000def\"", "W/\"0000000000000def\"", "\"x\", \"0000000000000def\"", "*"}) {
        const Response answer = bed.get("/items/i", std::string("If-None-Match: ") + list + "\r\n");
        EXPECT_EQ(answer.status, 304u) << list;
        EXPECT_EQ(answer.field("ETag"), "\"0000000000000def\"");
        EXPECT_EQ(answer.field("Content-Length"), "NONE");
        EXPECT_NE(answer.field("Cache-Control"), "NONE");
    }
    EXPECT_EQ(bed.get("/items/i", "If-None-Match: \"x\"\r\n").status, 200u);
    EXPECT_EQ(bed.get("/items/none", "If-None-Match: *\r\n").status, 404u);
}

TEST(PublicPort, Problems) {
    Testbed bed;
    const struct {
        const char* target;
        unsigned status;
    } table[] = {{"/items/none", 404},
                 {"/objects/none", 404},
                 {"/", 404},
                 {"/item/i", 404},
                 {"/items", 404},
                 {"/items/", 400},
                 {"/items/a/b", 400},
                 {"/objects/", 400},
                 {"/items/%zz", 400},
                 {"/items/%00", 400},
                 {"/items/%ff", 400},
                 {"/objects/k?version=", 400},
                 {"/metrics", 404},
                 {"/objects/k?version=%", 400},
                 {"/items:batch", 405},
                 {"/objects/k?version=1&version=2", 400}};
    for (const auto& [target, status] : table) {
        const Response answer = bed.get(target);
        EXPECT_EQ(answer.status, status) << target;
        EXPECT_EQ(answer.field("Content-Type"), "application/problem+json") << target;
        EXPECT_EQ(answer.field("Cache-Control"), "no-store") << target;
        EXPECT_TRUE(wire::is_json(answer.body)) << answer.body;
        EXPECT_THAT(answer.body, HasSubstr("\"status\":" + std::to_string(status))) << target;
    }
    EXPECT_EQ(bed.ask("PUT /items/i HTTP/1.1\r\nHost: h\r\n\r\n").at(0).field("Allow"),
              "GET, HEAD");
    EXPECT_EQ(bed.ask("BREW /items/i HTTP/1.1\r\nHost: h\r\n\r\n").at(0).status, 405u);
}

TEST(PublicPort, FailuresFollowTheirMeaning) {
    Testbed bed;
    const struct {
        Errc code;
        unsigned status;
    } table[] = {{Errc::bad_input, 400}, {Errc::overloaded, 503}, {Errc::deadline, 504},
                 {Errc::io, 502},        {Errc::too_large, 413},  {Errc::corrupt, 502}};
    for (const auto& [code, status] : table) {
        for (const bool cold : {false, true}) {
            bed.service.failures["i"] = Error{code, "why \xFF", 0};
            bed.service.cold.clear();
            if (cold) bed.service.cold = {"i"};
            const Response answer = bed.get("/items/i");
            EXPECT_EQ(answer.status, status) << name_of(code);
            EXPECT_EQ(answer.field("Retry-After"), status == 503 ? "3" : "NONE");
            EXPECT_TRUE(wire::is_json(answer.body));
        }
    }
}

TEST(PublicPort, RequestIdsAreEchoedWhenHarmless) {
    Testbed bed;
    EXPECT_EQ(bed.get("/items/i", "X-Request-Id: 0a-B_c.1\r\n").field("X-Request-Id"), "0a-B_c.1");
    EXPECT_EQ(bed.get("/items/none", "X-Request-Id: e\r\n").field("X-Request-Id"), "e");
    EXPECT_EQ(bed.get("/items/i", "X-Request-Id: <b>\r\n").field("X-Request-Id"), "NONE");
    EXPECT_EQ(bed.get("/items/i", "X-Request-Id: " + std::string(129, 'a') + "\r\n")
                  .field("X-Request-Id"),
              "NONE");
}

TEST(PublicPort, TimingOnRequest) {
    Testbed bed;
    EXPECT_EQ(bed.get("/items/i", "X-Server-Timing: 1\r\n").field("Server-Timing"),
              "l1;dur=1.500;desc=\"item i\"");
    EXPECT_EQ(bed.get("/items/i").field("Server-Timing"), "NONE");
    bed.service.cold = {"k"};
    EXPECT_EQ(bed.get("/objects/k", "X-Server-Timing: 1\r\n").field("Server-Timing"),
              "origin;dur=1.500;desc=\"object k\"");
}

TEST(PublicPort, AnswersHaveALimit) {
    Testbed bed({.open = {.max_response_bytes = 32}});
    EXPECT_EQ(bed.get("/items/i").status, 413u);
    EXPECT_EQ(bed.get("/objects/k").status, 200u);
}

std::string batch(const std::string& body) {
    return "POST /items:batch HTTP/1.1\r\nHost: h\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(Batch, AnswersInOrderAndLoadsTogether) {
    Testbed bed;
    for (const char* id : {"x", "y", "z"}) bed.service.items[id] = {"k"};
    bed.service.cold = {"x", "y", "z", "gone", "bad"};
    bed.service.failures["bad"] = Error{Errc::io, "disk", 0};
    const auto all = bed.ask(batch(R"({"ids":["z","i","gone","x","bad","z"]})"), 150ms);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].status, 200u);
    EXPECT_EQ(
        all[0].body,
        R"({"items":[{"id":"z","status":200,"item":{"id":"z","values":[{"k":1}]}},)"
        R"({"id":"i","status":200,"item":{"id":"i","values":[{"k":1},[2]]}},)"
        R"({"id":"gone","status":404,"problem":{"type":"about:blank","title":"Not Found","status":404,"detail":"there is no such item"}},)"
        R"({"id":"x","status":200,"item":{"id":"x","values":[{"k":1}]}},)"
        R"({"id":"bad","status":502,"problem":{"type":"about:blank","title":"Bad Gateway","status":502,"detail":"io: disk"}},)"
        R"({"id":"z","status":200,"item":{"id":"z","values":[{"k":1}]}}]})");
    EXPECT_TRUE(wire::is_json(all[0].body));
    EXPECT_EQ(bed.service.most_loading, 5u);
}

TEST(Batch, Limits) {
    Testbed bed({.open = {.max_body_bytes = 200, .max_response_bytes = 100, .max_ids = 3}});
    EXPECT_EQ(bed.ask(batch(R"({"ids":[]})")).at(0).body, R"({"items":[]})");
    EXPECT_EQ(bed.ask(batch(R"({"ids":["a","b","c","d"]})")).at(0).status, 413u);
    EXPECT_EQ(bed.ask(batch(R"({"ids":["i","i","i"]})")).at(0).status, 200u);
    bed.service.put("large", "\"" + std::string(90, 'x') + "\"");
    bed.service.items["l"] = {"large"};
    EXPECT_EQ(bed.ask(batch(R"({"ids":["l","l"]})")).at(0).status, 413u);
    for (const char* body : {"x", "[]", "{}", R"({"ids":"i"})"})
        EXPECT_EQ(bed.ask(batch(body)).at(0).status, 400u) << body;
    const auto over = bed.ask(batch(std::string(201, ' ')));
    ASSERT_EQ(over.size(), 1u);
    EXPECT_EQ(over[0].status, 413u);
    EXPECT_EQ(over[0].field("Connection"), "close");
}

}  // namespace
}  // namespace aside::front
