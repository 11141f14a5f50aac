// For tests of the engine with an L2: a RemoteTier whose contents, answers, delays and leases the
// test sets, shared by as many engines as it likes; and those engines, each with its L1, on one
// simulated world, before one origin.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/scripted_origin_fixture.h"

namespace aside::engine {

// Holds what was filled as it was filled. Leases and tombstones live as they do in Redis.
class ScriptedRemote final : public RemoteTier {
  public:
    struct Kept {
        std::string validator, body;
        bool absent = false;
        WallTime origin_time{}, fresh_until{};
        SteadyTime keep_until = kNever;
    };
    struct Lease {
        LeaseToken token = 0;
        SteadyTime until{};
    };
    using Name = std::pair<ValueKind, std::string>;

    std::map<Name, Kept> kept;
    std::map<Name, Lease> leases;
    std::map<Name, SteadyTime> tombstones;  // until when
    std::vector<RemoteEvents*> hearing;     // told of invalidations

    // What the test may set.
    Duration latency = 1ms;
    Duration lease_latency = 1ms;
    std::optional<UnknownReason> unknown;  // of every read
    std::map<std::string, UnknownReason> unknown_keys;
    std::set<std::string> never;  // reads of these end at their deadline, unknown
    bool no_leases = false;       // unavailable
    unsigned leases_late = 0;     // so many more are unavailable: no answer in time
    unsigned reads_late = 0;      // so many more are unknown: no answer in time
    static constexpr Duration kInTime = std::chrono::milliseconds(50);
    std::optional<FillState> fill_ends;  // what every fill ends in, undone
    Duration fill_latency = 1ms;
    std::optional<Error> invalidate_fails;
    bool deaf = false;  // invalidations are told to nobody
    bool cold = false, moving = false;
    bool renewals_fail = false;
    Duration lease_ttl = 2s;
    Duration tombstone_grace = 10s;

    unsigned reads = 0, fills = 0, stored = 0, refused = 0, renewals = 0, releases = 0,
             leases_asked = 0, most_fills_in_flight = 0, fills_in_flight = 0;
    std::vector<SteadyTime> deadlines;  // of reads
    std::vector<Duration> kept_for;     // of fills

    void start_read(runtime::Worker& worker, RemoteRead& read) override {
        ++reads;
        deadlines.push_back(read.deadline);
        worker.spawn(answer(worker, read));
    }
    runtime::Task<LeaseAnswer> take_lease(runtime::Worker& worker, RemoteKey key,
                                          SteadyTime) override {
        ++leases_asked;
        const Name name = name_of_key(key);
        if (leases_late > 0) {
            --leases_late;
            co_await runtime::sleep_for(worker, kInTime);
            co_return LeaseAnswer{.late = true};
        }
        co_await runtime::sleep_for(worker, lease_latency);
        if (no_leases) co_return LeaseAnswer{};
        LeaseAnswer answer;
        answer.recently_invalidated = tombstones.contains(name) && worker.now() < tombstones[name];
        Lease& lease = leases[name];
        if (worker.now() < lease.until) {
            answer.state = LeaseState::held;
            answer.remaining = lease.until - worker.now();
            co_return answer;
        }
        lease = {++last_token_, worker.now() + lease_ttl};
        answer.state = LeaseState::won;
        answer.token = lease.token;
        answer.remaining = lease_ttl;
        co_return answer;
    }
    runtime::Task<bool> renew_lease(runtime::Worker& worker, RemoteKey key,
                                    LeaseToken token) override {
        ++renewals;
        const Name name = name_of_key(key);
        co_await runtime::sleep_for(worker, lease_latency);
        if (renewals_fail || !holds(worker, name, token)) co_return false;
        leases[name].until = worker.now() + lease_ttl;
        co_return true;
    }
    void release_lease(runtime::Worker& worker, RemoteKey key, LeaseToken token) override {
        ++releases;
        const Name name = name_of_key(key);
        if (holds(worker, name, token)) leases.erase(name);
    }
    runtime::Task<FillState> fill(runtime::Worker& worker, RemoteFill fill) override {
        ++fills;
        most_fills_in_flight = std::max(most_fills_in_flight, ++fills_in_flight);
        kept_for.push_back(fill.keep_for);
        co_await runtime::sleep_for(worker, fill_latency);
        --fills_in_flight;
        if (fill_ends) co_return *fill_ends;
        const Name name{fill.value->kind(), std::string(fill.value->key())};
        const bool has_it = kept.contains(name) && worker.now() < kept[name].keep_until;
        if ((fill.lease != 0 && !holds(worker, name, fill.lease)) ||
            (fill.only_if_absent && has_it)) {
            ++refused;
            co_return FillState::refused;
        }
        ++stored;
        keep(worker, *fill.value, fill.keep_for);
        leases.erase(name);
        co_return FillState::stored;
    }
    runtime::Task<Result<void>> invalidate(runtime::Worker& worker, RemoteKey key,
                                           SteadyTime) override {
        const Name name = name_of_key(key);
        co_await runtime::sleep_for(worker, latency);
        if (invalidate_fails) co_return fail(*invalidate_fails);
        kept.erase(name);
        leases.erase(name);
        tombstones[name] = worker.now() + tombstone_grace;
        if (!deaf) {
            for (RemoteEvents* one : hearing)
                one->key_invalidated(worker, {name.first, name.second});
        }
        co_return Result<void>();
    }
    std::uint16_t slot_of(RemoteKey key) const override {
        std::uint16_t sum = 7;
        for (const char c : key.bytes) sum = static_cast<std::uint16_t>(sum * 31 + c);
        return sum % kSlots;
    }
    std::string status_json() const override { return "\"scripted\":true"; }

