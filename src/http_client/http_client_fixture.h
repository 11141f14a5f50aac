// Test support: a client and a scripted server in a simulated world.
#pragma once

#include "base/error_meaning.h"
#include "http_client/http_client.h"
#include "http_client/scripted_http_server_fixture.h"
#include "runtime/when_all.h"
#include "wire/http_request_text.h"

namespace aside::http_client {

inline HttpCall make_call(std::string_view method, std::string_view target, std::string body = {}) {
    HttpCall call;
    const wire::HttpField fields[] = {{"host", "server"}};
    const auto appended =
        wire::append_request_head(call.head, {method, target, fields, std::string_view(body)});
    EXPECT_TRUE(appended);
    call.body = std::move(body);
    call.idempotent = method != "POST";
    return call;
}

struct ClientTest : testing::Test {
    explicit ClientTest(runtime::SimOptions options = {.workers = 2,
                                                       .hosts = {"10.0.0.1", "10.0.0.2"}})
        : world(std::move(options)), server(world, 1, at) {}
    ~ClientTest() override {
        if (client) client->close(world.worker(0));
        server.close();
        world.network().find_lost();
        EXPECT_TRUE(world.run_until_idle(10min));
        EXPECT_EQ(world.running_tasks(), 0U) << "a task is left";
        if (client) EXPECT_EQ(client->metrics().open, 0);
    }
    HttpClient& make(ClientOptions options = {}) {
        options.name = "test";
        options.endpoint = at;
        return client.emplace(std::move(options), 2U, registry);
    }
    Result<HttpAnswer> call(HttpCall call, Duration limit = 5s) {
        if (!client) make();
        call.deadline = world.now() + limit;
        return world.run(client->call(world.worker(0), std::move(call)));
    }
    Result<HttpAnswer> get(std::string_view target = "/", Duration limit = 5s) {
        return call(make_call("GET", target), limit);
    }
    // What the answer to this is taken for.
    Errc error_of(ScriptedReply said, Duration limit = 5s) {
        server.next.push_back(std::move(said));
        const auto answer = get("/", limit);
        EXPECT_FALSE(answer);
        return answer ? Errc::internal : answer.error().code;
    }
    // Several calls at once; what came of each.
    std::vector<Result<HttpAnswer>> get_at_once(std::size_t count, Duration limit = 5s) {
        if (!client) make();
        std::vector<Result<HttpAnswer>> answers(count);
        std::vector<runtime::Task<>> tasks;
        for (auto& answer : answers) tasks.push_back(get_into(answer, world.now() + limit));
        world.run(runtime::when_all(world.worker(0), std::move(tasks)));
        return answers;
    }
    runtime::Task<> get_into(Result<HttpAnswer>& into, SteadyTime deadline) {
        HttpCall call = make_call("GET", "/");
        call.deadline = deadline;
        auto answer = co_await client->call(world.worker(0), std::move(call));
        into = std::move(answer);
    }

    const runtime::Endpoint at{"10.0.0.2", 8080};
    telemetry::Registry registry{2};
    runtime::SimWorld world;
    ScriptedHttpServer server;
    std::optional<HttpClient> client;
};

}  // namespace aside::http_client
