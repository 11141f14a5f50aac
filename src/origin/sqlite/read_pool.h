// Connections for reading: one for each read in progress, kept open between reads.
//
// How many there can be is bounded by the threads of the pool for blocking calls, which are the
// only ones to take one. A connection is dropped after an error that may be its own or its file's,
// and when its file is no longer the one at the path; the next read opens a new one and so sees
// when the cause has gone. Thread rule: any thread; blocking.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "origin/sqlite/connection.h"

namespace aside::origin {

// After these the connection is as good as before.
bool leaves_connection_usable(Errc code);

class ReadPool {
  public:
    explicit ReadPool(std::string path) : path_(std::move(path)) {}

    // Calls `read(connection)`, which returns a Result.
    template <class Read>
    std::invoke_result_t<Read&, Connection&> use(Duration busy_wait, Read read) {
        auto connection = take();
        if (!connection) return fail(std::move(connection.error()));
        (*connection)->set_busy_wait(busy_wait);
        auto result = read(**connection);
        if (result || leaves_connection_usable(result.error().code))
            give_back(std::move(*connection));
        return result;
    }

    std::size_t idle() const ASIDE_EXCLUDES(mutex_);

  private:
    Result<std::unique_ptr<Connection>> take() ASIDE_EXCLUDES(mutex_);
    void give_back(std::unique_ptr<Connection> connection) ASIDE_EXCLUDES(mutex_);

    const std::string path_;
    mutable Mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::origin