    // As if another process had filled it.
    void put(runtime::SimWorld& world, std::string key, std::string body, Duration age,
             Duration fresh, ValueKind kind = ValueKind::object, std::string validator = {}) {
        kept[{kind, std::move(key)}] = {.validator = std::move(validator),
                                        .body = std::move(body),
                                        .absent = false,
                                        .origin_time = world.wall_now() - age,
                                        .fresh_until = world.wall_now() - age + fresh,
                                        .keep_until = kNever};
    }
    bool has(const std::string& key, ValueKind kind = ValueKind::object) const {
        return kept.contains({kind, key});
    }
    // Another process takes the lease and does nothing with it.
    void hold(runtime::SimWorld& world, const std::string& key, Duration span,
              ValueKind kind = ValueKind::object) {
        leases[{kind, key}] = {++last_token_, world.now() + span};
    }

  private:
    static Name name_of_key(RemoteKey key) { return {key.kind, std::string(key.bytes)}; }
    bool holds(runtime::Worker& worker, const Name& name, LeaseToken token) {
        const auto at = leases.find(name);
        return at != leases.end() && at->second.token == token && worker.now() < at->second.until;
    }
    void keep(runtime::Worker& worker, const Value& value, Duration keep_for) {
        const auto wall = [&](SteadyTime at) {
            return at == kNever ? WallTime::max() : worker.wall_now() + (at - worker.now());
        };
        kept[{value.kind(), std::string(value.key())}] = {
            .validator = std::string(value.validator()),
            .body = std::string(value.body()),
            .absent = value.absent(),
            .origin_time = wall(value.origin_time()),
            .fresh_until = wall(value.fresh_until()),
            .keep_until = worker.now() + keep_for};
    }
    runtime::Task<> answer(runtime::Worker& worker, RemoteRead& read) {
        const std::string key(read.key.bytes);
        const bool late = reads_late > 0;
        if (late) --reads_late;
        if (never.contains(key)) {
            co_await runtime::sleep_until(worker, read.deadline);
        } else {
            co_await runtime::sleep_for(worker, late ? kInTime : latency);
        }
        RemoteAnswer told;
        told.node = "10.0.0.1:7000";
        told.slot = slot_of(read.key);
        const auto at = kept.find(name_of_key(read.key));
        if (never.contains(key) || late) {
            told.reason = UnknownReason::timed_out;
        } else if (unknown || unknown_keys.contains(key)) {
            told.reason = unknown ? *unknown : unknown_keys[key];
            told.shard_cold = cold;
        } else if (at == kept.end() || worker.now() >= at->second.keep_until) {
            told.state = RemoteState::miss;
            told.shard_cold = cold;
            told.slot_moving = moving;
        } else {
            told.state = RemoteState::hit;
            told.absent = at->second.absent;
            told.validator = at->second.validator;
            told.body = at->second.body;
            told.origin_time = at->second.origin_time;
            told.fresh_until = at->second.fresh_until;
        }
        read.read_done(told);
    }

