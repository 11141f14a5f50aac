#include "front/lambda/runtime_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "front/lambda/runtime_api_fixture.h"

namespace aside::front::lambda {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class RuntimeApiTest : public testing::Test {
  protected:
    ~RuntimeApiTest() override {
        api_.close();
        server_.close();
        world_.run_for(10ms);
    }

    Result<Invocation> next() { return world_.run(api_.next()); }

    runtime::SimWorld world_;
    ScriptedApi server_{world_};
    RuntimeApi api_{world_.worker(0), server_.at};
};

TEST_F(RuntimeApiTest, GivesAnInvocationWithWhatBelongsToIt) {
    server_.invocations = {ScriptedApi::invocation(
        "id-1", R"({"a":1})",
        "Lambda-Runtime-Deadline-Ms: 1760000000123\r\nLambda-Runtime-Trace-Id: Root=1-2-3\r\n")};
    const auto got = next();
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->id, "id-1");
    EXPECT_EQ(got->event, R"({"a":1})");
    EXPECT_EQ(got->trace, "Root=1-2-3");
    EXPECT_EQ(got->deadline, WallTime(1'760'000'000'123ms));
    EXPECT_EQ(server_.requests.at(0).target, "/2018-06-01/runtime/invocation/next");
    EXPECT_THAT(server_.requests[0].head, HasSubstr("\r\nHost: 127.0.0.1:9001\r\n"));
}

TEST_F(RuntimeApiTest, HasAllTheTimeWhereNoDeadlineIsTold) {
    server_.invocations = {ScriptedApi::invocation("id", "{}")};
    EXPECT_EQ(next()->deadline, WallTime::max());
}

TEST_F(RuntimeApiTest, WaitsForAsLongAsItTakes) {
    const auto call = [this]() -> runtime::Task<> { (void)co_await api_.next(); };
    world_.spawn(0, call());
    world_.run_for(1h);
    server_.invocations = {ScriptedApi::invocation("id", "{}")};
    world_.run_for(10ms);
    EXPECT_EQ(server_.requests.size(), 1U);
    EXPECT_TRUE(server_.invocations.empty());
}

TEST_F(RuntimeApiTest, TellsAnswersAndErrorsOnOneConnection) {
    server_.invocations = {ScriptedApi::invocation("id", "{}")};
    ASSERT_TRUE(next());
    EXPECT_TRUE(world_.run(api_.answer("id", R"("yes")")));
    EXPECT_TRUE(world_.run(api_.fail_invocation("id", {"Function.No", "say \"no\""})));
    EXPECT_TRUE(world_.run(api_.fail_init({"Function.Bad", "why"})));
    ASSERT_EQ(server_.requests.size(), 4U);
    EXPECT_EQ(server_.connections, 1U);
    EXPECT_EQ(server_.requests[1].target, "/2018-06-01/runtime/invocation/id/response");
    EXPECT_EQ(server_.requests[1].body, R"("yes")");
    EXPECT_EQ(server_.requests[2].target, "/2018-06-01/runtime/invocation/id/error");
    EXPECT_THAT(server_.requests[2].head,
                HasSubstr("Lambda-Runtime-Function-Error-Type: Function.No\r\n"));
    EXPECT_EQ(server_.requests[2].body,
              R"({"errorMessage":"say \"no\"","errorType":"Function.No","stackTrace":[]})");
    EXPECT_EQ(server_.requests[3].target, "/2018-06-01/runtime/init/error");
}

TEST_F(RuntimeApiTest, AsksOnceMoreWhenTheKeptConnectionIsGone) {
    server_.invocations = {ScriptedApi::invocation("id", "{}")};
    ASSERT_TRUE(next());
    server_.drop();
    world_.run_for(10ms);
    EXPECT_TRUE(world_.run(api_.answer("id", "1")));
    EXPECT_EQ(server_.connections, 2U);
}

// The first one was heard, though its answer was lost: Lambda takes no second answer.
TEST_F(RuntimeApiTest, TakesTheRefusalOfASecondAttemptForSuccess) {
    server_.invocations = {ScriptedApi::invocation("id", "{}")};
    ASSERT_TRUE(next());
    unsigned heard = 0;
    server_.answer = [&heard](const ApiRequest&) {
        return ++heard == 1 ? std::string() : ScriptedApi::reply(400, "{}");
    };
    EXPECT_TRUE(world_.run(api_.answer("id", "1")));
    EXPECT_EQ(heard, 2U);
    const auto refused = world_.run(api_.answer("id", "1"));  // the first attempt of this one
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::protocol);
}

TEST_F(RuntimeApiTest, SaysThatAnAnswerIsTooLarge) {
    server_.answer = [](const ApiRequest&) { return ScriptedApi::reply(413, "{}"); };
    const auto refused = world_.run(api_.answer("id", "1"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::too_large);
}

TEST_F(RuntimeApiTest, SaysWhatTheApiSaysThatIsNoInvocation) {
    server_.invocations = {ScriptedApi::reply(500, "all is lost")};
    const auto odd = next();
    ASSERT_FALSE(odd);
    EXPECT_EQ(odd.error().code, Errc::protocol);
    EXPECT_THAT(odd.error().detail, HasSubstr("500 all is lost"));

    server_.invocations = {ScriptedApi::reply(200, "{}")};  // without an id
    EXPECT_EQ(next().error().code, Errc::protocol);
}

TEST_F(RuntimeApiTest, FailsWhenNobodyListens) {
    server_.close();
    world_.run_for(10ms);
    const auto none = next();
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::refused);
}

TEST_F(RuntimeApiTest, FailsWhenAnAnswerEndsHalfway) {
    server_.invocations = {ScriptedApi::invocation("id", "{}")};
    ASSERT_TRUE(next());
    server_.answer = [this](const ApiRequest&) {
        server_.answer = [](const ApiRequest&) { return std::string(); };
        return std::string("HTTP/1.1 202 Accepted\r\nContent-Le");
    };
    const auto call = [this]() -> runtime::Task<Result<void>> {
        co_return co_await api_.answer("id", "1");
    };
    std::optional<Result<void>> told;
    const auto keep = [&]() -> runtime::Task<> {
        auto result = co_await call();
        told.emplace(std::move(result));
    };
    world_.spawn(0, keep());
    world_.run_for(10ms);
    EXPECT_FALSE(told);
    server_.drop();
    world_.run_for(10ms);
    ASSERT_TRUE(told);
    EXPECT_FALSE(*told);  // begun: asking again might tell it twice
    EXPECT_EQ(server_.posts().size(), 1U);
}

}  // namespace
}  // namespace aside::front::lambda
