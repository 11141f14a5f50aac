// Many ask for one thing at once, or for things nobody asked for before.
#include "lab/trials/drills.h"
#include "lab/trials/trial.h"

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

constexpr PhaseLengths kQuick{1s, 3s, 2s}, kFull{10s, 12s, 12s};
constexpr unsigned kCrowd = 10'000, kCrowdQuick = 2000;
constexpr Duration kCrowdWithin = 50ms;
constexpr double kQuietShare = 1.0 / 20;
constexpr Duration kRise = 1s;
// A hedge is a second load on purpose, of one load in twenty: it would be counted.
constexpr std::string_view kUnhedged = "--origin-hedge-share=0";

// An object that no item names, so that nobody else asks for it.
std::uint32_t object_apart(const Dataset& data) {
    std::vector<bool> named(data.options().objects);
    for (std::uint32_t item = 0; item < data.options().items; ++item) {
        for (const std::uint32_t object : data.references(item)) named[object] = true;
    }
    std::uint32_t object = 0;
    while (object + 1 < named.size() && named[object]) ++object;
    return object;
}

class OneKey final : public load::KeyChoice {
  public:
    explicit OneKey(std::uint64_t key) : key_(key) {}
    std::uint64_t next(Random&) override { return key_; }

  private:
    const std::uint64_t key_;
};

void crowd_asks(Trial& trial, std::uint32_t object) {
    const unsigned crowd = trial.quick() ? kCrowdQuick : kCrowd;
    const double per_second = crowd / std::chrono::duration<double>(kCrowdWithin).count();
    trial.start_second_load(load::steady(per_second, kCrowdWithin),
                            std::make_unique<OneKey>(object), crowd, Asked::objects);
}

void ask_for_a_cold_key(Trial& trial) {
    const std::uint32_t object = object_apart(trial.data());
    trial.remove_from_l2(object);
    crowd_asks(trial, object);
}

void ask_for_an_invalidated_key(Trial& trial) {
    const std::uint32_t object = object_apart(trial.data());
    trial.write_and_invalidate(object);
    crowd_asks(trial, object);
}

void look_at_crowd(Trial& trial) {
    const std::uint64_t asked = trial.await_second_load();
    trial.fact("requests of the crowd", std::to_string(asked));
    trial.prove(asked > 0, "the crowd asked");
}

void quiet(Workload& workload) {
    workload.per_second *= kQuietShare;
}

// Other items are hot from now on.
void burst(Trial& trial) {
    const Workload& workload = trial.workload();
    const double quiet_rate = workload.per_second, full_rate = quiet_rate / kQuietShare;
    const Duration hold = trial.quick() ? 2s : 9s;
    trial.start_second_load({.pieces = {{0, full_rate - quiet_rate, kRise},
                                        {full_rate - quiet_rate, full_rate - quiet_rate, hold}}},
                            load::zipf_keys(workload.data.items, workload.zipf, workload.seed + 1),
                            workload.connections, Asked::items);
}

}  // namespace

std::vector<TrialDrill> crowd_drills() {
    return {
        {.name = "stampede-cold",
         .fault = "10,000 clients ask for one cold key (2,000 in quick runs)",
         .expectation = "one load of it",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = ask_for_a_cold_key,
         .end_fault = look_at_crowd,
         .expect = {.one_load_of_each = true},
         .aside_has = kUnhedged},
        {.name = "stampede-invalidated",
         .fault = "10,000 clients ask for a key that was just written and invalidated",
         .expectation = "one load of it, and nobody is answered with what it was before",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = ask_for_an_invalidated_key,
         .end_fault = look_at_crowd,
         .expect = {.one_load_of_each = true},
         .aside_has = kUnhedged},
        {.name = "burst",
         .fault = "within a second twenty times as many requests, for new hot keys",
         .expectation = "no error; the origin's limit holds",
         .quick = kQuick,
         .full = kFull,
         .begin_fault = burst,
         .end_fault = look_at_crowd,
         .expect = {.shows_in_article = false},
         .shape = quiet,
         .at_highest_rate = true},
    };
}

}  // namespace aside::lab::trials
