// What makes a LoadRun run: when requests are due, which connection takes which, and how each ends.
//
// Of each target it keeps the connections and the requests that wait for one. For each that waits a
// connection is opened, as far as there may be more; whichever becomes free first takes it. A
// connection that cannot be opened is the fate of the request that has waited longest.
// Thread rule, ownership: see load_run.h.
#pragma once

#include <coroutine>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "lab/load/load_connection.h"
#include "lab/load/load_run.h"
#include "lab/load/request_text.h"

namespace aside::lab::load {

class LoadRun::Machine final : ConnectionOwner {
  public:
    Machine(runtime::Worker& worker, LoadSettings settings, ExchangeObserver& observer);

    void start();
    void stop();
    void abandon();
    runtime::Task<> ended();
    SteadyTime began() const { return began_; }
    const Counts& counts() const { return counts_; }
    std::size_t under_way() const { return book_.live(); }
    const std::string& connect_error() const { return connect_error_; }

  private:
    // Sent before what has come is read again, so that a burst does not hold up the answers.
    static constexpr unsigned kSendsAtOnce = 64;
    static constexpr unsigned kDialsAtOnce = 128;  // of one target: the backlog of many a listener
    // Flat out, a target that refuses connections is left alone for so long.
    static constexpr Duration kDialPause = std::chrono::milliseconds(100);

    struct Waiting {
        RequestId id;
        std::uint64_t number;  // another one's: that request has ended
    };
    struct Target {
        RequestText text;
        runtime::Endpoint endpoint;
        unsigned connections_max = 0;
        unsigned open = 0, dials = 0;
        std::size_t waits = 0;  // of `waiting`, those that still do
        std::deque<Waiting> waiting;
        // Connections without a request and with less than they may have; some may no longer be so.
        std::deque<LoadConnection*> idle, roomy;
        std::vector<LoadConnection*> spare;  // gone, to be used again
        std::unique_ptr<runtime::Timer> dial_again;
        bool paused = false, dialling = false;
    };
    struct EndAwaiter;

    // When requests are due (load_schedule.cpp).
    void draw_next();
    bool is_ours(std::uint64_t number, std::uint64_t key) const;
    void send_due();
    void become_due(std::uint64_t number, std::uint64_t key, SteadyTime due);
    bool cdn_lets_pass(std::uint64_t key, SteadyTime due);
    void schedule_ends();
    std::uint64_t next_flat_out(std::uint64_t& key);

    // What becomes of them (load_machine.cpp).
    void place(RequestId id, bool first = false);
    LoadConnection* take_free(Target& target);
    RequestId next_waiting(Target& target);
    void send(LoadConnection& connection, RequestId id);
    void give_work(LoadConnection& connection);
    void list(LoadConnection& connection);
    void watch_patience();
    void give_up_late();
    void time_out(RequestId id);
    void refuse(RequestId id);
    void end(RequestId id, Fate fate, const Answer& answer = {});
    void tell_cdn(const Exchange& exchange);

    // Connections (load_dials.cpp).
    bool wants_dial(const Target& target) const;
    void dial_as_wanted(unsigned target);
    runtime::Task<> dial(unsigned target);
    void dialled(unsigned target, Result<std::unique_ptr<runtime::Stream>> stream);
    void dial_failed(unsigned target);
    LoadConnection& spare_connection(Target& target);
    void close_all();
    void check_end();

    // ConnectionOwner
    void heard() override { now_ = worker_.now(); }
    void answered(LoadConnection& connection, RequestId request, const Answer& answer) override;
    void has_room(LoadConnection& connection) override;
    void broke(LoadConnection& connection, Fate fate) override;
    void gone(LoadConnection& connection) override;

    bool flat_out() const { return settings_.arrivals.flat_out; }

    runtime::Worker& worker_;
    LoadSettings settings_;
    ExchangeObserver& observer_;
    Random random_;
    Arrivals arrivals_;
    runtime::ConnectOptions connect_options_;

    SteadyTime began_{}, now_{};
    std::uint64_t number_ = 0;  // of the schedule's next request
    struct Next {
        std::uint64_t number, key;
        SteadyTime due;
    };
    std::optional<Next> next_;
    bool schedule_ended_ = false, closing_ = false, all_gone_ = false;

    RequestBook book_;
    // When those were due that wait for the answer to another one's fetch of their key.
    std::unordered_map<std::uint64_t, std::vector<SteadyTime>> behind_a_fetch_;
    std::vector<Target> targets_;
    std::vector<std::unique_ptr<LoadConnection>> connections_;
    std::unique_ptr<runtime::Timer> due_timer_, patience_timer_;
    bool patience_armed_ = false;
    Counts counts_;
    std::string connect_error_;
    std::vector<std::coroutine_handle<>> waiting_for_end_;
};

}  // namespace aside::lab::load
