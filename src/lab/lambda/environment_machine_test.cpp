#include "lab/lambda/environment_machine.h"

#include <gtest/gtest.h>

namespace aside::lab::lambda {
namespace {

using namespace std::chrono_literals;

struct EnvironmentMachineTest : testing::Test {
    // What the machine did since the last call: "thaw, event 1", "freeze, report answer ready".
    std::string did() {
        std::string text;
        for (const Action& action : machine.take_actions()) {
            if (!text.empty()) text.append(", ");
            text.append(std::visit([this](const auto& one) { return this->said(one); }, action));
        }
        return text;
    }
    static std::string said(ProcessOrder order) {
        constexpr std::string_view kNames[] = {"start", "end", "freeze", "thaw"};
        return std::string(kNames[static_cast<std::size_t>(order)]);
    }
    std::string said(const NextAnswer& answer) {
        last_reply = answer.reply;
        const std::string what =
            answer.reply.status == 200 ? "event" : std::to_string(answer.reply.status);
        return what + " " + std::to_string(answer.call);
    }
    std::string said(const InvocationReport& told) {
        constexpr std::string_view kNames[] = {"ready", "timed_out", "exited"};
        report = told;
        EXPECT_NE(told.answer.has_value(), told.error.has_value());
        return "report " + (told.answer ? *told.answer : told.error->type) + " " +
               std::string(kNames[static_cast<std::size_t>(told.aftermath)]);
    }

    void pass(Duration span) {
        now.steady += span;
        now.wall += span;
    }
    void invoke(const std::string& id = "id") {
        machine.invoke({.request_id = id, .event = {.payload = "{}", .trace_id = "Root=1"}}, now);
    }
    std::string respond(const std::string& body = "answer", const std::string& id = "id",
                        ApiCall call = ApiCall::response, const std::string& type = "") {
        if (const auto refused = machine.answer_begun(call, id)) return refused->body;
        return std::to_string(machine.answer_ended(call, type, body, now).status);
    }
    // To where it waits for its second event, after what `invoke` does in between.
    void warm_up() {
        machine.init(now);
        machine.next_asked(1, now);
        did();
    }

