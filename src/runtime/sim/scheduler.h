// Virtual time and the one queue of everything that is going to happen in a simulated world.
//
// Time stands still while an event runs and jumps to the next event's time after it. Events due at
// the same time run in an order drawn from the seed. Every event folds into `trace_hash`, so that
// two runs can be compared. Thread rule: one thread. Ownership: owns the events; those not run are
// destroyed with it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "runtime/callback.h"

namespace aside::runtime {

// On whose thread an event runs: a worker's index, or one of these.
inline constexpr int kOutside = -1;     // no event is running: the test itself
inline constexpr int kNetwork = -2;     // the wires; never runs a worker's code
inline constexpr int kPoolThread = -3;  // a blocking call

enum class EventKind : std::uint8_t { post, timer, blocking, network, io };

// A word that can be taken back: an event whose ticket is not current any more is dropped without
// running.
class Ticket {
  public:
    void revoke() { ++*current_; }
    bool valid() const { return *current_ == issued_; }
    Ticket copy() const {
        Ticket ticket = *this;
        ticket.issued_ = *current_;
        return ticket;
    }

  private:
    std::shared_ptr<std::uint64_t> current_ = std::make_shared<std::uint64_t>(0);
    std::uint64_t issued_ = 0;
};

class Scheduler {
  public:
    explicit Scheduler(std::uint64_t seed) : random_(seed) {}

    SteadyTime now() const { return now_; }
    int context() const { return context_; }
    std::uint64_t events_run() const { return events_run_; }
    std::uint64_t trace_hash() const { return trace_hash_; }

    void at(SteadyTime when, int context, EventKind kind, Callback call);
    void at(SteadyTime when, int context, EventKind kind, Callback call, const Ticket& ticket);

    // When the next event is due; kNever when there is none.
    SteadyTime next_due();
    // Runs the next event. There must be one.
    void step();
    // Lets time pass up to `when`, at which nothing earlier may be due.
    void advance_to(SteadyTime when);
    // Time passes while nothing runs. What fell due meanwhile is late: it runs now, timers last.
    void stall(Duration span);

    // The threads of one process.
    struct Threads {
        int first, end;
        bool has(int context) const { return first <= context && context < end; }
    };
    // What runs on these waits, while time passes for all others…
    void hold(Threads threads);
    // …until now: what fell due meanwhile is late. Their clock `stood` still: timers have so much
    // of their time left still.
    void let_go(Threads threads, Duration stood);
    void shift_timers(Threads threads, Duration by);
    // Destroys what has not run, and what that schedules in turn.
    void drop_all();

  private:
    struct Event {
        SteadyTime due;
        bool late_timer;
        std::uint64_t tie;  // random: the order among those due together
        std::uint64_t number;
        int context;
        EventKind kind;
        bool has_ticket;
        Ticket ticket;
        Callback call;
    };
    static bool later(const Event& a, const Event& b);
    void push(Event event);
    Event pop();
    bool held(int context) const;
    void shift_timer(Event& event, Duration by) const;

    SteadyTime now_{};
    int context_ = kOutside;
    Random random_;
    std::vector<Event> heap_;
    std::vector<Threads> held_threads_;
    std::vector<Event> held_;  // fell due on those
    std::uint64_t next_number_ = 0;
    std::uint64_t events_run_ = 0;
    std::uint64_t trace_hash_ = 0;
};

}  // namespace aside::runtime
