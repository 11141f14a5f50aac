#include "front/lambda/changes_function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "front/http/fake_service_fixture.h"
#include "runtime/sim/world.h"

namespace aside::front::lambda {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string stream_record(const std::string& number, const std::string& id) {
    return R"({"eventSource":"aws:dynamodb","eventName":"MODIFY","dynamodb":{"Keys":{"id":{"S":")" +
           id + R"("}},"SequenceNumber":")" + number + R"("}})";
}

std::string bucket_record(const std::string& key) {
    return R"({"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"object":{"key":")" +
           key + R"("}}})";
}

class ChangesFunctionTest : public testing::Test {
  protected:
    std::string answer(const std::string& event, Duration limit = 10s) {
        const auto call = [&]() -> runtime::Task<std::string> {
            const Invocation invocation{.id = "id", .event = event};
            const auto said = co_await function_.invoke(invocation, world_.now() + limit);
            co_return said ? std::string(*said)
                           : "error " + said.error().type + ": " + said.error().message;
        };
        return world_.run(call());
    }

    runtime::SimWorld world_;
    FakeService service_;
    ChangesFunction function_{world_.worker(0), service_, {.object_prefix = "de/"}, nullptr};
};

TEST_F(ChangesFunctionTest, ForgetsWhatAStreamSaysHasChanged) {
    const std::string event =
        R"({"Records":[)" + stream_record("1", "a") + "," + stream_record("2", "b") + "]}";
    EXPECT_EQ(answer(event), R"({"batchItemFailures":[]})");
    EXPECT_THAT(service_.calls, ElementsAre("invalidate item a", "invalidate item b"));
}

TEST_F(ChangesFunctionTest, ForgetsObjectsBelowThePrefix) {
    const std::string event =
        R"({"Records":[)" + bucket_record("de/k") + "," + bucket_record("en/k") + "]}";
    EXPECT_EQ(answer(event), "null");
    EXPECT_THAT(service_.calls, ElementsAre("invalidate object k"));
}

TEST_F(ChangesFunctionTest, NamesTheRecordsThatAreToComeAgain) {
    service_.failures["b"] = Error{Errc::timed_out, "late", 0};
    const std::string event = R"({"Records":[)" + stream_record("1", "a") + "," +
                              stream_record("2", "b") + "," + stream_record("3", "c") + "]}";
    EXPECT_EQ(answer(event), R"({"batchItemFailures":[{"itemIdentifier":"2"}]})");
}

TEST_F(ChangesFunctionTest, WhatL2DidNotConfirmComesAgain) {
    service_.report = {.l2 = false, .l2_present = true, .l1 = true, .l2_error = "unreachable"};
    EXPECT_EQ(answer(R"({"Records":[)" + stream_record("7", "a") + "]}"),
              R"({"batchItemFailures":[{"itemIdentifier":"7"}]})");
    EXPECT_EQ(answer(R"({"Records":[)" + bucket_record("de/k") + "]}"),
              "error Function.NotInvalidated: k: l2: unreachable");
}

TEST_F(ChangesFunctionTest, WhatWasNotDoneByTheDeadlineComesAgain) {
    service_.load_time = 1min;
    EXPECT_EQ(answer(R"({"Records":[)" + stream_record("7", "a") + "]}", 5s),
              R"({"batchItemFailures":[{"itemIdentifier":"7"}]})");
    world_.run_for(2min);
}

TEST_F(ChangesFunctionTest, RefusesWhatTellsNoChanges) {
    EXPECT_EQ(
        answer(R"({"version":"2.0","rawPath":"/"})"),
        "error Function.BadEvent: not an event of S3 or DynamoDB: its handler is another one");
    EXPECT_THAT(answer("{"), HasSubstr("error Function.BadEvent: "));
    EXPECT_THAT(service_.calls, IsEmpty());
}

}  // namespace
}  // namespace aside::front::lambda
