#include "redis/link/pipeline.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/link/pipeline_fixture.h"

namespace aside::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

SteadyTime at(int ms) {
    return SteadyTime(milliseconds(ms));
}

std::string number_reply(std::uint64_t number) {
    return ":" + std::to_string(number) + "=" + std::to_string(number);
}

struct PipelineTest : testing::Test {
    PipelineLimits limits;
    TestPushes pushes;
    Pipeline pipeline{limits, &pushes};
    std::deque<TestRequest> requests;

    TestRequest& start(SteadyTime now = {}, SteadyTime deadline = kNever,
                       std::uint32_t ignored = 0) {
        TestRequest& request = requests.emplace_back();
        request.deadline = deadline;
        pipeline.output() += "x";
        pipeline.started(request, now, ignored);
        return request;
    }
};

TEST_F(PipelineTest, GivesEachReplyToItsRequestHoweverBytesArrive) {
    const std::string stream =
        "$3\r\none\r\n>2\r\n$3\r\ninv\r\n_\r\n_\r\n-ERR "
        "no\r\n>1\r\n+hi\r\n%1\r\n+a\r\n:1\r\n>1\r\n+end\r\n";
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        Pipeline whole(limits, &pushes);
        pushes.pushes.clear();
        std::deque<TestRequest> four(4);
        for (auto& request : four) whole.started(request, {});
        EXPECT_TRUE(feed(whole, stream, {}, piece));
        EXPECT_EQ(four[0].reply, "$one");
        EXPECT_EQ(four[1].reply, "nil");
        EXPECT_EQ(four[2].reply, "-ERR no");
        EXPECT_EQ(four[3].reply, "{+a :1=1}");
        EXPECT_THAT(pushes.pushes, ElementsAre(">[$inv nil]", ">[+hi]", ">[+end]"));
        EXPECT_EQ(whole.under_way(), 0U);
    }
}

TEST_F(PipelineTest, RepliesCutAtEveryPairOfPlacesParseTheSame) {
    const std::string stream = "$2\r\nab\r\n>1\r\n+p\r\n*2\r\n:1\r\n$0\r\n\r\n";
    for (std::size_t first = 1; first < stream.size(); ++first) {
        for (std::size_t second = first; second <= stream.size(); ++second) {
            Pipeline cut(limits, &pushes);
            std::deque<TestRequest> two(2);
            for (auto& request : two) cut.started(request, {});
            EXPECT_TRUE(feed(cut, stream.substr(0, first)));
            EXPECT_TRUE(feed(cut, stream.substr(first, second - first)));
            EXPECT_TRUE(feed(cut, stream.substr(second)));
            EXPECT_EQ(two[0].reply, "$ab");
            EXPECT_EQ(two[1].reply, "[:1=1 $]");
        }
    }
}

TEST_F(PipelineTest, ThrowsAwayTheReplyOfARequestGivenUp) {
    auto& first = start();
    auto& second = start();
    pipeline.give_up(first);
    EXPECT_EQ(pipeline.tombstones(), 1U);
    EXPECT_EQ(pipeline.under_way(), 2U);
    EXPECT_TRUE(feed(pipeline, "+first\r\n+second\r\n"));
    EXPECT_EQ(first.ends, 0);
    EXPECT_EQ(second.reply, "+second");
    EXPECT_EQ(pipeline.tombstones(), 0U);
}

TEST_F(PipelineTest, LateReplyOfATimedOutRequestIsNotTheNextOnes) {
    auto& late = start(at(0), at(50));
    EXPECT_EQ(pipeline.expire(at(49)), at(50));
    EXPECT_EQ(late.ends, 0);
    pipeline.expire(at(50));
    EXPECT_EQ(late.failure, Errc::timed_out);
    auto& next = start(at(60));
    EXPECT_TRUE(feed(pipeline, "+late\r\n+next\r\n", at(70)));
    EXPECT_EQ(late.ends, 1);
    EXPECT_EQ(next.reply, "+next");
}

TEST_F(PipelineTest, ExpiresOutOfOrderAndNamesTheNextDeadline) {
    auto& long_one = start(at(0), at(500));
    auto& short_one = start(at(0), at(50));
    auto& endless = start(at(0));
    EXPECT_EQ(pipeline.expire(at(60)), at(500));
    EXPECT_EQ(short_one.failure, Errc::timed_out);
    EXPECT_EQ(long_one.ends + endless.ends, 0);
    EXPECT_EQ(pipeline.expire(at(500)), kNever);
    EXPECT_TRUE(feed(pipeline, "+a\r\n+b\r\n+c\r\n"));
    EXPECT_EQ(endless.reply, "+c");
    EXPECT_EQ(short_one.ends, 1);
}

