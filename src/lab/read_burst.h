// Many reads of L2 started at once, and how and when each ended.
//
// Thread rule: started and asked from the client's own thread (not a worker's); reads end on worker
// 0. Ownership: must live until done(); borrows the client.
#pragma once

#include <atomic>
#include <deque>
#include <string>
#include <vector>

#include "lab/lab_client.h"

namespace aside::lab {

class ReadBurst {
  public:
    ReadBurst(LabClient& client, const std::vector<std::string>& keys, Duration patience);
    ~ReadBurst();  // waits for them
    ReadBurst(const ReadBurst&) = delete;

    bool done() const { return ended_.load(std::memory_order_acquire) == reads_.size(); }
    // Of those that ended. Each is told once; more would count twice.
    std::uint64_t ended() const { return told_.load(std::memory_order_relaxed); }
    std::uint64_t hits() const { return hits_.load(std::memory_order_relaxed); }
    std::uint64_t misses() const { return misses_.load(std::memory_order_relaxed); }
    SteadyTime last_end() const {
        return SteadyTime(Duration(last_end_ns_.load(std::memory_order_relaxed)));
    }

  private:
    struct One final : RemoteRead {
        One(ReadBurst& of, RemoteKey key, SteadyTime until) : RemoteRead(key, until), burst(of) {}
        ReadBurst& burst;
        bool over = false;
        void read_done(const RemoteAnswer& answer) override { burst.count(*this, answer); }
    };
    void count(One& one, const RemoteAnswer& answer);

    LabClient& client_;
    const std::vector<std::string> keys_;
    std::deque<One> reads_;
    std::atomic<std::uint64_t> ended_{0}, told_{0}, hits_{0}, misses_{0};
    std::atomic<std::int64_t> last_end_ns_{0};
};

}  // namespace aside::lab
