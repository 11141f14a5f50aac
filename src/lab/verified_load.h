// Reads at a steady rate through a LabClient's engine, each answer verified against what the origin
// would say.
//
// A request that fails, an answer with a wrong byte, an object that exists and is answered as
// absent: each is counted, and the first of them are kept with their reason. Thread rule: begin(),
// end() and the reports on the thread of the client; counting happens on its workers. Ownership:
// borrows the client; must have ended before it does.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "lab/lab_client.h"

namespace aside::lab {

struct LoadOptions {
    double per_second = 2000;
    std::uint64_t keys = 0;   // of the origin's objects; 0: all
    double absent_share = 0;  // of reads: of keys that do not exist
    Duration deadline = std::chrono::seconds(3);
    unsigned in_flight_max = 2000;  // more than that and reads are late; they are counted
    bool cancel_some = false;  // a tenth of the reads have deadlines of 0 to 5 ms; they may fail
    std::uint64_t seed = 1;
    // The objects whose latencies are reported; empty: all there are, and the absent.
    std::vector<bool> timed;
};

struct LoadReport {
    std::uint64_t requests = 0;
    std::uint64_t failed = 0;
    std::uint64_t wrong_bytes = 0;
    std::uint64_t false_absent = 0;  // false "not found"
    std::uint64_t old_bytes = 0;     // of a generation before the one of the last invalidation
    std::uint64_t late = 0;          // starts that in_flight_max put off
    std::uint64_t gave_up = 0;       // of reads with a deadline meant to be too short
    Duration p50{}, p99{}, max{};

    bool clean() const { return failed + wrong_bytes + false_absent + old_bytes == 0; }
};
std::string to_string(const LoadReport& report);

class VerifiedLoad {
  public:
    VerifiedLoad(LabClient& client, LoadOptions options);
    ~VerifiedLoad();  // ends it
    VerifiedLoad(const VerifiedLoad&) = delete;

    void begin();
    void end();  // and waits for the reads under way

    LoadReport report();
    // Latencies from here on are of a phase of its own (at most kPhasesMax); counts go on.
    void next_phase();
    // What went wrong first, for people.
    std::vector<std::string> troubles();

    // From now on reads that begin must answer this generation or a later one.
    void expect_generation(std::uint64_t object, std::uint64_t generation) {
        floors_[object].store(static_cast<std::uint32_t>(generation), std::memory_order_release);
    }

    static constexpr unsigned kPhasesMax = 8;

  private:
    struct Counts {
        std::atomic<std::uint64_t> requests{0}, failed{0}, wrong_bytes{0}, false_absent{0},
            old_bytes{0}, late{0}, gave_up{0};
    };

    runtime::Task<> pace(runtime::Worker& worker);
    runtime::Task<> read_one(runtime::Worker& worker, std::uint64_t number, Duration patience);
    bool times(std::uint64_t number) const;
    void note_latency(const runtime::Worker& worker, Duration took);
    void judge(const LabClient::Read& read, std::uint64_t number, std::uint64_t floor,
               bool may_give_up);
    void trouble(std::string text);

    LabClient& client_;
    const LoadOptions options_;
    const std::uint64_t keys_;
    std::vector<std::atomic<std::uint32_t>> floors_;
    Counts counts_;
    std::array<telemetry::Histogram*, kPhasesMax> latencies_{};
    std::atomic<unsigned> phase_{0};
    std::atomic<std::int64_t> max_ns_{0};
    std::atomic<unsigned> in_flight_{0};
    std::atomic<bool> running_{false};
    std::atomic<unsigned> pacing_{0};
    Mutex mutex_;
    std::vector<std::string> troubles_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::lab
