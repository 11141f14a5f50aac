#include "runtime/when_all.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::runtime {
namespace {

using std::chrono::milliseconds;

Task<> sleep_and_note(Worker& worker, Duration span, std::vector<int>& ended, int name) {
    co_await sleep_for(worker, span);
    ended.push_back(name);
}

Task<> note_at_once(std::vector<int>& ended, int name) {
    ended.push_back(name);
    co_return;
}

// Notes in its destructor: a frame's arguments live as long as the frame.
struct Witness {
    std::vector<int>* gone;
    explicit Witness(std::vector<int>& list) : gone(&list) {}
    Witness(Witness&& other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
    ~Witness() {
        if (gone != nullptr) gone->push_back(1);
    }
};
Task<> hold(Worker& worker, Witness witness) {
    co_await sleep_for(worker, milliseconds(1));
    (void)witness;
}

Task<Duration> three_at_once(Worker& worker, std::vector<int>& ended) {
    const SteadyTime begun = worker.now();
    std::vector<Task<>> tasks;
    tasks.push_back(sleep_and_note(worker, milliseconds(30), ended, 30));
    tasks.push_back(sleep_and_note(worker, milliseconds(10), ended, 10));
    tasks.push_back(note_at_once(ended, 0));
    tasks.push_back(sleep_and_note(worker, milliseconds(20), ended, 20));
    co_await when_all(worker, std::move(tasks));
    co_return worker.now() - begun;
}

TEST(WhenAll, TakesAsLongAsTheSlowest) {
    SimWorld world;
    std::vector<int> ended;
    EXPECT_EQ(world.run(three_at_once(world.worker(0), ended)), milliseconds(30));
    EXPECT_EQ(ended, (std::vector<int>{0, 10, 20, 30}));
}

Task<> none_and_ready(Worker& worker, std::vector<int>& ended) {
    co_await when_all(worker, {});
    std::vector<Task<>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(note_at_once(ended, i));
    co_await when_all(worker, std::move(tasks));
}

TEST(WhenAll, EndsAtOnceWithNothingToWaitFor) {
    SimWorld world;
    std::vector<int> ended;
    world.run(none_and_ready(world.worker(0), ended));
    EXPECT_EQ(ended, (std::vector<int>{0, 1, 2}));
    EXPECT_EQ(world.now(), SteadyTime());
}

Task<std::size_t> frames_gone(Worker& worker) {
    std::vector<int> gone;
    std::vector<Task<>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(hold(worker, Witness(gone)));
    co_await when_all(worker, std::move(tasks));
    co_return gone.size();
}

TEST(WhenAll, EveryFrameIsGoneBeforeItEnds) {
    SimWorld world;
    EXPECT_EQ(world.run(frames_gone(world.worker(0))), 5U);
}

}  // namespace
}  // namespace aside::runtime