TEST_F(PipelineTest, IgnoresTheRepliesBeforeARequestsOwn) {
    auto& asked = start({}, kNever, 1);
    auto& next = start();
    EXPECT_TRUE(feed(pipeline, "+OK\r\n"));
    EXPECT_EQ(asked.ends, 0);
    EXPECT_TRUE(feed(pipeline, "$5\r\nvalue\r\n+next\r\n"));
    EXPECT_EQ(asked.reply, "$value");
    EXPECT_EQ(next.reply, "+next");
}

TEST_F(PipelineTest, AnErrorBeforeItsOwnReplyIsTheRequestsReply) {
    auto& asked = start({}, kNever, 1);
    auto& next = start();
    EXPECT_TRUE(feed(pipeline, "-ERR unknown\r\n"));
    EXPECT_EQ(asked.reply, "-ERR unknown");
    EXPECT_TRUE(feed(pipeline, "$9\r\nuntrusted\r\n+next\r\n"));
    EXPECT_EQ(asked.ends, 1);
    EXPECT_EQ(next.reply, "+next");
    EXPECT_EQ(pipeline.tombstones(), 0U);
}

TEST_F(PipelineTest, IsBrokenByWhatNobodyAskedFor) {
    EXPECT_FALSE(feed(pipeline, "+surprise\r\n"));
    EXPECT_FALSE(pipeline.can_start());
    EXPECT_FALSE(pipeline.last_words());
    Pipeline full(limits);
    EXPECT_FALSE(feed(full, "-ERR max number of clients reached\r\n"));
    EXPECT_EQ(full.last_words(), ReplyError::max_clients);
}

TEST_F(PipelineTest, IsBrokenByGarbageWithoutTellingAnybodyYet) {
    auto& request = start();
    EXPECT_FALSE(feed(pipeline, "HTTP/1.1 400 Bad Request\r\n\r\n"));
    EXPECT_NE(pipeline.problem(), "");
    EXPECT_EQ(request.ends, 0);
    pipeline.fail_all(Errc::protocol);
    EXPECT_EQ(request.failure, Errc::protocol);
}

TEST_F(PipelineTest, BoundsRequestsAndUnsentBytes) {
    limits.requests = 3;
    limits.unsent_bytes = 10;
    Pipeline small(limits);
    std::deque<TestRequest> some(3);
    for (auto& request : some) {
        EXPECT_TRUE(small.can_start());
        small.started(request, {});
    }
    EXPECT_FALSE(small.can_start());
    EXPECT_TRUE(feed(small, "+a\r\n"));
    EXPECT_TRUE(small.can_start());
    small.output() += "0123456789";
    EXPECT_FALSE(small.can_start());
    small.sent(4);
    EXPECT_EQ(small.unsent(), "456789");
    EXPECT_TRUE(small.can_start());
    small.sent(6);
    EXPECT_EQ(small.unsent(), "");
}

TEST_F(PipelineTest, IsWornOutByManyTombstonesInSilence) {
    for (int i = 0; i < 66; ++i) pipeline.give_up(start(at(0)));
    EXPECT_FALSE(pipeline.worn_out(at(999)));
    EXPECT_TRUE(pipeline.worn_out(at(1000)));
    // It is late, not dead.
    EXPECT_TRUE(feed(pipeline, "+late\r\n", at(1000)));
    EXPECT_FALSE(pipeline.worn_out(at(1999)));
    EXPECT_TRUE(feed(pipeline, "+late\r\n", at(1999)));
    EXPECT_FALSE(pipeline.worn_out(at(2000)));  // 64
}

TEST_F(PipelineTest, IsWornOutByAnOldTombstone) {
    Pipeline aging(limits);
    TestRequest patient;
    TestRequest old;
    aging.started(patient, at(0));
    aging.started(old, at(0));
    aging.expire(at(5000));
    aging.give_up(old);
    EXPECT_FALSE(aging.worn_out(at(7000)));
    EXPECT_TRUE(aging.worn_out(at(7001)));
}

TEST_F(PipelineTest, IsNotWornOutWhileRepliesComeHoweverSlowly) {
    for (int i = 0; i < 20; ++i) pipeline.give_up(start(at(0)));
    for (int i = 1; i < 20; ++i) {
        EXPECT_TRUE(feed(pipeline, "+late\r\n", at(900 * i)));
        EXPECT_FALSE(pipeline.worn_out(at(900 * i + 899)));
    }
    EXPECT_TRUE(pipeline.worn_out(at(900 * 19 + 1000)));
}

TEST_F(PipelineTest, KnowsWhoseLargeReplyArrives) {
    TestRequest& large = start(at(0));
    TestRequest& behind = start(at(0));
    EXPECT_FALSE(pipeline.receiving_large(large, 1000));
    EXPECT_TRUE(feed(pipeline, "$2000\r\nbegin", at(1)));
    EXPECT_TRUE(pipeline.receiving_large(large, 1000));
    EXPECT_FALSE(pipeline.receiving_large(large, 3000));
    EXPECT_FALSE(pipeline.receiving_large(behind, 1000));
}

