#include "lab/sim/load_source.h"

#include <algorithm>

namespace aside::lab {

using std::chrono::milliseconds;

// Reads that were started together, and who waits for the last of them.
struct LoadSource::Batch {
    unsigned under_way = 0;
    std::coroutine_handle<> waiting;
    std::vector<std::size_t> missed;

    bool await_ready() const noexcept { return under_way == 0; }
    void await_suspend(std::coroutine_handle<> frame) { waiting = frame; }
    void await_resume() const noexcept {}
};

struct LoadSource::CheckedRead final : RemoteRead {
    CheckedRead(LoadSource& of, runtime::Worker& on, Batch& part_of, std::size_t number,
                RemoteKey name, SteadyTime until)
        : RemoteRead(name, until),
          source(of),
          worker(on),
          batch(&part_of),
          asked(of.verifier_.asked(number, name, until, on.now())) {}

    void read_done(const RemoteAnswer& answer) override {
        if (starting) source.verifier_.problem("completed inside of start_read");
        if (++completions > 1) return source.verifier_.problem("completed twice");
        source.verifier_.answered(asked, answer, worker.now());
        Batch& mine = *std::exchange(batch, nullptr);
        if (answer.state == RemoteState::miss) mine.missed.push_back(asked.key);
        if (--mine.under_way == 0 && mine.waiting) mine.waiting.resume();
    }

    LoadSource& source;
    runtime::Worker& worker;
    Batch* batch;
    Verifier::Asked asked;
    unsigned completions = 0;
    bool starting = true;
};

RemoteKey LoadSource::key_of(std::size_t number, std::string& bytes) {
    bytes = "obj-" + std::to_string(number);
    if (number % 2 == 0) return {ValueKind::object, bytes};
    bytes.append(1, '\0').append("v7");
    return {ValueKind::versioned_object, bytes};
}

LoadSource::LoadSource(runtime::SimWorld& world, RemoteTier& tier, OriginModel& origin,
                       Verifier& verifier, LoadOptions options, std::uint64_t seed)
    : world_(world),
      tier_(tier),
      origin_(origin),
      verifier_(verifier),
      options_(options),
      random_(seed) {}

LoadSource::~LoadSource() = default;

void LoadSource::start() {
    for (unsigned worker = 0; worker < options_.workers; ++worker) {
        for (unsigned i = 0; i < options_.tasks_per_worker; ++i) {
            ++running_;
            world_.spawn(worker, run(world_.worker(worker), random_.next()));
        }
    }
}

void LoadSource::check_completions() {
    const auto open =
        std::ranges::count(reads_, 0U, [](const auto& read) { return read->completions; });
    if (open > 0) verifier_.problem(std::to_string(open) + " reads never completed");
}

Duration LoadSource::draw(Random& random, Duration least, Duration most) const {
    return least + Duration(static_cast<std::int64_t>(
                       random.below(static_cast<std::uint64_t>((most - least).count()) + 1)));
}

runtime::Task<> LoadSource::run(runtime::Worker& worker, std::uint64_t seed) {
    Random random(seed);
    while (!stopping_) {
        co_await sleep_for(worker, draw(random, Duration(0), options_.pause_max));
        if (random.chance(options_.writes_per_thousand, 1000)) {
            const std::size_t key = random.below(options_.keys) & ~std::size_t{1};
            co_await write(worker, key);
        } else {
            co_await read_batch(worker, random);
        }
    }
    --running_;
}

runtime::Task<> LoadSource::read_batch(runtime::Worker& worker, Random& random) {
    Batch batch;
    const auto count = static_cast<unsigned>(1 + random.below(options_.batch_max));
    batch.under_way = count;
    for (unsigned i = 0; i < count; ++i) {
        // Few keys are asked for often.
        const std::size_t key = random.below(1 + random.below(options_.keys));
        auto bytes = std::make_unique<std::string>();
        const RemoteKey name = key_of(key, *bytes);
        const SteadyTime deadline =
            worker.now() + draw(random, options_.deadline_min, options_.deadline_max);
        names_.push_back(std::move(bytes));
        reads_.push_back(std::make_unique<CheckedRead>(*this, worker, batch, key, name, deadline));
        CheckedRead& read = *reads_.back();
        tier_.start_read(worker, read);
        read.starting = false;
    }
    co_await batch;
    for (const std::size_t key : batch.missed) co_await load(worker, random, key);
}

runtime::Task<> LoadSource::load(runtime::Worker& worker, Random& random, std::size_t key) {
    if (!versioned(key)) {
        co_await load_leased(worker, random, key);
        co_return;
    }
    co_await sleep_for(worker, draw(random, milliseconds(1), milliseconds(10)));
    co_await store(worker, random, key, 0, 0);
}

runtime::Task<> LoadSource::load_leased(runtime::Worker& worker, Random& random, std::size_t key) {
    std::string bytes;
    const RemoteKey name = key_of(key, bytes);
    const LeaseAnswer lease =
        co_await tier_.take_lease(worker, name, worker.now() + milliseconds(200));
    if (lease.state == LeaseState::held) {
        ++verifier_.tally.leases_held;
        co_return;
    }
    if (lease.state == LeaseState::unavailable) {
        ++verifier_.tally.leases_unavailable;
        co_return;
    }
    ++verifier_.tally.leases_won;
    const std::uint64_t generation = origin_.read(key, lease.recently_invalidated, worker.now());
    if (random.chance(1, 20)) {
        // A long load, whose lease is renewed once; a lost lease is found out by the fill.
        co_await sleep_for(worker, milliseconds(1200));
        (void)co_await tier_.renew_lease(worker, name, lease.token);
        co_await sleep_for(worker, milliseconds(1200));
    } else {
        co_await sleep_for(worker, draw(random, milliseconds(1), milliseconds(30)));
    }
    if (random.chance(1, 30)) co_return;  // its process was killed
    if (random.chance(1, 30)) {
        tier_.release_lease(worker, name, lease.token);
        co_return;
    }
    co_await store(worker, random, key, generation, lease.token);
}

runtime::Task<> LoadSource::store(runtime::Worker& worker, Random& random, std::size_t key,
                                  std::uint64_t generation, LeaseToken lease) {
    std::string bytes;
    const RemoteKey name = key_of(key, bytes);
    const SteadyTime now = worker.now();
    RemoteFill fill;
    fill.value = OwnedValue::make(name.kind, name.bytes, body_of(name.bytes, generation),
                                  {.origin = now, .fresh_until = now + std::chrono::seconds(5)});
    fill.lease = lease;
    fill.only_if_absent = versioned(key);
    fill.keep_for = draw(random, options_.keep_min, options_.keep_max);
    const FillState state = co_await tier_.fill(worker, std::move(fill));
    Tally& tally = verifier_.tally;
    switch (state) {
        case FillState::stored:
            ++tally.fills_stored;
            break;
        case FillState::refused:
            ++tally.fills_refused;
            break;
        case FillState::paused:
            ++tally.fills_paused;
            break;
        case FillState::dropped:
        case FillState::shed:
            ++tally.fills_dropped;
            break;
    }
}

runtime::Task<> LoadSource::write(runtime::Worker& worker, std::size_t key) {
    std::string bytes;
    const RemoteKey name = key_of(key, bytes);
    const std::uint64_t generation = origin_.write(key, worker.now());
    const SteadyTime from = worker.now();
    const auto done =
        co_await tier_.invalidate(worker, name, worker.now() + std::chrono::seconds(3));
    if (done) {
        verifier_.invalidated(key, name, generation, from);
    } else {
        ++verifier_.tally.invalidations_failed;
    }
}

}  // namespace aside::lab
