// The seam between Aside's logic and the world: time, chance, timers, tasks, messages between
// workers, connections, blocking calls. runtime/os implements it with threads and sockets,
// runtime/sim with virtual time from a seed. Nothing else in the project may read a clock, draw
// entropy, start a thread or open a socket.
//
// One worker is one thread with one event loop; it owns its connections, timers and tasks.
// Thread rule: everything is called on the worker's own thread, except post(), index(),
// put_clock_forward() and blocking(). Tests of logic run on a sim worker.
#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/callback.h"
#include "runtime/stream.h"
#include "runtime/task.h"

namespace aside::runtime {

// How a connection is secured. The files are looked at for each connection, so that what was
// rotated is picked up without a restart. The peer's certificate is always verified, and its name
// too.
struct TlsOptions {
    // To be verified, and sent (SNI) when it is no address; empty: the endpoint's host.
    std::string server_name;
    std::string ca_file;           // PEM; empty: the system's
    std::string certificate_file;  // of our own, where the peer asks for one
    std::string key_file;
};

struct ConnectOptions {
    std::shared_ptr<const TlsOptions> tls;  // null: plain
    // Data that the peer's kernel has not acknowledged for so long ends the connection, and so do
    // unanswered keepalive probes, of which the first is sent after keepalive_idle. 0: the
    // system's.
    Duration unacknowledged_max{};
    Duration keepalive_idle{};
};

// A timer that may be armed, re-armed and disarmed any number of times. Destroying it disarms it.
// After a stall of the loop, timers run only after every ready socket has been read once, so that a
// timer never judges a peer whose answer has already arrived.
class Timer {
  public:
    virtual ~Timer() = default;
    virtual void arm(SteadyTime when) = 0;  // replaces what was armed before
    virtual void disarm() = 0;
};

class BlockingPool;

class Worker {
  public:
    virtual ~Worker() = default;

    // 0, 1, 2… within its runtime; also this worker's slot in EpochDomain.
    virtual unsigned index() const = 0;

    virtual SteadyTime now() const = 0;
    virtual WallTime wall_now() const = 0;
    // The steady clock stood still while time passed, as that of a paused machine may: now it goes
    // on as if it had not, for all workers of the process. What fell due meanwhile is late. Any
    // thread.
    virtual void put_clock_forward(Duration by) = 0;
    virtual Random& random() = 0;

    // Runs `call` on this worker, later. From any thread. Never refused: whoever posts bounds what
    // it posts.
    virtual void post(Callback call) = 0;

    // Starts a task on this worker (call it there); it runs until its first suspension at once. The
    // runtime waits for spawned tasks at its end.
    virtual void spawn(Task<void> task) = 0;

    // `fired` is called on this worker each time the timer runs out.
    virtual std::unique_ptr<Timer> make_timer(Callback fired) = 0;

    // Listens on this worker. Several workers may listen on one endpoint and share its connections.
    // Errors: bad_input, denied, conflict (the address is in use).
    virtual Result<std::unique_ptr<Listener>> listen(const Endpoint& endpoint) = 0;
    // A name is looked up anew for each connection, and each of its addresses is tried. The
    // deadline covers the TLS handshake. Errors: refused, timed_out, not_found (no such name),
    // denied (the peer's certificate does not verify), protocol (no TLS there), bad_input
    // (unreadable files).
    virtual Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, SteadyTime deadline,
                                                          ConnectOptions options = {}) = 0;

    virtual BlockingPool& blocking() = 0;
};

// Suspends until `when`: co_await sleep_until(worker, when);
class SleepAwaiter {
  public:
    SleepAwaiter(Worker& worker, SteadyTime when) : worker_(worker), when_(when) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) {
        timer_ = worker_.make_timer([frame] { frame.resume(); });
        timer_->arm(when_);
    }
    void await_resume() const noexcept {}

  private:
    Worker& worker_;
    SteadyTime when_;
    std::unique_ptr<Timer> timer_;
};
inline SleepAwaiter sleep_until(Worker& worker, SteadyTime when) {
    return {worker, when};
}
inline SleepAwaiter sleep_for(Worker& worker, Duration span) {
    return {worker, worker.now() + span};
}

}  // namespace aside::runtime
