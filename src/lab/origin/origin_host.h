// The origin's connections on one worker: accepts them, has their requests answered, tells the log.
//
// Thread rule: its worker; counts from any thread. Ownership: borrows what it is given; close() and
// the end of its tasks before it ends.
#pragma once

#include <atomic>
#include <memory>
#include <unordered_set>

#include "lab/origin/bucket_service.h"
#include "lab/origin/load_log.h"
#include "lab/origin/table_service.h"
#include "runtime/worker.h"

namespace aside::lab {

class RequestReader;

class OriginHost {
  public:
    static constexpr std::size_t kMostConnections = 10'000;  // more are closed at once

    OriginHost(runtime::Worker& worker, BucketService& bucket, TableService& table, LoadLog& log)
        : worker_(worker), bucket_(bucket), table_(table), log_(log) {}
    OriginHost(const OriginHost&) = delete;

    // Port 0: a free one. Gives the place really taken. Errors: of listening.
    Result<runtime::Endpoint> listen(const runtime::Endpoint& endpoint);
    // The port refuses, every connection is closed. It may listen again.
    void close();

    std::uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }

  private:
    runtime::Task<> accept(runtime::Listener& listener);
    runtime::Task<> serve(std::unique_ptr<runtime::Stream> stream);
    // False: it was the connection's last.
    runtime::Task<bool> answer(runtime::Stream& stream, RequestReader& reader);

    runtime::Worker& worker_;
    BucketService& bucket_;
    TableService& table_;
    LoadLog& log_;
    std::unique_ptr<runtime::Listener> listener_;
    std::uint64_t life_ = 0;  // between a listen and its close
    std::unordered_set<runtime::Stream*> streams_;
    std::atomic<std::uint64_t> accepted_{0};
};

}  // namespace aside::lab
