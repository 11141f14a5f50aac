// Has each store over the network answered yet? What /readyz says of them.
//
// Such a store is opened without being asked anything, so that a process starts also while it is
// down or not yet there. Here each is asked for a name that hardly exists until it has answered
// once, and then never again: an origin that fails later is the guard's affair, and a process that
// has values in its caches is better left in service. A failure that passes by itself (out of
// reach, throttling) does not count where L2 may answer meanwhile; one that does not (no such
// table, no permission) always does.
//
// Thread rule: made on one thread; start() and stop() on one worker, and the end of the runtime's
// tasks before it is destroyed; the rest from any thread. Ownership: borrows stores and log.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "cli/stores.h"
#include "telemetry/log.h"

namespace aside::cli {

struct OriginProbeOptions {
    bool index = false, objects = false;  // which are to be asked
    bool have_l2 = false;
    Duration timeout = std::chrono::seconds(5);
    Duration first_pause = std::chrono::seconds(1);  // doubles with each round
    Duration longest_pause = std::chrono::seconds(10);
};

class OriginProbe {
  public:
    OriginProbe(OriginProbeOptions options, const Stores& stores, telemetry::Logger* log);

    void start(runtime::Worker& worker);
    void stop();

    // "index: denied, objects: no answer yet"; empty: ready.
    std::string unready() const;
    // What each said last, as JSON object members without the braces; empty: none is asked.
    std::string facts() const;

  private:
    struct Asked {
        const std::string_view name;
        // Under the mutex.
        bool settled = false;        // it has answered, or is not to be asked
        std::optional<Error> error;  // the last one
    };
    runtime::Task<> round(runtime::Worker& worker);
    runtime::Task<> ask_index(runtime::Worker& worker);
    runtime::Task<> ask_objects(runtime::Worker& worker);
    void keep(Asked& asked, const Error* error);
    bool is_settled(const Asked& asked) const;

    const OriginProbeOptions options_;
    const Stores& stores_;
    telemetry::Logger* const log_;  // may be null
    mutable Mutex mutex_;
    Asked index_{"index"};
    Asked objects_{"objects"};
    // The worker's.
    std::unique_ptr<runtime::Timer> timer_;
    std::uint32_t rounds_ = 0;
    bool stopped_ = false;
};

}  // namespace aside::cli