    LeaseToken last_token_ = 0;
};

// Several engines, each a process's: engine i runs on worker i.
class FleetFixture : public ::testing::Test {
  protected:
    struct Process {
        std::unique_ptr<telemetry::Registry> registry;
        std::unique_ptr<Engine> engine;
    };

    void start(EngineOptions options = {}, unsigned processes = 1, std::uint64_t seed = 1) {
        options.memory_capacity_bytes =
            std::min<std::uint64_t>(options.memory_capacity_bytes, 16 << 20);
        options.absent_capacity_bytes = 1 << 20;
        world_ = std::make_unique<runtime::SimWorld>(
            runtime::SimOptions{.seed = seed, .workers = processes});
        for (unsigned i = 0; i < processes; ++i) {
            Process process;
            options.seed = seed + i;  // hashes differ from process to process
            process.registry = std::make_unique<telemetry::Registry>(processes);
            process.engine = std::make_unique<Engine>(options, processes, origin_, origin_,
                                                      *process.registry, &remote_);
            remote_.hearing.push_back(process.engine.get());
            processes_.push_back(std::move(process));
        }
        world_->run_for(1h);  // times before now are times
    }
    void TearDown() override {
        if (!world_) return;
        EXPECT_TRUE(world_->run_until_idle()) << world_->describe();
        for (Process& process : processes_) {
            EXPECT_TRUE(process.engine->status_json().ends_with(R"("flights":0)"))
                << process.engine->status_json();
            EXPECT_EQ(process.engine->lent_bytes(), 0U);
        }
    }

    Engine& engine(unsigned process = 0) { return *processes_[process].engine; }
    runtime::SimWorker& worker(unsigned process = 0) { return world_->worker(process); }

    struct Read {
        ReadResult result;
        unsigned from_l2 = 0;
        std::vector<Step> steps;
    };
    runtime::Task<Read> read(unsigned process, bool item, std::string key, std::string version,
                             Duration timeout, bool explain) {
        Answer answer;
        Read read;
        read.result = co_await read_as_front(engine(process), worker(process), item, std::move(key),
                                             std::move(version), timeout, answer,
                                             explain ? &read.steps : nullptr);
        read.from_l2 = answer.from_l2;
        co_return read;
    }
    Read object(std::string key, unsigned process = 0, std::string version = {},
                Duration timeout = 3s) {
        return world_->run(read(process, false, std::move(key), std::move(version), timeout, false),
                           process);
    }
    Read item(std::string id, unsigned process = 0) {
        return world_->run(read(process, true, std::move(id), {}, 3s, false), process);
    }
    Read explained(bool item, std::string key) {
        return world_->run(read(0, item, std::move(key), {}, 3s, true), 0);
    }
    void begin(unsigned process, std::string key, std::vector<Read>& results,
               Duration timeout = 3s) {
        world_->spawn(process,
                      collect(read(process, false, std::move(key), {}, timeout, false), results));
    }
    std::uint64_t counted(const char* name, const telemetry::Labels& labels = {},
                          unsigned process = 0) {
        return processes_[process].registry->counter(name, "", labels).value();
    }
    std::uint64_t l2_reads(const char* answer, unsigned process = 0) {
        return counted("aside_reads_total", {{"tier", "l2"}, {"answer", answer}}, process);
    }
    void writable() {
        const auto tell = [this](runtime::Worker& on) -> runtime::Task<> {
            engine().slots_writable(on, {0, kSlots - 1});
            co_return;
        };
        world_->run(tell(worker()));
    }
    void unheard(SlotRange slots = {0, kSlots - 1}) {
        const auto tell = [this, slots](runtime::Worker& on) -> runtime::Task<> {
            engine().slots_unheard(on, slots);
            co_return;
        };
        world_->run(tell(worker()));
    }

    ScriptedOrigin origin_;
    ScriptedRemote remote_;
    std::unique_ptr<runtime::SimWorld> world_;
    std::vector<Process> processes_;

  private:
    static runtime::Task<> collect(runtime::Task<Read> read, std::vector<Read>& results) {
        Read result = co_await read;
        results.push_back(std::move(result));
    }
};

}  // namespace aside::engine
