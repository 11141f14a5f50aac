#include "lab/verified_load.h"

#include <algorithm>
#include <cstdio>

#include "lab/known_values.h"

namespace aside::lab {

namespace {

using runtime::Task;
using runtime::Worker;

constexpr Duration kTick = std::chrono::milliseconds(2);
constexpr std::size_t kTroublesMax = 12;
constexpr Duration kShortDeadlineMax = std::chrono::milliseconds(5);

double ms(Duration span) {
    return std::chrono::duration<double, std::milli>(span).count();
}

Task<> tick(Worker& worker) {
    co_await runtime::sleep_for(worker, kTick);
}

}  // namespace

std::string to_string(const LoadReport& report) {
    char text[320];
    std::snprintf(text, sizeof text,
                  "%llu requests, %llu failed, %llu wrong, %llu false absent, %llu old, %llu put "
                  "off, %llu gave up; p50 %.2f ms, p99 %.2f ms, max %.1f ms",
                  static_cast<unsigned long long>(report.requests),
                  static_cast<unsigned long long>(report.failed),
                  static_cast<unsigned long long>(report.wrong_bytes),
                  static_cast<unsigned long long>(report.false_absent),
                  static_cast<unsigned long long>(report.old_bytes),
                  static_cast<unsigned long long>(report.late),
                  static_cast<unsigned long long>(report.gave_up), ms(report.p50), ms(report.p99),
                  ms(report.max));
    return text;
}

VerifiedLoad::VerifiedLoad(LabClient& client, LoadOptions options)
    : client_(client),
      options_(std::move(options)),
      keys_(options_.keys != 0 ? options_.keys : client.origin().options().objects),
      floors_(client.origin().options().objects) {
    for (unsigned i = 0; i < kPhasesMax; ++i) {
        latencies_[i] = &client.registry().histogram("lab_read_seconds", "Reads of the load",
                                                     {{"phase", std::to_string(i)}});
    }
}

VerifiedLoad::~VerifiedLoad() {
    end();
}

void VerifiedLoad::begin() {
    if (running_.exchange(true)) return;
    for (unsigned i = 0; i < client_.runtime().worker_count(); ++i) {
        Worker& worker = client_.runtime().worker(i);
        pacing_.fetch_add(1);
        worker.post([this, &worker] { worker.spawn(pace(worker)); });
    }
}

void VerifiedLoad::end() {
    running_.store(false);
    while (pacing_.load(std::memory_order_acquire) + in_flight_.load(std::memory_order_acquire) > 0)
        client_.run([](Worker& worker) { return tick(worker); });
}

Task<> VerifiedLoad::pace(Worker& worker) {
    const SteadyTime begun = worker.now();
    const double rate = options_.per_second / client_.runtime().worker_count();
    Random random(options_.seed + worker.index());
    std::uint64_t started = 0;
    while (running_.load(std::memory_order_relaxed)) {
        const std::chrono::duration<double> passed = worker.now() - begun;
        const auto due = static_cast<std::uint64_t>(passed.count() * rate);
        for (; started < due; ++started) {
            if (in_flight_.load(std::memory_order_relaxed) >= options_.in_flight_max) {
                counts_.late.fetch_add(due - started, std::memory_order_relaxed);
                started = due;
                break;
            }
            const bool absent = random.unit() < options_.absent_share;
            const std::uint64_t number =
                random.below(keys_) + (absent ? client_.origin().options().objects : 0);
            const bool cut_short = options_.cancel_some && random.chance(1, 10);
            const Duration patience =
                cut_short ? Duration(static_cast<Duration::rep>(
                                random.unit() * static_cast<double>(kShortDeadlineMax.count())))
                          : options_.deadline;
            in_flight_.fetch_add(1, std::memory_order_relaxed);
            worker.spawn(read_one(worker, number, patience));
        }
        co_await tick(worker);
    }
    pacing_.fetch_sub(1, std::memory_order_release);
}

Task<> VerifiedLoad::read_one(Worker& worker, std::uint64_t number, Duration patience) {
    const std::string key = known_key(number);
    const SteadyTime begun = worker.now();
    const std::uint64_t floor =
        number < floors_.size() ? floors_[number].load(std::memory_order_acquire) : 0;
    Answer answer;
    const ObjectQuery query{.key = key, .version = {}, .deadline = begun + patience};
    bool at_once = false;
    {
        const ReadSection section(client_.engine().epochs(), worker.index());
        at_once = client_.engine().try_object(worker, query, answer);
        if (at_once) answer.keep();
    }
    if (!at_once) co_await client_.engine().object(worker, query, answer);
    if (times(number)) note_latency(worker, worker.now() - begun);
    LabClient::Read read{answer.outcome, answer.error, {}, Source::l1, answer.stale};
    if (!answer.values().empty() && answer.values().front() != nullptr)
        read.body = answer.values().front()->body();
    judge(read, number, floor, patience < options_.deadline);
    answer.clear();
    in_flight_.fetch_sub(1, std::memory_order_release);
}

bool VerifiedLoad::times(std::uint64_t number) const {
    return options_.timed.empty() || (number < options_.timed.size() && options_.timed[number]);
}

void VerifiedLoad::note_latency(const Worker& worker, Duration took) {
    latencies_[phase_.load(std::memory_order_relaxed)]->observe(worker.index(), took);
    std::int64_t seen = max_ns_.load(std::memory_order_relaxed);
    while (seen < took.count() &&
           !max_ns_.compare_exchange_weak(seen, took.count(), std::memory_order_relaxed)) {
    }
}

void VerifiedLoad::judge(const LabClient::Read& read, std::uint64_t number, std::uint64_t floor,
                         bool may_give_up) {
    counts_.requests.fetch_add(1, std::memory_order_relaxed);
    const std::string key = known_key(number);
    const bool exists = number < client_.origin().options().objects;
    if (read.outcome == Outcome::failed) {
        if (may_give_up) {
            counts_.gave_up.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        counts_.failed.fetch_add(1, std::memory_order_relaxed);
        return trouble(key + " failed: " + aside::to_string(read.error));
    }
    if (read.outcome == Outcome::absent) {
        if (!exists) return;
        counts_.false_absent.fetch_add(1, std::memory_order_relaxed);
        return trouble(key + " was answered as absent");
    }
    const std::int64_t generation = generation_of(key, read.body);
    if (!exists || generation < 0) {
        counts_.wrong_bytes.fetch_add(1, std::memory_order_relaxed);
        return trouble(key + " has wrong bytes: " + read.body.substr(0, 60));
    }
    if (static_cast<std::uint64_t>(generation) >= floor) return;
    counts_.old_bytes.fetch_add(1, std::memory_order_relaxed);
    trouble(key + " is of generation " + std::to_string(generation) + ", not " +
            std::to_string(floor));
}

void VerifiedLoad::trouble(std::string text) {
    MutexLock lock(mutex_);
    if (troubles_.size() < kTroublesMax) troubles_.push_back(std::move(text));
}

std::vector<std::string> VerifiedLoad::troubles() {
    MutexLock lock(mutex_);
    return troubles_;
}

void VerifiedLoad::next_phase() {
    phase_.store(std::min(phase_.load() + 1, kPhasesMax - 1));
    max_ns_.store(0);
}

LoadReport VerifiedLoad::report() {
    const auto read = [](const std::atomic<std::uint64_t>& count) {
        return count.load(std::memory_order_relaxed);
    };
    const telemetry::Histogram& latency = *latencies_[phase_.load()];
    return {.requests = read(counts_.requests),
            .failed = read(counts_.failed),
            .wrong_bytes = read(counts_.wrong_bytes),
            .false_absent = read(counts_.false_absent),
            .old_bytes = read(counts_.old_bytes),
            .late = read(counts_.late),
            .gave_up = read(counts_.gave_up),
            .p50 = latency.quantile(0.5),
            .p99 = latency.quantile(0.99),
            .max = Duration(max_ns_.load())};
}

}  // namespace aside::lab
