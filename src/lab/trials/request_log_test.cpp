#include "lab/trials/request_log.h"

#include <utility>

#include <gtest/gtest.h>

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

SteadyTime at(Duration since) {
    return SteadyTime(100s) + since;
}

class RequestLogTest : public testing::Test {
  protected:
    std::string item(std::uint32_t number) const {
        std::string text = R"({"id":")" + Dataset::item_id(number) + R"(","values":[)";
        bool first = true;
        for (const auto object : data.references(number)) {
            if (!std::exchange(first, false)) text += ',';
            text += data.body(object, data.generation(object));
        }
        return text + "]}";
    }
    static load::Exchange answer(std::uint32_t key, std::string_view body, Duration due = 1s) {
        load::Exchange exchange;
        exchange.key = key;
        exchange.status = 200;
        exchange.due = at(due);
        exchange.sent = exchange.due;
        exchange.ended = at(due + 5ms);
        exchange.body = body;
        return exchange;
    }
    static RequestRecord told(RequestLog& log, const load::Exchange& exchange) {
        log.exchange_ended(exchange);
        return log.take().back();
    }
    static bool right(const RequestRecord& record) {
        return !record.failed() && !record.wrong && !record.too_old;
    }

    Dataset data{{.items = 4, .references = 2, .objects = 10, .seed = 1}};
    Workload workload;  // nothing older than 180 s
    RequestLog items{data, workload, Asked::items};
    RequestLog objects{data, workload, Asked::objects};
};

TEST_F(RequestLogTest, WritesDownWhatCame) {
    const std::string body = item(3);
    load::Exchange exchange = answer(3, body);
    exchange.target = 1;
    exchange.moved = true;
    exchange.sources = {.told = true, .l1 = 1, .l2 = 0, .origin = 1};
    const RequestRecord record = told(items, exchange);
    EXPECT_TRUE(right(record));
    EXPECT_EQ(record.number, 3U);
    EXPECT_FALSE(record.of_object);
    EXPECT_EQ(record.latency(), 5ms);
    EXPECT_EQ(record.target, 1U);
    EXPECT_TRUE(record.moved);
    EXPECT_EQ(record.sources.origin, 1U);
}

TEST_F(RequestLogTest, WhoWaitedForAnothersAnswerHasItsFate) {
    const SteadyTime due(1s);
    items.cdn_answered({.key = 1, .due = due, .ended = due});  // the CDN's own
    items.cdn_answered({.key = 2, .due = due, .ended = due + 40ms, .waited = true});
    items.cdn_answered({.key = 3, .due = due, .ended = due + 50ms, .waited = true, .well = false});
    const auto requests = items.take();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_TRUE(right(requests[0]));
    EXPECT_EQ(requests[0].number, 2U);
    EXPECT_EQ(requests[0].latency(), 40ms);
    EXPECT_TRUE(requests[1].failed());
}

TEST_F(RequestLogTest, AByteThatIsAnotherIsWrong) {
    for (const std::string& good : {item(0), data.body(5, 0)}) {
        const bool of_item = good == item(0);
        RequestLog& log = of_item ? items : objects;
        EXPECT_TRUE(right(told(log, answer(of_item ? 0 : 5, good))));
        for (std::size_t i = 0; i < good.size(); ++i) {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ 1);
            EXPECT_TRUE(told(log, answer(of_item ? 0 : 5, bad)).wrong) << bad;
        }
        EXPECT_TRUE(told(log, answer(of_item ? 0 : 5, "")).wrong);
    }
}

TEST_F(RequestLogTest, AnothersAnswerIsWrong) {
    EXPECT_TRUE(told(items, answer(0, item(1))).wrong);
    EXPECT_TRUE(told(objects, answer(0, data.body(1, 0))).wrong);
}

TEST_F(RequestLogTest, WhatExistsAndIsSaidNotToIsWrong) {
    const std::string body = item(0);
    load::Exchange exchange = answer(0, body);
    exchange.status = 404;
    const RequestRecord record = told(items, exchange);
    EXPECT_TRUE(record.wrong);
    EXPECT_FALSE(record.failed());
}

TEST_F(RequestLogTest, AnErrorHasFailedAndIsNotWrong) {
    load::Exchange exchange = answer(0, "no item");
    exchange.status = 502;
    const RequestRecord record = told(items, exchange);
    EXPECT_TRUE(record.failed());
    EXPECT_FALSE(record.wrong);
    for (const load::Fate fate :
         {load::Fate::refused, load::Fate::lost, load::Fate::timed_out, load::Fate::malformed}) {
        exchange = answer(0, "");
        exchange.status = 0;
        exchange.fate = fate;
        EXPECT_TRUE(told(items, exchange).failed());
        EXPECT_FALSE(told(items, exchange).wrong);
    }
}

TEST_F(RequestLogTest, WhoAsksAfterAWriteWasAnnouncedMustGetIt) {
    const std::uint32_t object = data.references(2)[1];
    const std::string old_item = item(2), old_object = data.body(object, 0);
    const std::uint32_t written = data.write(object);
    for (RequestLog* log : {&items, &objects}) {
        const bool of_item = log == &items;
        const std::string& old = of_item ? old_item : old_object;
        const std::string young = of_item ? item(2) : data.body(object, written);
        const std::uint32_t key = of_item ? 2 : object;
        log->demand(object, written, at(5s));
        EXPECT_TRUE(right(told(*log, answer(key, old, 4s))));
        EXPECT_TRUE(right(told(*log, answer(key, young, 4s))));
        EXPECT_TRUE(right(told(*log, answer(key, young, 6s))));
        const RequestRecord late = told(*log, answer(key, old, 6s));
        EXPECT_TRUE(late.too_old);
        EXPECT_FALSE(late.wrong);
    }
}

TEST_F(RequestLogTest, ADemandIsForItsObjectAlone) {
    std::uint32_t apart = 0;
    while (apart == data.references(0)[0] || apart == data.references(0)[1]) ++apart;
    items.demand(apart, 1, at(0s));
    objects.demand(apart, 1, at(0s));
    EXPECT_TRUE(right(told(items, answer(0, item(0)))));
    EXPECT_TRUE(right(told(objects, answer(apart + 1, data.body(apart + 1, 0)))));
}

TEST_F(RequestLogTest, AgeOverWhatTheWorkloadAllowsIsTooOld) {
    const std::string body = item(0);
    load::Exchange exchange = answer(0, body);
    exchange.age_s = 181;  // seconds are whole ones
    EXPECT_TRUE(right(told(items, exchange)));
    exchange.age_s = 182;
    EXPECT_TRUE(told(items, exchange).too_old);
}

}  // namespace
}  // namespace aside::lab::trials
