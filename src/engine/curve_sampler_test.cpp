#include "engine/curve_sampler.h"

#include <gtest/gtest.h>

#include "base/epoch.h"
#include "base/random.h"
#include "engine/memory_tier.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

// Values as L1 makes them.
class Values {
  public:
    explicit Values(const EngineOptions& options) : epochs_(1), memory_(options, epochs_) {}

    // Whether its key is chosen.
    bool read(CurveSampler& sampler, const std::string& key, SteadyTime now) {
        const KeyView view = memory_.key(ValueKind::object, key);
        const ReadSection section(epochs_, 0);
        const Value* value = memory_.peek(view);
        ValueRef made;
        if (!value) {
            made = memory_.make({.key_hash = view.hash, .key = key, .body = "0123456789"});
            memory_.keep(made);
            value = made.get();
        }
        const bool chosen = sampler.note(0, *value);
        if (chosen) sampler.sample(0, *value, now);
        return chosen;
    }

  private:
    EpochDomain epochs_;
    MemoryTier memory_;
};

EngineOptions options_with(std::size_t keys) {
    EngineOptions options;
    options.memory_capacity_bytes = 64 << 20;
    options.curve_keys = keys;
    options.seed = 5;
    return options;
}

double number_after(const std::string& json, const std::string& name) {
    const auto at = json.find("\"" + name + "\":");
    return at == std::string::npos ? -1 : std::stod(json.substr(at + name.size() + 3));
}

TEST(CurveSampler, SaysHowOftenALargeEnoughCacheMisses) {
    const EngineOptions options = options_with(4096);
    CurveSampler sampler(options, 1);
    Values values(options);
    Random random(1);
    SteadyTime now(1s);
    for (int i = 0; i < 200'000; ++i) {
        values.read(sampler, "key-" + std::to_string(random.below(20'000)), now);
        now += 10us;
    }
    const std::string json = sampler.json();
    // 32 of chosen keys may still be the worker's own, and what was read meanwhile.
    EXPECT_NEAR(number_after(json, "references"), 200'000, 6000);
    EXPECT_NEAR(number_after(json, "distinct_entries") / 20'000, 1, 0.35);
    EXPECT_EQ(number_after(json, "mean_body_bytes"), 10);
    EXPECT_EQ(number_after(json, "fresh_seconds"), 60);
    EXPECT_LT(sampler.memory_bytes(), 1U << 20);
    const auto last = json.rfind("\"miss_ratio\":");
    ASSERT_NE(last, std::string::npos);
    EXPECT_NEAR(std::stod(json.substr(last + 13)), 0.1, 0.03);  // each key's first read
}

TEST(CurveSampler, TracksNothingWhenItIsOff) {
    const EngineOptions options = options_with(0);
    CurveSampler sampler(options, 1);
    Values values(options);
    for (int i = 0; i < 1000; ++i) values.read(sampler, std::to_string(i), SteadyTime(1s));
    EXPECT_FALSE(sampler.on());
    EXPECT_EQ(number_after(sampler.json(), "tracked_keys"), 0);
}

TEST(CurveSampler, AHotKeyThatIsChosenIsCounted) {
    const EngineOptions options = options_with(4096);
    CurveSampler sampler(options, 1);
    Values values(options);
    SteadyTime now(1s);
    std::string hot;
    for (int i = 0; hot.empty(); ++i) {
        if (values.read(sampler, std::to_string(i), now)) hot = std::to_string(i);
    }
    for (int i = 0; i < 50'000; ++i, now += 50us) values.read(sampler, hot, now);
    const std::string json = sampler.json();
    EXPECT_NEAR(number_after(json, "references"), 50'000, 20'500);  // but for the last second
    EXPECT_EQ(number_after(json, "tracked_keys"), 1);
    EXPECT_EQ(number_after(json, "mean_body_bytes"), 10);
}

TEST(CurveSampler, TakesLessThanAMebibyteInAll) {
    EngineOptions options = options_with(EngineOptions{}.curve_keys);
    options.memory_capacity_bytes = 16 << 20;
    CurveSampler sampler(options, 64);
    Values values(options);
    for (int i = 0; i < 800'000; ++i) values.read(sampler, std::to_string(i), SteadyTime(1s));
    const std::string json = sampler.json();
    EXPECT_EQ(number_after(json, "tracked_keys"), 4096);
    EXPECT_LT(number_after(json, "chosen_part"), 1.0 / 128);
    EXPECT_LT(sampler.memory_bytes(), 1U << 20);
}

TEST(CurveSampler, WhatHasExpiredGivesUpItsPlace) {
    EngineOptions options = options_with(128);
    options.objects = {.fresh = 1s, .stale_while_revalidate = 1s, .stale_if_error = 1h};
    CurveSampler sampler(options, 1);
    Values values(options);
    SteadyTime now(1s);
    // Each key once: 2,000 at a time are alive, of which one in 128 is followed.
    for (int i = 0; i < 40'000; ++i, now += 1ms) values.read(sampler, std::to_string(i), now);
    const std::string json = sampler.json();
    EXPECT_EQ(number_after(json, "chosen_part"), 1.0 / 128);
    EXPECT_LT(number_after(json, "tracked_keys"), 80);
    EXPECT_NEAR(number_after(json, "distinct_entries"), 2000, 1500);
}

TEST(CurveSampler, ForgetsWhatWasLongAgo) {
    const EngineOptions options = options_with(4096);
    CurveSampler sampler(options, 1);
    Values values(options);
    for (int i = 0; i < 10'000; ++i) values.read(sampler, std::to_string(i), SteadyTime(1s));
    const double before = number_after(sampler.json(), "references");
    EXPECT_GT(before, 4000);
    for (int i = 0; i < 1000; ++i)
        values.read(sampler, std::to_string(i), SteadyTime(3h) + i * 10ms);
    EXPECT_LT(number_after(sampler.json(), "references"), before);
}

}  // namespace
}  // namespace aside::engine