TEST_F(PipelineTest, KnowsTheOldestAndWhenItHeard) {
    EXPECT_EQ(pipeline.oldest_sent(), kNever);
    pipeline.give_up(start(at(5)));
    start(at(9));
    EXPECT_EQ(pipeline.oldest_sent(), at(5));
    EXPECT_TRUE(feed(pipeline, "+a\r\n", at(11)));
    EXPECT_EQ(pipeline.oldest_sent(), at(9));
    EXPECT_EQ(pipeline.last_heard(), at(11));
}

TEST_F(PipelineTest, FailsEachExactlyOnceThoughTheyReenter) {
    std::deque<TestRequest> many(500);
    for (auto& request : many) pipeline.started(request, {});
    // One of them gives up the next and ends everything again.
    many[100].then = [&] {
        pipeline.give_up(many[101]);
        pipeline.fail_all(Errc::connection_lost);
        EXPECT_FALSE(pipeline.can_start());
    };
    pipeline.fail_all(Errc::connection_lost);
    for (std::size_t i = 0; i < many.size(); ++i) EXPECT_EQ(many[i].ends, i == 101 ? 0 : 1) << i;
    EXPECT_EQ(pipeline.under_way(), 0U);
}

TEST_F(PipelineTest, AReplyMayStartManyOthers) {
    auto& first = start();
    auto& second = start();
    first.then = [&] {
        for (int i = 0; i < 100; ++i) start();
    };
    EXPECT_TRUE(feed(pipeline, "+1\r\n+2\r\n"));
    EXPECT_EQ(second.reply, "+2");
    EXPECT_EQ(pipeline.under_way(), 100U);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(feed(pipeline, ":" + std::to_string(i) + "\r\n"));
    EXPECT_EQ(requests.back().reply, ":99=99");
}

TEST_F(PipelineTest, AReplyMayStopTheRest) {
    auto& first = start();
    auto& second = start();
    first.then = [&] { pipeline.stop(); };
    EXPECT_FALSE(feed(pipeline, "+1\r\n+2\r\n"));
    EXPECT_EQ(second.ends, 0);
    pipeline.fail_all(Errc::connection_lost);
    EXPECT_EQ(second.failure, Errc::connection_lost);
}

TEST_F(PipelineTest, AReplyMayFailAllWhileItsTextIsRead) {
    auto& first = start();
    auto& second = start();
    first.then = [&] { pipeline.fail_all(Errc::connection_lost); };
    EXPECT_FALSE(feed(pipeline, "+1\r\n+2\r\n"));
    EXPECT_EQ(first.reply, "+1");
    EXPECT_EQ(second.failure, Errc::connection_lost);
    EXPECT_EQ(second.ends, 1);
}

TEST_F(PipelineTest, WhatATimeoutStartsIsNotTimedOutInTheSameTurn) {
    auto& first = start(at(0), at(10));
    first.then = [&] { start(at(10), at(10)); };
    pipeline.expire(at(10));
    EXPECT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests.back().ends, 0);
    EXPECT_LE(pipeline.expire(at(11)), kNever);
    EXPECT_EQ(requests.back().failure, Errc::timed_out);
}

TEST_F(PipelineTest, MakesRoomForALargeReplyAndGivesItBack) {
    auto& large = start();
    auto& small = start();
    const std::string body(5 << 20, 'b');
    EXPECT_TRUE(feed(pipeline, "$" + std::to_string(body.size()) + "\r\nb"));
    EXPECT_TRUE(pipeline.receiving_large(1 << 20));
    EXPECT_GE(pipeline.room().size(), body.size());
    EXPECT_TRUE(feed(pipeline, body.substr(1) + "\r\n+small\r\n"));
    EXPECT_EQ(large.reply->size(), body.size() + 1);
    EXPECT_EQ(small.reply, "+small");
    EXPECT_FALSE(pipeline.receiving_large(1));
    EXPECT_LE(pipeline.room().size(), 1U << 20);
}

TEST_F(PipelineTest, RefusesAReplyOverItsLimit) {
    limits.replies.frame_bytes = 1000;
    Pipeline strict(limits);
    TestRequest request;
    strict.started(request, {});
    EXPECT_FALSE(feed(strict, "$2000\r\n"));
}

TEST_F(PipelineTest, CarriesManyRoundsThroughOneRing) {
    std::uint64_t sent = 0;
    std::uint64_t told = 0;
    for (int round = 0; round < 200; ++round) {
        std::deque<TestRequest> batch(37);
        std::string replies;
        for (auto& request : batch) {
            pipeline.started(request, {});
            replies += ":" + std::to_string(sent++) + "\r\n";
        }
        EXPECT_TRUE(feed(pipeline, replies, {}, 61));
        for (auto& request : batch) EXPECT_EQ(request.reply, number_reply(told++));
    }
}

}  // namespace
}  // namespace aside::redis
