// A worker: one thread running one event loop. Made by OsRuntime.
#pragma once

#include <atomic>
#include <optional>

#include "runtime/os/blocking_pool.h"
#include "runtime/os/event_loop.h"
#include "runtime/os/listener.h"
#include "runtime/os/tls_context.h"
#include "runtime/worker.h"

namespace aside::runtime {

class OsWorker;

// What the workers of one runtime share.
struct SharedState {
    SharedState(unsigned blocking_threads, std::size_t blocking_queue_limit)
        : blocking(blocking_threads, blocking_queue_limit) {}

    TlsContexts tls;  // before the pool, whose jobs use it
    OsBlockingPool blocking;
    ListenRegister listening;
    // Tasks that run and posts that wait, on all workers. Work moves between workers, so they end
    // together, when it is 0.
    std::atomic<std::int64_t> work = 0;
    std::atomic<bool> stopping = false;
    std::vector<OsWorker*> workers;  // constant once the runtime is made

    void work_begins() { work.fetch_add(1, std::memory_order_relaxed); }
    void work_ends();
};

class OsWorker final : public Worker {
  public:
    OsWorker(SharedState& shared, unsigned index, std::uint64_t seed,
             std::unique_ptr<EventLoop> loop);

    unsigned index() const override { return index_; }
    SteadyTime now() const override { return EventLoop::now(); }
    WallTime wall_now() const override;
    void put_clock_forward(Duration by) override;
    Random& random() override { return random_; }
    void post(Callback call) override;
    void spawn(Task<void> task) override;
    std::unique_ptr<Timer> make_timer(Callback fired) override;
    Result<std::unique_ptr<Listener>> listen(const Endpoint& endpoint) override;
    Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, SteadyTime deadline,
                                                  ConnectOptions options = {}) override;
    BlockingPool& blocking() override { return shared_.blocking; }

    EventLoop& loop() { return *loop_; }
    // The thread's body: until the runtime stops and no work is left, or `give_up_after` has passed
    // since.
    void run();
    void give_up_after(Duration span);

  private:
    SharedState& shared_;
    const unsigned index_;
    Random random_;
    std::unique_ptr<EventLoop> loop_;
    std::unique_ptr<Timer> last_call_;
    bool given_up_ = false;
};

}  // namespace aside::runtime
