// The admin port: who may call, and what the calls do.
#include "front/http/admin_handler.h"

#include "front/http/testbed_fixture.h"
#include "wire/json_check.h"

namespace aside::front {
namespace {

struct AdminBed : Testbed {
    explicit AdminBed(AdminOptions options = {}) : Testbed({.admin = std::move(options)}) {}

    Response call(const std::string& line, const std::string& body = "",
                  const std::string& fields = "", const std::string& host = "localhost:9090") {
        TestClient& client = connect(true);
        const std::string length =
            body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
        client.send(line + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + length + "\r\n" + body);
        world.run_for(3s);
        const auto all = responses(client.received);
        EXPECT_EQ(all.size(), 1u) << line;
        return all.empty() ? Response{} : all[0];
    }
};

TEST(AdminAccess, HostsOriginsTokens) {
    AdminBed bed({.hosts = {"Admin.Example:9090", "10.0.0.1"}, .token = "secret"});
    const auto status = [&](const std::string& fields, const std::string& host = "localhost") {
        return bed.call("GET /status", "", fields, host).status;
    };
    const std::string token = "Authorization: Bearer secret\r\n";
    EXPECT_EQ(status(token), 200u);
    for (const char* host :
         {"localhost:1", "LOCALHOST", "127.0.0.1:9090", "127.1.2.3", "[::1]:9090", "[::1]",
          "admin.example", "admin.example:1", "10.0.0.1"}) {
        EXPECT_EQ(status(token, host), 200u) << host;
    }
    for (const char* host :
         {"evil.example", "localhost.evil.example", "127.evil.example", "127.0.0.1.evil.example",
          "127.0.0", "127.0.0.1.", "127.0.0.256", "10.0.0.2", "[::2]", "", "localhost.", "[::1",
          "[::1]evil.example", "[::1]:x", "localhost:evil.example", "localhost:1:2"}) {
        EXPECT_EQ(status(token, host), 421u) << host;
    }
    EXPECT_EQ(status(token + "Origin: http://localhost\r\n"), 403u);
    EXPECT_EQ(status(token + "Origin: null\r\n"), 403u);
    for (const char* wrong :
         {"", "Authorization: Bearer secreT\r\n", "Authorization: Bearer secre\r\n",
          "Authorization: Bearer secretsecret\r\n", "Authorization: Bearer \r\n",
          "Authorization: Basic secret\r\n", "Authorization: secret\r\n"}) {
        EXPECT_EQ(status(wrong), 401u) << wrong;
    }
    EXPECT_EQ(bed.call("GET /status").field("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(bed.call("GET /nowhere").status, 401u);  // not even what there is
    EXPECT_EQ(bed.call("GET /healthz").status, 200u);
    EXPECT_EQ(bed.call("GET /healthz", "", "", "evil.example").status, 421u);
    EXPECT_EQ(bed.call("PUT /objects/k", "1").status, 401u);
    EXPECT_TRUE(bed.service.calls.empty());
}

TEST(AdminAccess, BindsBeyondLoopbackOnlyWithAToken) {
    for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost"})
        EXPECT_TRUE(check_admin_bind({host, 1}, false)) << host;
    for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "example", "127.evil.example", ""}) {
        EXPECT_FALSE(check_admin_bind({host, 1}, false)) << host;
        EXPECT_TRUE(check_admin_bind({host, 1}, true)) << host;
    }
}

TEST(Admin, Reads) {
    std::string unready = "objects: denied";
    AdminBed bed({.metrics = [] { return "aside_x_total 1\n"; },
                  .unready = [&] { return unready; },
                  .facts = [] { return "\"version\":\"0.1\""; }});
    EXPECT_EQ(bed.call("GET /metrics").body, "aside_x_total 1\n");
    EXPECT_EQ(bed.call("GET /metrics").field("Content-Type"),
              "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(bed.call("GET /healthz").status, 200u);
    EXPECT_EQ(bed.call("GET /readyz").status, 503u);
    EXPECT_EQ(bed.call("GET /readyz").body, "not ready: objects: denied\n");
    unready.clear();
    EXPECT_EQ(bed.call("GET /readyz").status, 200u);
    bed.admin.start_draining();
    EXPECT_EQ(bed.call("GET /readyz").body, "not ready: draining\n");
    EXPECT_EQ(bed.call("GET /status").body, R"({"l1":{"entries":1},"version":"0.1"})");
    EXPECT_EQ(
        bed.call("GET /hot").body,
        R"({"hot":[{"kind":"item","key":"a\"b","estimated_hits":7},{"kind":"object","key":"k","estimated_hits":3}]})");
    EXPECT_EQ(bed.call("GET /hot?limit=1").body,
              R"({"hot":[{"kind":"item","key":"a\"b","estimated_hits":7}]})");
    for (const char* limit : {"0", "x", "1001", "-1", "", "1&limit=2", "%31%"})
        EXPECT_EQ(bed.call(std::string("GET /hot?limit=") + limit).status, 400u) << limit;
    EXPECT_EQ(bed.call("POST /metrics").status, 405u);
    EXPECT_EQ(bed.call("GET /curve").status, 404u);
    bed.service.curve = R"({"policy":"lru"})";
    EXPECT_EQ(bed.call("GET /curve").body, R"({"policy":"lru"})");
    EXPECT_EQ(bed.call("GET /items/i").status, 405u);
}

