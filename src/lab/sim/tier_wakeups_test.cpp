// Two hundred Redis tiers that wake at once before one simulated cluster, as functions of AWS
// Lambda do: they start, or thaw with every connection lost. How many connections they open, and
// when.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <utility>

#include <gtest/gtest.h>

#include "lab/sim/tier_crowd_fixture.h"

namespace aside::lab {
namespace {

using runtime::Task;
using std::chrono::milliseconds;
using std::chrono::seconds;

// --- they start, and must answer quickly

struct ColdStart : TierCrowd {
    explicit ColdStart(ClusterShape shape = {.replicas = 1}) : TierCrowd(0, std::move(shape)) {
        world.network().on_connect = [this](const runtime::SimWorker& worker,
                                            const runtime::Endpoint& to,
                                            const runtime::ConnectOptions&) {
            if (worker.index() == 0) dialled[runtime::to_string(to)].push_back(world.now());
        };
    }
    ~ColdStart() { world.network().on_connect = nullptr; }  // the base's end runs the world
    // Each reads of every shard, and has answered when it has.
    Task<> first_answer(TierProcess& process, unsigned number) {
        runtime::Worker& worker = world.worker(0);
        for (int i = 0; i < 12; ++i) {
            const std::string name = "obj-" + std::to_string(number) + "-" + std::to_string(i);
            const RemoteAnswer& answer = co_await read_remote(
                process.tier, worker, {ValueKind::object, name}, worker.now() + milliseconds(900));
            ++(answer.state == RemoteState::unknown ? process.unknown : process.known);
        }
        ++answered;
        if (answered == processes.size()) dials_before_answers = dials();
        process.ended = true;
    }
    void start_all() {
        for (unsigned i = 0; i < kProcesses; ++i)
            processes.push_back(std::make_unique<TierProcess>(*this, redis::Dialling::lazy));
        for (unsigned i = 0; i < kProcesses; ++i) world.spawn(0, first_answer(*processes[i], i));
        ASSERT_TRUE(world.run_until([&] { return answered == kProcesses; }, seconds(10)));
    }
    std::uint64_t sum(std::uint64_t TierProcess::* counted) const {
        std::uint64_t sum = 0;
        for (const auto& process : processes) sum += (*process).*counted;
        return sum;
    }
    std::map<std::string, std::vector<SteadyTime>> dialled;  // by node
    unsigned answered = 0;
    std::uint64_t dials_before_answers = 0;
};

TEST(TierStorms, TwoHundredLazyProcessesOpenFourConnectionsEachBeforeTheirFirstAnswers) {
    ColdStart crowd;
    crowd.start_all();
    EXPECT_LE(crowd.dials_before_answers, kProcesses * (3U + 1));
    EXPECT_EQ(crowd.sum(&TierProcess::unknown), 0U);
    const SteadyTime answered = crowd.world.now();
    for (auto& process : crowd.processes) process->tier.first_answer_given();
    // The rest, within a second, spread over it.
    std::vector<std::uint64_t> per_tenth;
    std::uint64_t total = crowd.dials();
    for (int i = 0; i < 10; ++i) {
        crowd.world.run_for(milliseconds(100));
        per_tenth.push_back(crowd.dials() - std::exchange(total, crowd.dials()));
    }
    crowd.world.run_for(seconds(2));
    const std::uint64_t rest = crowd.dials() - crowd.dials_before_answers;
    EXPECT_EQ(rest, kProcesses * (3U + 3 + 6));  // reads of replicas, fills, control
    EXPECT_LE(*std::ranges::max_element(per_tenth), rest / 5);
    if (argument("tell", 0) != 0) {
        std::printf("before the first answers %" PRIu64 " connections, in %.3f s; then %" PRIu64
                    ", at most %" PRIu64 " in a tenth of a second\n",
                    crowd.dials_before_answers,
                    std::chrono::duration<double>(answered.time_since_epoch()).count() - 1, rest,
                    *std::ranges::max_element(per_tenth));
    }
}

// One primary refuses: nobody dials it in step with the others.
TEST(TierStorms, DialsThatAreRepeatedAreRepeatedAtRandom) {
    ColdStart crowd;
    const runtime::Endpoint dead = crowd.cluster.at(0);
    crowd.world.network().host(dead.host).refuse_connect = true;
    const SteadyTime began = crowd.world.now();
    crowd.start_all();
    crowd.world.run_for(milliseconds(400));
    std::vector<SteadyTime> again;
    for (const SteadyTime at : crowd.dialled[runtime::to_string(dead)]) {
        if (at > began + milliseconds(8)) again.push_back(at);
    }
    ASSERT_GE(again.size(), kProcesses / 2U);
    std::map<std::int64_t, std::size_t> in_step;
    for (const SteadyTime at : again) ++in_step[(at - began) / milliseconds(1)];
    std::size_t most = 0;
    for (const auto& [ms, count] : in_step) most = std::max(most, count);
    EXPECT_LE(most, kProcesses / 12U);
    crowd.world.network().host(dead.host).refuse_connect = false;
}

// --- they thaw

// All have been frozen and wake at once. What was on the way forgot their connections meanwhile.
void thaw_all(TierCrowd& crowd) {
    const SteadyTime since = crowd.world.now();
    crowd.world.network().lose_silently("127.0.0.1");
    crowd.world.worker(0).post([&crowd, since] {
        for (auto& process : crowd.processes) process->tier.thawed(crowd.world.worker(0), since);
    });
}

TEST(TierStorms, TwoHundredFrozenProcessesThawAtOnceWithoutAStorm) {
    TierCrowd crowd(kProcesses, {.replicas = 1});
    crowd.world.run_for(seconds(15));
    for (auto& process : crowd.processes) process->unknown = process->known = 0;
    DialTimes dialled(crowd);
    thaw_all(crowd);
    crowd.world.run_for(seconds(1));
    const std::size_t dials = dialled.count();
    // Reads of six nodes, fills to three, control to six: each is replaced once.
    EXPECT_LE(dials, kProcesses * 15U + kProcesses);
    EXPECT_GE(dials, kProcesses * 14U);
    // All are found dead at the same moment, and nobody dials in step with the others. Control
    // connections to primaries, a fifth of all, come within the jitter of a first failure, 100 ms;
    // what reads wait for comes when they do, and the others within a second.
    const std::size_t most_in_a_tenth = dialled.most_within(milliseconds(100));
    EXPECT_LE(dialled.most_within(milliseconds(1)), dials / 40);
    EXPECT_LE(dialled.most_within(milliseconds(10)), dials / 10);
    EXPECT_LE(most_in_a_tenth, dials * 11 / 20);
    crowd.world.run_for(seconds(2));
    std::uint64_t unknown = 0, known = 0;
    for (auto& process : crowd.processes) {
        unknown += std::exchange(process->unknown, 0);
        known += process->known;
    }
    // Nothing is held, so each answer is a nil, and unknown until a map that was asked for after
    // the thaw confirms its node: that takes a fifth of a second of these three.
    EXPECT_LT(unknown, known / 10);
    crowd.world.run_for(seconds(2));
    for (auto& process : crowd.processes) EXPECT_EQ(process->unknown, 0U);
    if (argument("tell", 0) != 0) {
        std::printf("dials: %zu, at most %zu in 1 ms, %zu in 10 ms, %zu in 100 ms; unknown %" PRIu64
                    " of %" PRIu64 "\n",
                    dials, dialled.most_within(milliseconds(1)),
                    dialled.most_within(milliseconds(10)), most_in_a_tenth, unknown,
                    unknown + known);
    }
}

// One node cannot be dialled any more: its three links of each process back off, each by itself.
TEST(TierStorms, TwoHundredThawedProcessesDialALostNodeOutOfStepAndEverMoreSeldom) {
    TierCrowd crowd(kProcesses, {.replicas = 1});
    crowd.world.run_for(seconds(5));
    const redis::TierOptions& options = crowd.processes.front()->options;
    std::vector<double> tokens_before;
    for (auto& process : crowd.processes) tokens_before.push_back(process->dial_tokens());
    const std::string lost = crowd.cluster.at(0).host;
    crowd.world.network().host(lost).refuse_connect = true;
    DialTimes dialled(crowd, lost);
    thaw_all(crowd);
    std::vector<std::size_t> per_second;
    std::size_t total = 0;
    for (int second = 1; second <= 8; ++second) {
        crowd.world.run_for(seconds(1));
        per_second.push_back(dialled.count() - std::exchange(total, dialled.count()));
        for (std::size_t i = 0; i < crowd.processes.size(); ++i) {
            EXPECT_LE(crowd.processes[i]->dial_tokens() - tokens_before[i],
                      options.dial_burst + options.dials_per_second * second)
                << "process " << i << ", second " << second;
        }
    }
    EXPECT_GE(per_second.front(), kProcesses * 3U * 2);  // after 100 and 200 ms at most
    EXPECT_LE(per_second.back(), per_second.front() / 4);
    EXPECT_LE(dialled.most_within(milliseconds(1)), kProcesses / 5U);
    if (argument("tell", 0) != 0) {
        std::printf("dials each second:");
        for (const std::size_t count : per_second) std::printf(" %zu", count);
        std::printf("; at most %zu in 1 ms\n", dialled.most_within(milliseconds(1)));
    }
    crowd.world.network().host(lost).refuse_connect = false;
}

}  // namespace
}  // namespace aside::lab
