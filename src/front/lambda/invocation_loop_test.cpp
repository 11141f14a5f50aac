#include "front/lambda/invocation_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "front/lambda/runtime_api_fixture.h"

namespace aside::front::lambda {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Answers with the event; takes `work`.
class EchoFunction final : public Function {
  public:
    explicit EchoFunction(runtime::Worker& worker) : worker_(worker) {}

    Duration work{};
    SteadyTime deadline{};
    runtime::Task<std::expected<std::string_view, FunctionError>> invoke(
        const Invocation& invocation, SteadyTime until) override {
        deadline = until;
        event_ = invocation.event;
        co_await runtime::sleep_for(worker_, work);
        if (event_ == "fail")
            co_return std::unexpected(FunctionError{"Function.Failed", "as told"});
        co_return event_;
    }

  private:
    runtime::Worker& worker_;
    std::string event_;
};

class Events final : public Lifecycle, public InvocationObserver {
  public:
    std::vector<std::string> seen;
    Gap gap{};
    Duration settle_takes{};

    void first_answer_given(runtime::Worker&) override { seen.emplace_back("first answer"); }
    runtime::Task<> settle(runtime::Worker& worker, SteadyTime deadline) override {
        seen.emplace_back("settle");
        co_await runtime::sleep_until(worker, std::min(worker.now() + settle_takes, deadline));
        seen.emplace_back("settled");
    }
    void thawed(runtime::Worker&, Gap told) override {
        seen.emplace_back("thawed");
        gap = told;
    }
    void begins(const Invocation& invocation) override {
        seen.push_back("begins " + invocation.id);
    }
    void ended(Duration) override { seen.emplace_back("ended"); }
};

class InvocationLoopTest : public testing::Test {
  protected:
    InvocationLoopTest() { world_.spawn(0, run()); }
    ~InvocationLoopTest() override {
        server_.close();
        world_.run_for(2s);
        EXPECT_TRUE(ended_);
    }

    runtime::Task<> run() {
        auto ended = co_await loop_.run();
        api_.close();
        ended_.emplace(std::move(ended));
    }
    void invoke(const std::string& id, const std::string& event, const std::string& fields = {}) {
        server_.invocations.push_back(ScriptedApi::invocation(id, event, fields));
    }
    std::string deadline_in(Duration span) {
        const auto at = (world_.wall_now() + span).time_since_epoch();
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at);
        return "Lambda-Runtime-Deadline-Ms: " + std::to_string(ms.count()) + "\r\n";
    }

    runtime::SimWorld world_;
    ScriptedApi server_{world_};
    RuntimeApi api_{world_.worker(0), server_.at};
    EchoFunction function_{world_.worker(0)};
    Events events_;
    InvocationLoop loop_{
        world_.worker(0), api_,    function_,
        events_,          events_, {.margin = 200ms, .freeze = {.settle = 250ms, .gap_min = 1s}},
        nullptr};
    std::optional<Result<void>> ended_;
};

TEST_F(InvocationLoopTest, AnswersThenSettlesThenAsksForTheNextOne) {
    invoke("a", "1");
    invoke("b", "2");
    events_.settle_takes = 100ms;
    world_.run_for(90ms);
    EXPECT_THAT(events_.seen, ElementsAre("begins a", "ended", "first answer", "settle"));
    EXPECT_EQ(server_.requests.size(), 2U);  // the answer is out, nothing else is asked for yet
    world_.run_for(1s);
    EXPECT_THAT(events_.seen, ElementsAre("begins a", "ended", "first answer", "settle", "settled",
                                          "begins b", "ended", "settle", "settled"));
    EXPECT_EQ(server_.posts().at(1).target, "/2018-06-01/runtime/invocation/b/response");
    EXPECT_EQ(server_.posts()[1].body, "2");
}

TEST_F(InvocationLoopTest, GivesUpSettlingAfterItsTime) {
    invoke("a", "1");
    events_.settle_takes = 1h;
    world_.run_for(300ms);
    EXPECT_EQ(server_.requests.size(), 3U);  // next, answer, next
}

TEST_F(InvocationLoopTest, DoesNotSettlePastLambdasDeadline) {
    function_.work = 2790ms;
    events_.settle_takes = 1h;
    invoke("a", "1", deadline_in(3s));
    world_.run_for(2950ms);
    EXPECT_EQ(server_.requests.size(), 3U);  // next, answer, next
}

TEST_F(InvocationLoopTest, HasTheDeadlineLessAMargin) {
    world_.run_for(5ms);
    invoke("a", "1", deadline_in(3s));
    const SteadyTime before = world_.now();
    world_.run_for(100ms);
    EXPECT_NEAR(static_cast<double>((function_.deadline - before) / 1ms), 2800, 10);
    invoke("b", "1");
    world_.run_for(100ms);
    EXPECT_EQ(function_.deadline, kNever);
}

TEST_F(InvocationLoopTest, APauseIsTheLargerOfWhatTwoClocksSay) {
    world_.run_for(500ms);
    invoke("a", "1");
    world_.run_for(100ms);
    EXPECT_EQ(events_.gap.length, Duration::zero());  // half a second is none

    const SteadyTime since = world_.now();
    world_.run_for(10s);
    invoke("b", "1");
    world_.run_for(100ms);
    EXPECT_GE(events_.gap.length, 10s);
    EXPECT_LT(events_.gap.since, since + 1ms);

    world_.jump_wall(1h);  // the steady clock stood still
    invoke("c", "1");
    world_.run_for(100ms);
    EXPECT_GE(events_.gap.length, 1h);
    EXPECT_EQ(events_.seen.at(events_.seen.size() - 4), "begins c");
    EXPECT_EQ(events_.seen.at(events_.seen.size() - 5), "thawed");
}

TEST_F(InvocationLoopTest, TellsAFailureAndGoesOn) {
    invoke("a", "fail");
    invoke("b", "2");
    world_.run_for(1s);
    ASSERT_EQ(server_.posts().size(), 2U);
    EXPECT_EQ(server_.posts()[0].target, "/2018-06-01/runtime/invocation/a/error");
    EXPECT_THAT(server_.posts()[0].body, HasSubstr(R"("errorType":"Function.Failed")"));
    EXPECT_EQ(server_.posts()[1].body, "2");
}

TEST_F(InvocationLoopTest, AnAnswerThatIsNotTakenBecomesAFailure) {
    server_.answer = [](const ApiRequest& request) {
        return ScriptedApi::reply(request.target.ends_with("/response") ? 413 : 202, "{}");
    };
    invoke("a", "1");
    world_.run_for(1s);
    ASSERT_EQ(server_.posts().size(), 2U);
    EXPECT_THAT(server_.posts()[1].body, HasSubstr(R"("errorType":"Function.TooLarge")"));
}

TEST_F(InvocationLoopTest, WhatWasAnsweredTooLateDoesNotEndTheProcess) {
    server_.answer = [](const ApiRequest&) { return ScriptedApi::reply(400, "{}"); };
    invoke("a", "1");
    invoke("b", "2");
    world_.run_for(1s);
    EXPECT_EQ(server_.posts().size(), 2U);
    EXPECT_FALSE(ended_);
}

TEST_F(InvocationLoopTest, EndsWhenTheApiGivesNoMore) {
    server_.invocations.push_back(ScriptedApi::reply(403, "{}"));
    world_.run_for(1s);
    ASSERT_TRUE(ended_);
    ASSERT_FALSE(*ended_);
    EXPECT_EQ(ended_->error().code, Errc::protocol);
}

}  // namespace
}  // namespace aside::front::lambda
