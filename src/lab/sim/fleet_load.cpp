// The load on a simulated fleet: readers of items and objects, and writers, in every process.
#include <algorithm>

#include "lab/sim/engine_fleet.h"

namespace aside::lab {

using runtime::Task;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr unsigned kInvalidateTries = 5;
constexpr std::uint64_t kConstantsPerThousand = 60;
// Of reads that no stale value can save. Who waits for a lease that its holder lost leaves a load
// the origin's p95, which one load in twenty exceeds: these outlive any lease instead.
constexpr Duration kConstantDeadline = seconds(3);

Duration draw(Random& random, Duration least, Duration most) {
    return least + Duration(static_cast<Duration::rep>(
                       random.below(static_cast<std::uint64_t>((most - least).count()) + 1)));
}

// As a front door reads: L1 at once, or the long way.
Task<> ask(runtime::Worker& worker, engine::Engine& engine, bool item, std::string_view key,
           std::string_view version, Duration timeout, Answer& answer) {
    const ObjectQuery object{.key = key, .version = version, .deadline = worker.now() + timeout};
    const ItemQuery whole{.id = key, .deadline = worker.now() + timeout};
    bool answered = false;
    {
        const ReadSection section(engine.epochs(), worker.index());
        answered = item ? engine.try_item(worker, whole, answer)
                        : engine.try_object(worker, object, answer);
        if (answered) answer.keep();
    }
    if (!answered && item) co_await engine.item(worker, whole, answer);
    if (!answered && !item) co_await engine.object(worker, object, answer);
}

}  // namespace

void EngineFleet::start_load() {
    for (unsigned process = scenario_.idle; process < processes(); ++process) {
        for (unsigned i = 0; i < scenario_.load.tasks; ++i) {
            ++load_running_;
            const unsigned worker = i % scenario_.workers;
            this->process(process).spawn(worker, run_load(process, worker, random.next()));
        }
    }
}

void EngineFleet::stop_load() {
    load_stopping_ = true;
    if (!world.run_until([&] { return load_running_ == 0; }, seconds(60)))
        world.die("the load never ends");
}

Task<> EngineFleet::run_load(unsigned process, unsigned on, std::uint64_t seed) {
    Random random(seed);
    runtime::Worker& worker = this->process(process).worker(on);
    const FleetLoadOptions& load = scenario_.load;
    while (!load_stopping_) {
        co_await sleep_for(worker, draw(random, Duration(0), load.pause_max));
        // Few things are asked for often.
        const bool item = origin.items() > 0 && random.chance(1, 3);
        const std::size_t among = item ? origin.items() : origin.objects();
        const ThingNumber thing =
            (item ? origin.objects() : 0) + random.below(1 + random.below(among));
        if (random.chance(load.writes_per_thousand, 1000)) {
            co_await write(process, on, thing);
        } else if (random.chance(kConstantsPerThousand, 1000)) {
            co_await read_constant(process, on, random);
        } else {
            co_await read(process, on, thing, draw(random, load.deadline_min, load.deadline_max));
        }
    }
    --load_running_;
}

Task<> EngineFleet::read(unsigned process, unsigned on, ThingNumber thing, Duration timeout,
                         FleetRead* result) {
    runtime::Worker& worker = this->process(process).worker(on);
    // Judged by the world's time: a process's own may have stood still.
    const FleetJudge::Asked asked = judge.asked(thing, process, tier(process), world.now());
    const std::string key = origin.name_of(thing);
    Answer answer;
    co_await ask(worker, engine(process), origin.is_item(thing), key, {}, timeout, answer);
    judge.answered(asked, answer, world.now());
    if (result) *result = {answer.outcome, answer.from_origin > 0, answer.from_l2 > 0};
}

Task<> EngineFleet::read_and_count(unsigned process, unsigned on, ThingNumber thing,
                                   unsigned& left) {
    co_await read(process, on, thing, seconds(3));
    --left;
}

// What never was, and the first row of an item, which is always there.
Task<> EngineFleet::read_constant(unsigned process, unsigned on, Random& random) {
    runtime::Worker& worker = this->process(process).worker(on);
    Answer answer;
    if (origin.items() == 0 || random.chance(1, 2)) {
        const bool item = random.chance(1, 2);
        const std::string name = "never-" + std::to_string(random.below(5));
        co_await ask(worker, engine(process), item, name, {}, kConstantDeadline, answer);
        judge.answered_constant(name, {}, answer, worker.now());
        co_return;
    }
    const std::size_t number = random.below(origin.items());
    const std::string key = "row-" + std::to_string(number);
    co_await ask(worker, engine(process), false, key, "0", kConstantDeadline, answer);
    const std::string name = FleetOrigin::row_name(number, 0);
    judge.answered_constant(name, body_of(name, 0), answer, worker.now());
}

Task<> EngineFleet::write(unsigned process, unsigned on, ThingNumber thing) {
    if (writing_[thing]) co_return;
    writing_[thing] = true;
    ++judge.tally.writes;
    runtime::Worker& worker = this->process(process).worker(on);
    engine::Engine& with = engine(process);
    const std::string name = origin.name_of(thing);
    const std::uint64_t generation = origin.model().newest(thing) + 1;
    const SteadyTime written = worker.now();
    Result<TierReport> report = TierReport();
    if (origin.is_item(thing)) {
        report = co_await with.put_item(worker, name, origin.references(thing, generation));
    } else if (origin.exists(thing, generation)) {
        report = co_await with.put_object(worker, {name, {}}, body_of(name, generation));
    } else {
        report = co_await with.remove_object(worker, {name, {}});
    }
    for (unsigned i = 0; i < kInvalidateTries && report && !report->l2; ++i) {
        co_await sleep_for(worker, milliseconds(300));
        if (origin.is_item(thing)) {
            report = co_await with.invalidate_item(worker, name);
        } else {
            report = co_await with.invalidate_object(worker, {name, {}});
        }
    }
    if (!report) {
        judge.problem("a write failed: " + to_string(report.error()));
    } else if (report->l2 && report->l1) {
        judge.confirmed(thing, generation, written, worker.now());
    } else {
        ++judge.tally.unconfirmed;
    }
    writing_[thing] = false;
}

}  // namespace aside::lab
