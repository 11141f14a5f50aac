// Writes, invalidations and leases, when what carries them breaks.
#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"
#include "lab/known_values.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;

constexpr Duration kNoticed = 1500ms;
constexpr unsigned kAllKeys = 10'000;

// Reads in the background, through the engine.
class Reader {
  public:
    Reader(LabClient& client, std::string key) : client_(client), key_(std::move(key)) {
        runtime::Worker& worker = client_.runtime().worker(0);
        worker.post([this, &worker] { worker.spawn(read(worker)); });
    }
    bool done() const { return done_.load(std::memory_order_acquire); }
    std::int64_t generation() const { return generation_; }

  private:
    runtime::Task<> read(runtime::Worker& worker) {
        Answer answer;
        const ObjectQuery query{.key = key_, .version = {}, .deadline = worker.now() + 10s};
        co_await client_.engine().object(worker, query, answer);
        if (answer.outcome == Outcome::ok)
            generation_ = generation_of(key_, answer.values().front()->body());
        answer.clear();
        done_.store(true, std::memory_order_release);
    }
    LabClient& client_;
    const std::string key_;
    std::int64_t generation_ = -1;
    std::atomic<bool> done_{false};
};

std::int64_t generation_read(DrillContext& drill, LabClient& client, const std::string& key) {
    const LabClient::Read read = client.read(key);
    drill.expect(read.outcome == Outcome::ok, "a read of " + key + " is answered");
    return generation_of(key, read.body);
}

// The origin's value changes and is invalidated while an older one is on its way to the caches.
void d54_stale_sets(DrillContext& drill) {
    drill.start_client(drill.client_options(false), {.objects = 200});
    LabClient& writer = drill.another_client(drill.client_options(false));
    drill.await(10s, "both are connected",
                [&] { return drill.client().connected() && writer.connected(); });
    KnownOrigin& origin = drill.client().origin();
    unsigned old = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const std::string key = known_key(i);
        origin.hold_answers(true);
        Reader reader(drill.client(), key);
        drill.await(2s, "the old value is on its way", [&] { return origin.loads_of(i) > 0; });
        const auto generation = static_cast<std::int64_t>(origin.write(i));
        const auto told = writer.invalidate(key);
        drill.expect(told && told->l2, "L2 is told");
        origin.hold_answers(false);
        drill.await(5s, "the reader ends", [&] { return reader.done(); });
        for (LabClient* const client : {&drill.client(), &writer, &drill.client()})
            old += generation_read(drill, *client, key) < generation;
    }
    drill.fact("old answers of 120", old);
    drill.expect(old == 0, "no old bytes after the invalidation");
}

void d55_lease_holder_dies(DrillContext& drill) {
    drill.start_client(drill.client_options(false));
    drill.await(10s, "the client is connected", [&] { return drill.client().connected(); });
    // Taken, and nobody fills nor renews.
    const LeaseAnswer taken = drill.client().lease_tier("obj-1");
    drill.expect(taken.state == LeaseState::won, "the holder has the lease");
    const SteadyTime begun = drill.control().now();
    const LabClient::Read read = drill.client().read("obj-1", 5s);
    const Duration took = drill.control().now() - begun;
    drill.fact("the next reader took, ms", milliseconds(took));
    drill.expect(read.outcome == Outcome::ok && took <= 2500ms, "the next one loads within 2 s");
    drill.pause(100ms);
    drill.expect(drill.client().read_tier("obj-1").state == RemoteState::hit, "and fills");
}

void d56_lease_lost(DrillContext& drill) {
    drill.start_client(drill.client_options(false));
    LabClient& other = drill.another_client(drill.client_options(false));
    drill.await(10s, "both are connected",
                [&] { return drill.client().connected() && other.connected(); });
    KnownOrigin& origin = drill.client().origin();
    origin.hold_answers(true);
    Reader first(drill.client(), "obj-1");
    drill.await(2s, "the first loads", [&] { return origin.loads_of(1) == 1; });
    const unsigned owner = drill.cluster().primary_of(drill.client().slot_of("obj-1"));
    const auto lost = drill.cluster().command(owner, {"DEL", "aside:l:{aside:o:obj-1}"});
    drill.expect(lost && lost->number == 1, "its lease is lost, as a failover can");
    (void)drill.require(drill.cluster().fail_over(drill.cluster().replica_of(owner)), "a failover");
    Reader second(other, "obj-1");
    drill.await(5s, "the second loads too", [&] { return origin.loads_of(1) == 2; });
    origin.hold_answers(false);
    drill.await(5s, "both end", [&] { return first.done() && second.done(); });
    drill.expect(first.generation() == 0 && second.generation() == 0, "both have the bytes");
    drill.pause(200ms);
    drill.expect(generation_read(drill, other, "obj-1") == 0, "and so has L2");
}

ClientOptions with_l1(DrillContext& drill, bool through_proxies) {
    ClientOptions options = drill.client_options(through_proxies);
    options.engine.memory_capacity_bytes = 64 << 20;
    options.engine.l1_max_age = 60s;
    return options;
}

