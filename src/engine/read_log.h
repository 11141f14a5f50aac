// Who was asked for, as a trace for `aside plan --trace`: every read of an object whose name falls
// into a part of all names, by its hash. The same names in every process and after every start, so
// that the logs of a fleet can be read as one.
//
//   # sampled 0.0625
//   time_ms,key,size,op,ttl_s
//   1732639604123,6148914691236517205,512,r,120
//
// Keys are hashes: the log names nobody. Each `period` is a file of its own, reads-<unix ms>.csv,
// written whole or not at all; the oldest are removed. Thread rule: note() on any worker; made,
// started and stopped on one; stop() and then the end of the runtime's tasks before it is
// destroyed. Ownership: borrows the directory and the log. Limits: `file_max_bytes` a period; what
// is over is counted and left out. Errors: a file that cannot be written is told and counted;
// nothing else depends on it.
#pragma once

#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/value.h"
#include "engine/options.h"
#include "runtime/files.h"
#include "runtime/worker.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aside::engine {

struct ReadLogOptions {
    double part = 1.0 / 16;
    Duration period = std::chrono::minutes(1);
    std::size_t files = 60;
    std::size_t file_max_bytes = 8 << 20;
    FreshnessLimits objects;
};

class ReadLog {
  public:
    ReadLog(ReadLogOptions options, runtime::Directory& directory, telemetry::Registry& registry,
            telemetry::Logger* log);

    void note(runtime::Worker& worker, const Value& value);

    void start(runtime::Worker& worker);
    // What was noted since the last file is written by the caller's worker, if it still runs.
    void stop(runtime::Worker& worker);

  private:
    runtime::Task<> write(runtime::Worker& worker);
    Result<void> write_file(const std::string& name, const std::string& text);
    void tick(runtime::Worker& worker);

    const ReadLogOptions options_;
    const std::uint64_t highest_hash_;
    const std::uint64_t lifetime_s_;
    const std::string head_;
    runtime::Directory& directory_;
    telemetry::Logger* const log_;
    telemetry::Counter& written_;
    telemetry::Counter& write_failed_;
    telemetry::Counter& left_out_;
    std::unique_ptr<runtime::Timer> timer_;
    Mutex mutex_;
    std::string lines_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::engine
