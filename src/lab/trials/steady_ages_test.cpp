#include "lab/trials/steady_ages.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "lab/load/key_choice.h"

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;

Workload small() {
    Workload workload = quick_workload();
    workload.per_second = 300;
    return workload;
}

// Loads of objects in each `span` when the load goes on from these ages.
std::vector<unsigned> loads_from(const std::vector<Duration>& ages, const Dataset& data,
                                 const Workload& workload, Duration span, unsigned spans) {
    std::vector<Duration> loaded_at;
    for (const Duration age : ages) loaded_at.push_back(-age);
    const auto keys = load::zipf_keys(workload.data.items, workload.zipf, workload.seed);
    Random random(99);
    std::vector<unsigned> loads(spans);
    const auto every = Duration(static_cast<Duration::rep>(1e9 / workload.per_second));
    for (Duration now{}; now < span * spans; now += every) {
        for (const std::uint32_t object :
             data.references(static_cast<std::uint32_t>(keys->next(random)))) {
            if (now - loaded_at[object] < workload.objects_fresh) continue;
            loaded_at[object] = now;
            ++loads[static_cast<std::size_t>(now / span)];
        }
    }
    return loads;
}

TEST(SteadyAges, LoadsAreAsManyInTheFirstSecondsAsLater) {
    const Workload workload = small();
    const Dataset data(workload.data);
    const auto loads = loads_from(steady_ages(data, workload), data, workload, 10s, 6);
    const auto [least, most] = std::ranges::minmax_element(loads);
    EXPECT_GT(*least, 200U);
    EXPECT_LT(*most - *least, *most / 5) << *least << " to " << *most;
}

TEST(SteadyAges, SomeAreStaleAndNoneIsTooOld) {
    const Workload workload = small();
    const Dataset data(workload.data);
    const auto ages = steady_ages(data, workload);
    ASSERT_EQ(ages.size(), data.options().objects);
    const auto stale =
        std::ranges::count_if(ages, [&](Duration age) { return age >= workload.objects_fresh; });
    EXPECT_GT(stale, std::ssize(ages) / 20);
    EXPECT_LT(stale, std::ssize(ages) / 2);
    EXPECT_GE(*std::ranges::min_element(ages), Duration{});
    EXPECT_EQ(*std::ranges::max_element(ages), oldest_filled(workload));
    EXPECT_LT(oldest_filled(workload), workload.oldest());
}

// What the CDN answers loads nothing.
TEST(SteadyAges, BehindACdnMoreIsStale) {
    Workload workload = small();
    const Dataset data(workload.data);
    const auto stale = [&] {
        return std::ranges::count_if(steady_ages(data, workload),
                                     [&](Duration age) { return age >= workload.objects_fresh; });
    };
    const auto without = stale();
    workload.cdn_time_to_live = 180s;
    EXPECT_GT(stale(), without * 3 / 2);
}

}  // namespace
}  // namespace aside::lab::trials
