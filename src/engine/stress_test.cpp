// The engine on real threads: 4 workers, 100 keys, random cancels, failures and invalidations. Run
// under ThreadSanitizer in CI.
#include <condition_variable>

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "runtime/os/runtime.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kWorkers = 4;
constexpr unsigned kKeys = 100;
constexpr unsigned kReadersPerWorker = 16;
constexpr unsigned kReadsPerReader = 400;

// Bodies name their key, so that one key's bytes under another's name are seen.
class NamingOrigin final : public Index, public ObjectStore {
  public:
    std::atomic<unsigned> loads{0};

    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override {
        loads.fetch_add(1, std::memory_order_relaxed);
        const std::uint64_t draw = worker.random().below(100);
        if (draw < 50) co_await runtime::sleep_for(worker, std::chrono::microseconds(draw * 20));
        if (draw >= 95) co_return fail(Errc::io, "stress");
        if (draw >= 90) co_return LoadedObject{};
        std::string body = reference.key + std::string(draw, '.');
        if (request.admit && !request.admit(body.size())) {
            co_return std::unexpected(Error{Errc::bytes_in_flight, {}, body.size()});
        }
        co_return LoadedObject{LoadState::found, std::move(body), "v"};
    }
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest) override {
        co_await runtime::sleep_for(worker, 50us);
        LoadedIndex loaded{LoadState::found, {}, {}};
        for (unsigned i = 0; i < 5; ++i)
            loaded.references.push_back({"k" + std::to_string((std::stoul(id) + i) % kKeys), ""});
        co_return loaded;
    }
    runtime::Task<Result<void>> put(runtime::Worker&, Reference, std::string) override {
        co_return Result<void>();
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, Reference) override {
        co_return Result<void>();
    }
    runtime::Task<Result<void>> put(runtime::Worker&, std::string,
                                    std::vector<Reference>) override {
        co_return Result<void>();
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, std::string) override {
        co_return Result<void>();
    }
};

// Counts down from several threads; one waits.
class Countdown {
  public:
    explicit Countdown(unsigned count) : left_(count) {}
    void done() {
        const MutexLock lock(mutex_);
        if (--left_ == 0) ended_.notify_all();
    }
    bool wait_for(Duration limit) ASIDE_NO_THREAD_SAFETY_ANALYSIS {
        std::unique_lock lock(mutex_.native());
        return ended_.wait_for(lock, limit,
                               [this]() ASIDE_NO_THREAD_SAFETY_ANALYSIS { return left_ == 0; });
    }

  private:
    Mutex mutex_;
    std::condition_variable ended_;
    unsigned left_ ASIDE_GUARDED_BY(mutex_);
};

struct Totals {
    std::atomic<unsigned> answered{0}, failed{0}, wrong{0};
};

void check(const Answer& answer, unsigned key, Totals& totals) {
    if (answer.outcome != Outcome::ok) {
        totals.failed.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    totals.answered.fetch_add(1, std::memory_order_relaxed);
    unsigned expected = key;
    for (const Value* value : answer.values()) {
        const std::string name = "k" + std::to_string(expected++ % kKeys);
        const std::string_view body = value->body();
        const bool right = value->key() == name && body.starts_with(name) &&
                           body.find_first_not_of('.', name.size()) == std::string_view::npos;
        if (!right) totals.wrong.fetch_add(1, std::memory_order_relaxed);
    }
}

runtime::Task<> reader(runtime::Worker& worker, Engine& engine, Totals& totals,
                       Countdown& countdown) {
    Answer answer;
    for (unsigned i = 0; i < kReadsPerReader; ++i) {
        const auto key = static_cast<unsigned>(worker.random().below(kKeys));
        const bool item = worker.random().chance(1, 3);
        const std::string name = item ? std::to_string(key) : "k" + std::to_string(key);
        // Some give up at once, some soon.
        const SteadyTime deadline =
            worker.now() + std::chrono::microseconds(worker.random().below(3000));
        bool answered = false;
        {
            const ReadSection section(engine.epochs(), worker.index());
            answered = item
                           ? engine.try_item(worker, {.id = name, .deadline = deadline}, answer)
                           : engine.try_object(worker, {.key = name, .deadline = deadline}, answer);
            if (answered) check(answer, key, totals);
            if (answered && worker.random().chance(1, 2)) answer.keep();  // as a slow client would
        }
        if (!answered) {
            if (item) {
                co_await engine.item(worker, {.id = name, .deadline = deadline}, answer);
            } else {
                co_await engine.object(worker, {.key = name, .deadline = deadline}, answer);
            }
            check(answer, key, totals);
        }
        if (worker.random().chance(1, 20)) {
            const auto forgotten =
                co_await engine.invalidate_object(worker, {"k" + std::to_string(key), ""});
            EXPECT_TRUE(forgotten);
        }
        co_await runtime::sleep_for(worker, std::chrono::microseconds(worker.random().below(100)));
        answer.clear();
    }
    countdown.done();
}

TEST(EngineStress, FourWorkersShareAHundredKeys) {
    NamingOrigin origin;
    Totals totals;
    telemetry::Registry registry(kWorkers);
    EngineOptions options;
    options.memory_capacity_bytes = 1 << 20;
    options.absent_capacity_bytes = 256 << 10;
    options.objects = {2ms, 2ms, 20ms};
    options.index = {1ms, 5ms, 20ms};
    options.absent_fresh = 1ms;
    options.failure_pause = 1ms;
    options.origin_concurrency = 8;
    options.origin_queue = 32;
    options.origin_max_bytes_in_flight = 512;
    Engine engine(options, kWorkers, origin, origin, registry);
    auto created = runtime::OsRuntime::create({.workers = kWorkers});
    ASSERT_TRUE(created);
    runtime::OsRuntime& runtime = **created;
    Countdown countdown(kWorkers * kReadersPerWorker);
    runtime.start();
    for (unsigned w = 0; w < kWorkers; ++w) {
        runtime::Worker& worker = runtime.worker(w);
        worker.post([&] {
            for (unsigned i = 0; i < kReadersPerWorker; ++i)
                worker.spawn(reader(worker, engine, totals, countdown));
        });
    }
    EXPECT_TRUE(countdown.wait_for(120s));
    runtime.stop(10s);
    EXPECT_EQ(runtime.join(), 0U);
    EXPECT_EQ(totals.wrong, 0U);
    EXPECT_EQ(totals.answered + totals.failed, kWorkers * kReadersPerWorker * kReadsPerReader);
    EXPECT_GT(totals.answered, 1000U);
    EXPECT_GT(totals.failed, 10U);
    EXPECT_GT(registry.counter("aside_flights_total", "", {{"role", "joined"}}).value(), 10U);
    EXPECT_EQ(engine.lent_bytes(), 0U);
}

}  // namespace
}  // namespace aside::engine
