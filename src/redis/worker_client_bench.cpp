// What a read of L2 costs beside its system calls: a worker whose connections answer out of a
// buffer, in batches.
#include <cstring>
#include <vector>

#include <benchmark/benchmark.h>

#include "redis/protocol/command.h"
#include "redis/worker_client.h"
#include "telemetry/metrics.h"

namespace aside::redis {
namespace {

// Answers HELLO itself; else gives what `reply` holds once asked for something.
class BenchStream final : public runtime::Stream {
  public:
    explicit BenchStream(const std::string& replies) : replies_(replies) {}
    void start_read(std::span<char> into, runtime::IoDone& done) override {
        into_ = into;
        reading_ = &done;
    }
    Result<std::size_t> try_write(std::span<const std::string_view> pieces) override {
        if (pieces[0].find("HELLO") != std::string_view::npos) {
            coming_ = "%2\r\n+role\r\n+master\r\n+mode\r\n+cluster\r\n";
        } else {
            coming_ = replies_;
        }
        return pieces[0].size();
    }
    void start_wait_writable(runtime::IoDone&) override {}
    void shutdown_send() override {}
    void close() override { closed_ = true; }
    const runtime::Endpoint& peer() const override { return peer_; }

    // Gives what is coming to who reads; false when there is nothing to do.
    bool turn() {
        if (reading_ == nullptr || (coming_.empty() && !closed_)) return false;
        const std::size_t bytes = std::min(coming_.size(), into_.size());
        std::memcpy(into_.data(), coming_.data(), bytes);
        coming_.remove_prefix(bytes);
        std::exchange(reading_, nullptr)->io_done(bytes);
        return true;
    }

  private:
    const std::string& replies_;
    std::string_view coming_;
    std::span<char> into_;
    runtime::IoDone* reading_ = nullptr;
    bool closed_ = false;
    runtime::Endpoint peer_;
};

struct BenchTimer final : runtime::Timer {
    void arm(SteadyTime) override {}
    void disarm() override {}
};

class BenchWorker final : public runtime::Worker {
  public:
    unsigned index() const override { return 0; }
    SteadyTime now() const override { return now_ += Duration(50); }
    WallTime wall_now() const override { return {}; }
    void put_clock_forward(Duration by) override { now_ += by; }
    Random& random() override { return random_; }
    void post(runtime::Callback call) override { posts_.push_back(std::move(call)); }
    void spawn(runtime::Task<void> task) override {
        runtime::run_detached(std::move(task), [] {});
    }
    std::unique_ptr<runtime::Timer> make_timer(runtime::Callback) override {
        return std::make_unique<BenchTimer>();
    }
    Result<std::unique_ptr<runtime::Listener>> listen(const runtime::Endpoint&) override {
        return fail(Errc::unsupported);
    }
    runtime::Task<Result<std::unique_ptr<runtime::Stream>>> connect(
        runtime::Endpoint, SteadyTime, runtime::ConnectOptions) override {
        auto stream = std::make_unique<BenchStream>(replies);
        stream_ = stream.get();
        co_return std::unique_ptr<runtime::Stream>(std::move(stream));
    }
    runtime::BlockingPool& blocking() override { std::abort(); }

    void run() {
        for (bool busy = true; busy;) {
            busy = !posts_.empty();
            auto calls = std::exchange(posts_, {});
            for (auto& call : calls) call();
            busy |= stream_ != nullptr && stream_->turn();
        }
    }
    void advance(Duration span) { now_ += span; }

    std::string replies;

  private:
    mutable SteadyTime now_{std::chrono::hours(1)};
    Random random_{1};
    std::vector<runtime::Callback> posts_;
    BenchStream* stream_ = nullptr;
};

struct BenchRuntime final : runtime::Runtime {
    unsigned worker_count() const override { return 1; }
    runtime::Worker& worker(unsigned) override { return one; }
    BenchWorker one;
};

struct CountedRead final : RemoteRead {
    CountedRead(RemoteKey key, std::uint64_t& count) : RemoteRead(key, kNever), hits(count) {}
    void read_done(const RemoteAnswer& answer) override {
        hits += answer.state == RemoteState::hit ? 1 : 0;
    }
    std::uint64_t& hits;
};

void read_hits(benchmark::State& bench) {
    const auto batch = static_cast<std::size_t>(bench.range(0));
    BenchRuntime runtime;
    BenchWorker& worker = runtime.one;
    telemetry::Registry registry(1);
    const auto state =
        std::make_unique<TierState>(TierOptions{}, runtime, registry, nullptr, nullptr);
    ClusterView view;
    view.ranges.push_back({{0, kSlots - 1}, {{"node", 1}, "", ""}, {}});
    state->map.store(SlotMap::from_view(view, state->numbers, 1));
    WorkerClient client(*state, worker);

    std::vector<std::string> keys;
    for (std::size_t i = 0; i < batch; ++i) {
        keys.push_back("some/object-" + std::to_string(i));
        std::string envelope;
        wire::append_envelope(envelope, {.body = std::string(1024, 'x')},
                              wire::envelope_fingerprint(ValueKind::object, keys.back()), {});
        worker.replies += "$" + std::to_string(envelope.size()) + "\r\n" + envelope + "\r\n";
    }
    std::uint64_t hits = 0;
    for (auto _ : bench) {
        std::vector<std::unique_ptr<CountedRead>> reads;
        reads.reserve(batch);
        for (const std::string& key : keys) {
            reads.push_back(std::make_unique<CountedRead>(RemoteKey{ValueKind::object, key}, hits));
            client.start_read(*reads.back());
        }
        worker.run();
    }
    if (hits != bench.iterations() * batch) bench.SkipWithError("not every read was a hit");
    bench.SetItemsProcessed(static_cast<std::int64_t>(hits));
    client.close();
    worker.run();
}
BENCHMARK(read_hits)->Arg(1)->Arg(16)->Arg(128);

}  // namespace
}  // namespace aside::redis