TEST(Admin, Writes) {
    AdminBed bed;
    EXPECT_EQ(
        bed.call("PUT /objects/a%2Fb/c?version=7", "[1]").body,
        R"({"key":"a/b/c","version":"7","done":true,"tiers":{"origin":true,"l2":null,"l1":true}})");
    EXPECT_EQ(bed.call("DELETE /objects/k").status, 200u);
    EXPECT_EQ(bed.call("PUT /items/i", R"({"refs":[{"key":"k"},{"key":"l","version":"2"}]})").body,
              R"({"id":"i","done":true,"tiers":{"origin":true,"l2":null,"l1":true}})");
    EXPECT_EQ(bed.call("DELETE /items/caf%C3%A9").status, 200u);
    EXPECT_EQ(bed.service.calls,
              (std::vector<std::string>{"put object a/b/c@7=[1]", "remove object k",
                                        "put item i@,k@,l@2", "remove item caf\xC3\xA9"}));
}

TEST(Admin, WritesThatFail) {
    AdminBed bed({.max_body_bytes = 50, .max_references = 1});
    bed.service.failures["full"] = Error{Errc::full, "no space", 0};
    bed.service.failures["bad"] = Error{Errc::bad_input, "not JSON", 0};
    bed.service.failures["large"] = Error{Errc::too_large, "too large", 0};
    EXPECT_EQ(bed.call("PUT /objects/full", "1").status, 502u);
    EXPECT_EQ(bed.call("PUT /objects/bad", "x").status, 400u);
    EXPECT_EQ(bed.call("PUT /objects/large", "1").status, 413u);
    bed.service.calls.clear();
    EXPECT_EQ(bed.call("PUT /objects/k", std::string(51, ' ')).status, 413u);
    EXPECT_EQ(bed.call("PUT /objects/", "1").status, 400u);
    EXPECT_EQ(bed.call("PUT /objects/%00", "1").status, 400u);
    EXPECT_EQ(bed.call("PUT /items/a/b", "{\"refs\":[]}").status, 404u);
    EXPECT_EQ(bed.call("PUT /items/i", "{}").status, 400u);
    EXPECT_EQ(bed.call("PUT /items/i", R"({"refs":[{"key":"a"},{"key":"b"}]})").status, 413u);
    EXPECT_EQ(bed.call("DELETE /items/i", "x").status, 400u);
    EXPECT_EQ(bed.call("POST /items/i", "x").field("Allow"), "PUT, DELETE");
    EXPECT_TRUE(bed.service.calls.empty());
    bed.service.report = {.origin = true, .l2 = false, .l2_present = true, .l1 = true};
    const Response partly = bed.call("DELETE /objects/k");
    EXPECT_EQ(partly.status, 503u);
    EXPECT_EQ(partly.body,
              R"({"key":"k","done":false,"tiers":{"origin":true,"l2":false,"l1":true}})");
}

TEST(Admin, WritesThatTakeTooLong) {
    AdminBed bed({.request_timeout = 1s});
    bed.service.load_time = 2s;
    EXPECT_EQ(bed.call("PUT /objects/k", "1").status, 504u);
    EXPECT_EQ(bed.call("DELETE /items/i").status, 504u);
    EXPECT_EQ(bed.call("POST /invalidate", R"({"items":["i"]})").status, 504u);
    EXPECT_EQ(bed.service.calls.size(), 3u);  // they go on, and their results are dropped
}

TEST(Admin, Invalidates) {
    AdminBed bed({.max_keys = 4});
    const Response done = bed.call(
        "POST /invalidate", R"({"items":["i","j"],"objects":["k",{"key":"l","version":"2"}]})");
    EXPECT_EQ(done.status, 200u);
    EXPECT_EQ(
        done.body,
        R"({"items":[{"id":"i","done":true,"tiers":{"l2":null,"l1":true}},{"id":"j","done":true,"tiers":{"l2":null,"l1":true}}],)"
        R"("objects":[{"key":"k","done":true,"tiers":{"l2":null,"l1":true}},{"key":"l","version":"2","done":true,"tiers":{"l2":null,"l1":true}}]})");
    bed.service.failures["j"] = Error{Errc::deadline, "late", 0};
    const Response partly = bed.call("POST /invalidate", R"({"items":["j"],"objects":["k"]})");
    EXPECT_EQ(partly.status, 504u);
    EXPECT_EQ(
        partly.body,
        R"({"items":[{"id":"j","done":false,"error":"deadline: late"}],"objects":[{"key":"k","done":true,"tiers":{"l2":null,"l1":true}}]})");
    EXPECT_EQ(bed.call("POST /invalidate", R"({"items":["a","b","c","d","e"]})").status, 413u);
    EXPECT_EQ(bed.call("POST /invalidate", "x").status, 400u);
    EXPECT_EQ(bed.call("GET /invalidate").status, 405u);
}

}  // namespace
}  // namespace aside::front
