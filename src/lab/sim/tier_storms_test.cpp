// Two hundred Redis tiers before one simulated cluster: how many connections they open when a node
// is lost (D52), when they are restarted one after another (D53); and what fills do to a migration,
// and it to them (D08).
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <utility>

#include <gtest/gtest.h>

#include "lab/sim/origin_model.h"
#include "lab/sim/tier_crowd_fixture.h"

namespace aside::lab {
namespace {

using runtime::Task;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A node dies: every process keeps to its budget of dials, asks for the topology at most once a
// second, and the storm decays while the node stays away.
TEST(TierStorms, D52_TwoHundredProcessesLoseANode) {
    TierCrowd crowd(kProcesses, {.replicas = 1});
    crowd.world.run_for(seconds(15));
    const redis::TierOptions& options = crowd.processes.front()->options;
    std::vector<std::uint64_t> dials_before, rounds_before;
    for (auto& process : crowd.processes) {
        dials_before.push_back(process->dials());
        rounds_before.push_back(process->rounds());
    }
    crowd.cluster.kill(0);
    std::vector<std::uint64_t> per_second;
    std::uint64_t total = crowd.dials();
    for (int second = 1; second <= 20; ++second) {
        crowd.world.run_for(seconds(1));
        per_second.push_back(crowd.dials() - std::exchange(total, crowd.dials()));
        for (std::size_t i = 0; i < crowd.processes.size(); ++i) {
            TierProcess& process = *crowd.processes[i];
            EXPECT_LE(static_cast<double>(process.dials() - dials_before[i]),
                      options.dial_burst + options.dials_per_second * second)
                << "process " << i << ", second " << second;
            EXPECT_LE(process.rounds() - rounds_before[i], static_cast<unsigned>(second) + 1)
                << "process " << i << ", second " << second;
        }
    }
    const std::uint64_t peak = *std::ranges::max_element(per_second);
    const std::uint64_t last = *std::ranges::max_element(per_second.end() - 5, per_second.end());
    EXPECT_LE(static_cast<double>(peak), kProcesses * options.dial_burst);
    EXPECT_LE(last, kProcesses * 2);  // a link that is refused dials every 5 s on average
    EXPECT_LT(last, peak);
    std::uint64_t unknown = 0;
    for (auto& process : crowd.processes) unknown += std::exchange(process->unknown, 0);
    crowd.world.run_for(seconds(5));
    for (auto& process : crowd.processes) EXPECT_EQ(process->unknown, 0U);
    if (argument("tell", 0) != 0) {
        std::printf("dials each second:");
        for (const auto count : per_second)
            std::printf(" %llu", static_cast<unsigned long long>(count));
        std::printf("; unknown %llu\n", static_cast<unsigned long long>(unknown));
    }
}

// Ten processes a second are replaced: no second has more dials than all budgets together refill,
// and no newcomer is left without an answer.
TEST(TierStorms, D53_ARollingRestartOfTwoHundredProcesses) {
    TierCrowd crowd(kProcesses, {.replicas = 1});
    crowd.world.run_for(seconds(15));
    const redis::TierOptions options = crowd.processes.front()->options;
    std::uint64_t peak = 0, total = crowd.dials();
    for (unsigned i = 0; i < kProcesses; ++i) {
        crowd.stop(*crowd.processes[i]);
        crowd.gone.push_back(std::move(crowd.processes[i]));
        crowd.processes[i] = crowd.begin();
        crowd.world.run_for(milliseconds(100));
        if (i % 10 == 9) peak = std::max(peak, crowd.dials() - std::exchange(total, crowd.dials()));
    }
    EXPECT_LE(static_cast<double>(peak), kProcesses * options.dials_per_second);
    crowd.world.run_for(seconds(5));
    for (auto& process : crowd.processes) process->unknown = 0;
    crowd.world.run_for(seconds(5));
    for (auto& process : crowd.processes) {
        EXPECT_EQ(process->unknown, 0U);
        EXPECT_GT(process->known, 0U);
        EXPECT_LE(static_cast<double>(process->dials()),
                  options.dial_burst + options.dials_per_second * 30);
    }
    if (argument("tell", 0) != 0)
        std::printf("most dials in a second: %llu\n", static_cast<unsigned long long>(peak));
}

// --- fills into slots that are migrated in one go

struct Filling {
    std::uint64_t begun = 0, under_way = 0, most_under_way = 0;
    std::uint64_t stored = 0, refused = 0, paused = 0, dropped = 0;
    Duration slowest{};
    SteadyTime stored_at{};
};

Task<> fill_one(runtime::Worker& worker, RemoteTier& tier, std::uint64_t number, Filling& filling) {
    std::string key = "fill-" + std::to_string(number);
    key.append(1, '\0').append("v1");
    const SteadyTime now = worker.now();
    RemoteFill fill;
    fill.value = OwnedValue::make(ValueKind::versioned_object, key, body_of(key, 0),
                                  {.origin = now, .fresh_until = kNever});
    fill.only_if_absent = true;
    fill.keep_for = seconds(60);
    filling.most_under_way = std::max(filling.most_under_way, ++filling.under_way);
    const FillState state = co_await tier.fill(worker, std::move(fill));
    --filling.under_way;
    filling.slowest = std::max(filling.slowest, worker.now() - now);
    switch (state) {
        case FillState::stored:
            ++filling.stored;
            filling.stored_at = worker.now();
            break;
        case FillState::refused:
            ++filling.refused;
            break;
        case FillState::paused:
            ++filling.paused;
            break;
        case FillState::dropped:
        case FillState::shed:
            ++filling.dropped;
            break;
    }
}

// 30,000 a second, ten at a time every third of a millisecond.
Task<> fill_fast(runtime::Worker& worker, RemoteTier& tier, Filling& filling, Duration span) {
    const SteadyTime end = worker.now() + span;
    while (worker.now() < end) {
        for (int i = 0; i < 10; ++i) worker.spawn(fill_one(worker, tier, filling.begun++, filling));
        co_await sleep_for(worker, std::chrono::microseconds(333));
    }
}

// Writes stall while the slots change hands: fills are turned away within their time and their
// queue, reads go on, the migration ends, fills go to the new owner.
TEST(TierStorms, D08_FillsGiveWayToAnAtomicMigration) {
    TierCrowd crowd(1, {.profile = ServerProfile::valkey9});
    crowd.world.run_for(seconds(2));
    TierProcess& process = *crowd.processes.front();
    Filling filling;
    crowd.world.spawn(0,
                      fill_fast(crowd.world.worker(0), process.tier, filling, milliseconds(1500)));
    crowd.world.run_for(milliseconds(300));
    EXPECT_GT(filling.stored, 5000U);
    EXPECT_EQ(filling.paused + filling.dropped, 0U);
    process.unknown = 0;
    bool moved = false;
    const auto slots = crowd.cluster.slots_of(0, kSlotCount / 3);
    const std::uint16_t slot = slots.front();
    crowd.world.spawn(
        crowd.cluster.worker().index(),
        finish_after(crowd.cluster.move_atomically(slots, 1, milliseconds(600)), moved));
    crowd.world.run_for(milliseconds(700));
    EXPECT_TRUE(moved);
    EXPECT_EQ(crowd.cluster.owner(slot), 1);
    const std::uint64_t turned_away = filling.paused + filling.dropped;
    EXPECT_GT(turned_away, 0U);
    const std::uint64_t stored = filling.stored;
    crowd.world.run_for(seconds(3));
    EXPECT_GT(filling.stored, stored);
    EXPECT_EQ(filling.under_way, 0U);
    EXPECT_EQ(process.unknown, 0U) << "reads must not wait behind fills";
    // A queue of each node, and what was sent.
    EXPECT_LE(filling.most_under_way, 3U * process.options.fill_queue_requests);
    EXPECT_LE(filling.slowest, process.options.fill_timeout + milliseconds(50));
    const auto& target = crowd.cluster.core(1).data.keys();
    EXPECT_TRUE(std::ranges::any_of(target, [&](const auto& entry) {
        return entry.first.find("fill-") != std::string::npos && entry.second.slot <= slots.back();
    }));
    if (argument("tell", 0) != 0) {
        const std::uint64_t away = filling.paused + filling.dropped;
        std::printf("fills: stored %" PRIu64 ", turned away %" PRIu64 ", at most %" PRIu64
                    " under way, slowest %.3f s\n",
                    filling.stored, away, filling.most_under_way,
                    std::chrono::duration<double>(filling.slowest).count());
    }
}

}  // namespace
}  // namespace aside::lab