    Moment now{.steady = SteadyTime(1h), .wall = WallTime(1'700'000'000s)};
    EnvironmentMachine machine{3, {.function_arn = "arn", .timeout = 3s, .init_limit = 10s}};
    HttpReply last_reply;
    InvocationReport report;
};

TEST_F(EnvironmentMachineTest, AColdInvocationHasAnInitPhaseOfItsOwn) {
    invoke();
    EXPECT_EQ(did(), "start");
    EXPECT_EQ(machine.deadline(), now.steady + 10s);
    pass(4s);  // longer than the function's timeout
    machine.next_asked(1, now);
    EXPECT_EQ(did(), "event 1");
    EXPECT_EQ(machine.deadline(), now.steady + 3s);
    EXPECT_NE(last_reply.fields.find("Lambda-Runtime-Deadline-Ms: 1700000007000\r\n"),
              std::string::npos)
        << last_reply.fields;
    pass(1s);
    EXPECT_EQ(respond(), "202");
    EXPECT_EQ(did(), "");
    pass(500ms);
    machine.next_asked(2, now);
    EXPECT_EQ(did(), "freeze, report answer ready");
    EXPECT_EQ(report.environment, 3U);
    EXPECT_TRUE(report.cold);
    EXPECT_FALSE(report.suppressed_init);
    EXPECT_EQ(report.init, 4s);
    EXPECT_EQ(report.duration, 1s);
    EXPECT_EQ(report.completed, 1500ms);
    EXPECT_EQ(machine.deadline(), kNever);
}

TEST_F(EnvironmentMachineTest, ItIsThawedBeforeItsEvent) {
    warm_up();
    EXPECT_TRUE(machine.frozen());
    pass(1h);
    invoke();
    EXPECT_EQ(did(), "thaw, event 1");
    EXPECT_EQ(respond(), "202");
    machine.next_asked(2, now);
    EXPECT_EQ(did(), "freeze, report answer ready");
    EXPECT_FALSE(report.cold);
    EXPECT_FALSE(report.init);
}

TEST_F(EnvironmentMachineTest, ItIsFrozenOnOrderOnlyWhileIdle) {
    machine.set_freeze_when_idle(false);
    machine.init(now);
    EXPECT_FALSE(machine.freeze());
    machine.next_asked(1, now);
    EXPECT_EQ(did(), "start");
    EXPECT_TRUE(machine.freeze());
    EXPECT_TRUE(machine.freeze());
    EXPECT_EQ(did(), "freeze");
    EXPECT_TRUE(machine.thaw());
    EXPECT_FALSE(machine.thaw());
    EXPECT_EQ(did(), "thaw");
    invoke();
    EXPECT_FALSE(machine.freeze());
    EXPECT_EQ(respond(), "202");
    EXPECT_FALSE(machine.freeze()) << "it has not asked for the next one";
    machine.next_asked(2, now);
    EXPECT_EQ(did(), "event 1, report answer ready");
}

TEST_F(EnvironmentMachineTest, NotAnsweredByItsDeadlineTheProcessIsEnded) {
    warm_up();
    invoke();
    did();
    pass(2999ms);
    machine.expire(now);
    EXPECT_EQ(did(), "");
    pass(1ms);
    machine.expire(now);
    EXPECT_EQ(did(), "end");
    EXPECT_EQ(respond(), R"({"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"})");
    pass(20ms);
    machine.process_ended("signal: killed", now);
    EXPECT_EQ(did(), "report Sandbox.Timedout timed_out");
    EXPECT_EQ(report.error->message, "RequestId: id Error: Task timed out after 3.00 seconds");
    EXPECT_EQ(report.duration, 3s);
    EXPECT_TRUE(machine.can_invoke());
}

TEST_F(EnvironmentMachineTest, TheDeadlineHoldsUntilTheNextNext) {
    warm_up();
    invoke();
    EXPECT_EQ(respond(), "202");
    did();
    pass(3s);
    machine.expire(now);
    EXPECT_EQ(did(), "end");
    machine.process_ended("signal: killed", now);
    EXPECT_EQ(did(), "report answer timed_out");
    EXPECT_EQ(report.duration, 0s);
    EXPECT_EQ(report.completed, 3s);
}

TEST_F(EnvironmentMachineTest, AfterAResetTheInitIsPartOfTheInvocation) {
    warm_up();
    invoke();
    machine.process_ended("exit status 7", now);
    EXPECT_EQ(did(), "thaw, event 1, report Runtime.ExitError exited");
    EXPECT_EQ(report.error->message,
              "RequestId: id Error: Runtime exited with error: exit status 7");
    invoke("second");
    EXPECT_EQ(did(), "start");
    EXPECT_EQ(machine.deadline(), now.steady + 3s);
    pass(2s);
    machine.next_asked(5, now);
    EXPECT_EQ(did(), "event 5");
    EXPECT_EQ(machine.deadline(), now.steady + 1s);
    pass(500ms);
    EXPECT_EQ(respond("later", "second"), "202");
    machine.next_asked(6, now);
    EXPECT_EQ(did(), "freeze, report later ready");
    EXPECT_TRUE(report.cold);
    EXPECT_TRUE(report.suppressed_init);
    EXPECT_EQ(report.init, 2s);
    EXPECT_EQ(report.duration, 2500ms);
}

TEST_F(EnvironmentMachineTest, AFailedInitIsTriedOnceMoreInsideTheInvocation) {
    invoke();
    pass(10s);
    machine.expire(now);
    EXPECT_EQ(did(), "start, end");
    machine.process_ended("signal: killed", now);
    EXPECT_EQ(did(), "start");
    EXPECT_EQ(machine.deadline(), now.steady + 3s);
    pass(3s);
    machine.expire(now);
    machine.process_ended("signal: killed", now);
    EXPECT_EQ(did(), "end, report Sandbox.Timedout timed_out");
    EXPECT_EQ(report.duration, 3s);
    EXPECT_TRUE(report.suppressed_init);
}

TEST_F(EnvironmentMachineTest, AnInitErrorIsToldTheSecondTime) {
    invoke();
    EXPECT_EQ(machine.init_error("Function.NoConfiguration", "{}", now).status, 202U);
    EXPECT_EQ(machine.init_error("Function.NoConfiguration", "{}", now).status, 403U);
    machine.next_asked(1, now);
    EXPECT_EQ(did(), "start, 403 1");
    machine.process_ended("exit status 1", now);
    EXPECT_EQ(did(), "start");
    pass(1s);
    const std::string told = R"({"errorMessage":"no such table","errorType":"X"})";
    EXPECT_EQ(machine.init_error("Function.NoConfiguration", told, now).status, 202U);
    pass(1s);
    machine.process_ended("exit status 1", now);
    EXPECT_EQ(did(), "report Function.NoConfiguration exited");
    EXPECT_EQ(report.error->message, "no such table");
    EXPECT_EQ(report.error->payload, told);
    EXPECT_EQ(report.duration, 1s);
}

TEST_F(EnvironmentMachineTest, WhatCannotBeStartedIsTriedTwice) {
    invoke();
    machine.process_not_started("not_found: /var/task/bootstrap", now);
    EXPECT_EQ(did(), "start, start");
    machine.process_not_started("not_found: /var/task/bootstrap", now);
    EXPECT_EQ(did(), "report Runtime.InvalidEntrypoint exited");
}

TEST_F(EnvironmentMachineTest, ExitWithoutAReason) {
    invoke();
    machine.process_ended("", now);
    machine.process_ended("", now);
    did();
    EXPECT_EQ(report.error->message,
              "RequestId: id Error: Runtime exited without providing a reason");
}

TEST_F(EnvironmentMachineTest, OnlyTheInvocationInProgressIsAnsweredAndOnce) {
    warm_up();
    EXPECT_NE(respond("answer", "id").find("InvalidRequestID"), std::string::npos);
    invoke();
    EXPECT_NE(respond("answer", "other").find("InvalidRequestID"), std::string::npos);
    EXPECT_NE(respond("answer", "").find("InvalidRequestID"), std::string::npos);
    EXPECT_EQ(respond("answer", "id"), "202");
    const std::string from_sent =
        "State transition from RuntimeResponseSentState to InvocationErrorResponse failed for "
        "runtime. Error: State transition is not allowed";
    EXPECT_EQ(respond("again", "id", ApiCall::error),
              R"({"errorMessage":")" + from_sent + R"(","errorType":"InvalidStateTransition"})");
    machine.next_asked(2, now);
    did();
    EXPECT_EQ(*report.answer, "answer");
    EXPECT_NE(respond("late", "id").find("InvalidRequestID"), std::string::npos);
}

TEST_F(EnvironmentMachineTest, AnErrorIsAnAnswer) {
    warm_up();
    invoke();
    EXPECT_EQ(respond(R"({"errorMessage":"why","errorType":"Bad"})", "id", ApiCall::error, "Bad"),
              "202");
    machine.next_asked(2, now);
    EXPECT_EQ(did(), "thaw, event 1, freeze, report Runtime.Unknown ready");
    EXPECT_EQ(report.error->message, "why");
}

TEST_F(EnvironmentMachineTest, ANextBeforeTheAnswerGetsTheSameEventAgain) {
    warm_up();
    invoke();
    machine.next_asked(2, now);
    EXPECT_EQ(did(), "thaw, event 1, event 2");
    EXPECT_EQ(respond(), "202");
    machine.next_asked(3, now);
    EXPECT_EQ(did(), "freeze, report answer ready");
}

TEST_F(EnvironmentMachineTest, OfTwoNextsOneWaitsForALaterEvent) {
    warm_up();
    machine.next_asked(2, now);
    EXPECT_EQ(did(), "");
    invoke("first");
    EXPECT_EQ(did(), "thaw, event 1");
    EXPECT_EQ(respond("answer", "first"), "202");
    machine.next_asked(3, now);
    did();
    invoke("second");
    EXPECT_EQ(did(), "thaw, event 2");
}

TEST_F(EnvironmentMachineTest, AHalfAnswerSpendsTheChance) {
    warm_up();
    invoke();
    EXPECT_FALSE(machine.answer_begun(ApiCall::response, "id"));
    machine.next_asked(2, now);
    EXPECT_EQ(did(), "thaw, event 1, 403 2");
    machine.answer_broken(ApiCall::response, "", now);
    EXPECT_NE(respond().find("InvalidStateTransition"), std::string::npos);
    machine.next_asked(3, now);
    EXPECT_EQ(did(), "freeze, report Runtime.TruncatedResponse ready");
}

TEST_F(EnvironmentMachineTest, AnAnswerOfMoreThanSixMegabytesIsAnError) {
    warm_up();
    invoke();
    EXPECT_EQ(respond(std::string(kMaxPayloadBytes + 1, 'a')), "413");
    machine.next_asked(2, now);
    EXPECT_EQ(did(), "thaw, event 1, freeze, report Function.ResponseSizeTooLarge ready");
    EXPECT_EQ(report.error->message,
              "Response payload size exceeded maximum allowed payload size (6291556 bytes).");
    invoke("next");
    EXPECT_EQ(respond(std::string(kMaxPayloadBytes, 'a'), "next"), "202");
}

TEST_F(EnvironmentMachineTest, AnEventThatNobodyReadIsLost) {
    warm_up();
    invoke();
    did();
    machine.event_lost();
    machine.next_asked(2, now);  // of the connection that came after
    EXPECT_EQ(did(), "event 2");
    EXPECT_EQ(respond(), "202");
    machine.next_asked(3, now);
    did();
    EXPECT_TRUE(report.event_lost);
}

TEST_F(EnvironmentMachineTest, RetiredItStartsNothingAnyMore) {
    warm_up();
    machine.retire();
    EXPECT_EQ(did(), "end");
    EXPECT_FALSE(machine.can_invoke());
    EXPECT_FALSE(machine.retired());
    machine.process_ended("signal: killed", now);
    EXPECT_EQ(did(), "");
    EXPECT_TRUE(machine.retired());
}

TEST_F(EnvironmentMachineTest, RetiredInItsInitPhaseItFailsTheInvocation) {
    invoke();
    machine.retire();
    machine.process_ended("signal: killed", now);
    EXPECT_EQ(did(), "start, end, report Runtime.ExitError exited");
}

TEST_F(EnvironmentMachineTest, AnIdleProcessThatEndsIsStartedByTheNextInvocation) {
    warm_up();
    machine.process_ended("signal: killed", now);
    EXPECT_EQ(did(), "");
    EXPECT_FALSE(machine.frozen());
    invoke();
    EXPECT_EQ(did(), "start");
    machine.next_asked(9, now);
    EXPECT_EQ(did(), "event 9");
}

}  // namespace
}  // namespace aside::lab::lambda
