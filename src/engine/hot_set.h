// Keeps the hot set in a file, and warms a cache that starts cold with it: this process's own, or
// an L2 that came back empty.
//
// The set is written every `period`, whole or not at all, so a process that is killed loses a
// minute of it. Warming goes hottest first, `in_flight` keys at a time, each as a flight of the
// lowest priority: what L2 holds comes from there, the rest from the origin within its limits,
// after everybody who waits for an answer. Thread rule: made, started and stopped on one worker;
// stop() and then the end of the runtime's tasks before it is destroyed. Ownership: borrows engine,
// directory and log. Errors: a file that cannot be read or written is told and counted; nothing
// else depends on it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/hot_set_text.h"
#include "runtime/files.h"
#include "runtime/worker.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aside::engine {

class Engine;

struct HotSetOptions {
    std::size_t keys = 10'000;
    Duration period = std::chrono::minutes(1);
    std::uint32_t in_flight = 16;
    std::uint64_t file_max_bytes = 64ULL << 20;
};

class HotSet {
  public:
    HotSet(HotSetOptions options, Engine& engine, runtime::Directory& directory, std::string name,
           telemetry::Registry& registry, telemetry::Logger* log);

    // Reads the file, warms with it, and writes it from then on.
    void start(runtime::Worker& worker);
    void stop();

  private:
    runtime::Task<> begin(runtime::Worker& worker);
    runtime::Task<> write(runtime::Worker& worker);
    void tick(runtime::Worker& worker);
    void tell(std::string_view event, const Error& error);

    const HotSetOptions options_;
    Engine& engine_;
    runtime::Directory& directory_;
    const std::string name_;
    telemetry::Logger* const log_;
    telemetry::Counter& written_;
    telemetry::Counter& write_failed_;
    std::unique_ptr<runtime::Timer> timer_;
    SteadyTime write_at_{};
    bool stopped_ = false;
};

}  // namespace aside::engine
