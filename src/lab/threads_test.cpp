// Engine and Redis tier on real threads and real sockets: three workers read hot and cold keys
// while values are written and invalidated, connections break, a server goes and comes back empty,
// and the tier is stopped in the middle. Run under ThreadSanitizer and AddressSanitizer in CI.
#include <gtest/gtest.h>

#include "lab/known_values.h"
#include "lab/loopback_cluster_fixture.h"
#include "lab/verified_load.h"

namespace aside::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kServers = 3;
constexpr std::uint64_t kObjects = 120;
constexpr std::uint64_t kHot = 4;  // objects that are written again and again

ClientOptions options_for(const LoopbackCluster& servers) {
    ClientOptions options;
    options.seeds = servers.seeds();
    options.workers = 3;
    // Short times, so that every path is taken often: L1 asks again, values turn stale, absences
    // end.
    options.engine.memory_capacity_bytes = 1 << 20;
    options.engine.l1_max_age = 10ms;
    options.engine.objects = {60ms, 60ms, 10s};
    options.engine.absent_fresh = 30ms;
    options.engine.remote_invalidate_deadline = 50ms;
    options.engine.lease_poll_min = 2ms;
    options.engine.lease_poll_max = 6ms;
    options.tier.dials_per_second = 500;
    options.tier.dial_burst = 100;
    options.tier.backoff.base = 5ms;
    options.tier.backoff.cap = 20ms;
    options.tier.fill_pause_min = 20ms;
    options.tier.tombstone_grace = 200ms;
    options.tier.health.open_after = 200ms;
    options.tier.drain = 100ms;
    return options;
}

struct Written {
    unsigned confirmed = 0, refused = 0;
};

// A write at the origin, then the invalidation. What is confirmed must be seen from then on.
void write_one(LabClient& client, VerifiedLoad& load, std::uint64_t object, Written& written) {
    const std::uint64_t generation = client.origin().write(object);
    const Result<TierReport> report = client.invalidate(known_key(object));
    if (report && report->l1 && report->l2) {
        load.expect_generation(object, generation);
        ++written.confirmed;
    } else {
        ++written.refused;
    }
}

// What people look at meanwhile.
void look_at(LabClient& client) {
    EXPECT_FALSE(client.engine().status_json().empty());
    EXPECT_FALSE(client.registry().render().empty());
    (void)client.engine().hot(10);
    (void)client.engine().hot_set(100);
    (void)client.connected();
}

void warm_with_everything(LabClient& client) {
    std::vector<engine::WarmKey> keys;
    for (std::uint64_t i = 0; i < kObjects; ++i)
        keys.push_back({ValueKind::object, 1, known_key(i)});
    client.runtime().worker(1).post([&client, keys = std::move(keys)] {
        runtime::Worker& worker = client.runtime().worker(1);
        worker.spawn(client.engine().warm_up(worker, keys, 4));
    });
}

void expect_clean(VerifiedLoad& load) {
    const LoadReport report = load.report();
    EXPECT_TRUE(report.clean()) << to_string(report);
    for (const std::string& trouble : load.troubles()) ADD_FAILURE() << trouble;
    EXPECT_GT(report.requests, 100U);
}

LoadOptions load_options(unsigned round) {
    return {.per_second = 3000, .absent_share = 0.05, .cancel_some = true, .seed = round + 1};
}

std::shared_ptr<KnownOrigin> new_origin() {
    return std::make_shared<KnownOrigin>(
        OriginOptions{.objects = kObjects, .body_bytes = 300, .latency = 1ms});
}

class ThreadsTest : public ::testing::Test {
  protected:
    std::unique_ptr<LabClient> start() {
        auto client = LabClient::start(options_for(servers_), origin_);
        EXPECT_TRUE(client);
        return client ? std::move(*client) : nullptr;
    }
    void TearDown() override {
        for (const std::string& violation : servers_.violations()) ADD_FAILURE() << violation;
    }
    // A step of a round: something is written, and something goes wrong.
    void disturb(LabClient& client, VerifiedLoad& load, unsigned step) {
        write_one(client, load, step % kHot, written_);
        write_one(client, load, kHot + step % 7, written_);
        const std::size_t node = step % kServers;
        if (step % 5 == 1) servers_.drop_connections(node);
        if (step % 11 == 3) servers_.stop(node);
        if (step % 11 == 6) servers_.start_again((step - 3) % kServers, step % 2 == 0);
        if (step % 9 == 4) warm_with_everything(client);
        if (step % 4 == 0) look_at(client);
        servers_.pause(10ms);
    }

    LoopbackCluster servers_{kServers};
    std::shared_ptr<KnownOrigin> origin_ = new_origin();
    Written written_;
};

TEST_F(ThreadsTest, AnswersAreRightWhileServersBreakAndValuesAreWritten) {
    for (unsigned round = 0; round < 2; ++round) {
        auto client = start();
        ASSERT_NE(client, nullptr);
        VerifiedLoad load(*client, load_options(round));
        load.begin();
        for (unsigned step = 0; step < 40; ++step) disturb(*client, load, step);
        for (std::size_t node = 0; node < kServers; ++node) servers_.start_again(node, false);
        load.end();
        expect_clean(load);
        const MetricsPage page = client->metrics();
        EXPECT_GT(page.l2("hit"), 0);
        EXPECT_GT(page.l2("unknown"), 0);
        EXPECT_GT(page.sum("aside_invalidations_heard_total"), 0);
        EXPECT_GT(page.sum("aside_l1_gaps_total"), 0);
    }
    EXPECT_GT(written_.confirmed, 10U);
}

TEST_F(ThreadsTest, ATierThatStopsInTheMiddleLeavesEveryReadAnswered) {
    for (unsigned round = 0; round < 5; ++round) {
        auto client = start();
        ASSERT_NE(client, nullptr);
        VerifiedLoad load(*client, load_options(round));
        load.begin();
        // From a tier that has only begun to dial to one that is at work.
        for (unsigned step = 0; step < 3 * round; ++step) disturb(*client, load, step);
        servers_.pause(20ms);
        client->tier().stop();
        servers_.pause(40ms);
        load.end();
        expect_clean(load);
        for (std::size_t node = 0; node < kServers; ++node) servers_.start_again(node, false);
    }
}

TEST_F(ThreadsTest, ClientsThatEndAtOnceLeaveNothingBehind) {
    for (unsigned round = 0; round < 10; ++round) {
        auto client = start();
        ASSERT_NE(client, nullptr);
        if (round % 2 == 1) servers_.pause(std::chrono::milliseconds(round));
        if (round % 3 == 1) warm_with_everything(*client);
    }
}

}  // namespace
}  // namespace aside::lab