void d57_tracking_cut(DrillContext& drill) {
    const unsigned node = begin_warm(drill, with_l1(drill, true), {.objects = 1000});
    LabClient& writer = drill.another_client(drill.client_options(false));
    drill.await(10s, "the writer is connected", [&] { return writer.connected(); });
    const auto keys = keys_of(drill, node, 20);
    for (const std::string& key : keys) (void)drill.client().read(key);
    for (const bool silent : {true, false}) {
        const double gaps = drill.client().metrics().sum("aside_l1_gaps_total");
        const SteadyTime cut = drill.control().now();
        drill.proxies().with(node, [&](FaultProxy& proxy) {
            proxy.faults().swallow = silent;
            if (!silent) proxy.close_sessions();
        });
        std::vector<std::int64_t> wanted;
        for (const std::string& key : keys) {
            wanted.push_back(
                static_cast<std::int64_t>(drill.client().origin().write(number_of_key(key))));
            (void)writer.invalidate(key);
        }
        (void)drill.control().await(3s, "a gap", [&] {
            return drill.client().metrics().sum("aside_l1_gaps_total") > gaps;
        });
        const Duration noticed = drill.control().now() - cut;
        drill.fact(silent ? "silence noticed after ms" : "cut noticed after ms",
                   milliseconds(noticed));
        drill.expect(noticed < kNoticed, "noticed within a second or so");
        // While L2 cannot say, what L1 has left may be answered; that is counted, not judged.
        const auto old_answers = [&] {
            unsigned old = 0;
            for (std::size_t i = 0; i < keys.size(); ++i)
                old += generation_read(drill, drill.client(), keys[i]) < wanted[i];
            return old;
        };
        drill.fact("old answers of 20 while L2 is unknown", old_answers());
        drill.proxies().clear();
        drill.await(10s, "all is heard again", [&] { return drill.client().connected(); });
        drill.await(5s, "what was not heard of is known once L2 answers again",
                    [&] { return old_answers() == 0; });
    }
    const double gaps = drill.client().metrics().sum("aside_l1_gaps_total");
    (void)drill.cluster().command(node, {"FLUSHALL"});
    drill.await(1s, "a flushed node's keys are asked again",
                [&] { return drill.client().metrics().sum("aside_l1_gaps_total") > gaps; });
}

void d58_slot_moves(DrillContext& drill) {
    begin_warm(drill, with_l1(drill, false), {.objects = 1000});
    LabClient& writer = drill.another_client(drill.client_options(false));
    drill.await(10s, "the writer is connected", [&] { return writer.connected(); });
    const std::uint16_t slot = drill.client().slot_of("obj-0");
    const unsigned from = drill.cluster().primary_of(slot);
    unsigned to = from;
    for (const unsigned node : drill.cluster().primaries()) {
        if (node != from) to = node;
    }
    drill.start_load({.per_second = 500});
    (void)drill.client().read("obj-0");
    (void)drill.require(drill.cluster().begin_move(slot, from, to), "a move begins");
    (void)drill.require(drill.cluster().move_keys(slot, from, to, kAllKeys), "its keys move");
    (void)drill.require(drill.cluster().end_move(slot, from, to), "the move ends");
    // The client learns of it by asking for something of that slot that it does not have.
    (void)drill.client().read_tier("obj-0");
    drill.await(3s, "what L1 had of that slot counts no more",
                [&] { return drill.since_start().sum("aside_l1_gaps_total") > 0; });
    const auto generation = static_cast<std::int64_t>(drill.client().origin().write(0));
    drill.expect(writer.invalidate("obj-0").has_value(), "the new owner is told of a write");
    drill.pause(500ms);
    drill.expect(generation_read(drill, drill.client(), "obj-0") >= generation,
                 "and tells the client");
}

void d59_scripts_forgotten(DrillContext& drill) {
    const unsigned primary = begin_warm(drill, drill.client_options(true));
    const unsigned replica = drill.cluster().replica_of(primary);
    const auto keys = keys_of(drill, primary, 10);
    (void)drill.client().lease_tier(keys[0]);
    (void)drill.require(drill.cluster().fail_over(replica), "a failover");
    drill.await(10s, "the client knows", [&] { return drill.client().connected(); });
    drill.pause(1s);
    // As a node that has just come: this one may have been primary before.
    (void)drill.cluster().command(replica, {"SCRIPT", "FLUSH"});
    const auto eval = drill.proxies().commands(replica, "EVAL");
    unsigned won = 0;
    for (const std::string& key : keys) {
        const LeaseState state = drill.client().lease_tier(key).state;
        won += state != LeaseState::unavailable;
    }
    const auto sent = drill.proxies().commands(replica, "EVAL") - eval;
    drill.fact("EVAL sent", static_cast<double>(sent));
    drill.fact("EVALSHA sent", static_cast<double>(drill.proxies().commands(replica, "EVALSHA")));
    drill.expect(sent == 1, "one EVAL, then EVALSHA");
    drill.expect(won == keys.size(), "every lease is told");
}

}  // namespace

std::vector<Drill> coherence_drills() {
    return {
        {"D54", "a write while an old value is on its way", "coherence", d54_stale_sets},
        {"D55", "the lease's holder dies", "coherence", d55_lease_holder_dies},
        {"D56", "a lease is lost in a failover", "coherence", d56_lease_lost},
        {"D57", "the connection that hears invalidations is silent, then cut", "coherence",
         d57_tracking_cut},
        {"D58", "a slot's owner changes under L1", "coherence", d58_slot_moves},
        {"D59", "scripts are unknown to the promoted node", "coherence", d59_scripts_forgotten},
    };
}

}  // namespace aside::lab
