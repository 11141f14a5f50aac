// The origin's connections on one worker: has their requests answered, tells the log.
//
// Thread rule: its worker; counts from any thread. Ownership: borrows what it is given; close() and
// the end of its tasks before it ends.
#pragma once

#include "lab/http/http_server.h"
#include "lab/origin/bucket_service.h"
#include "lab/origin/load_log.h"
#include "lab/origin/table_service.h"

namespace aside::lab {

class OriginHost final : HttpService {
  public:
    OriginHost(runtime::Worker& worker, BucketService& bucket, TableService& table, LoadLog& log)
        : worker_(worker), bucket_(bucket), table_(table), log_(log), server_(worker, *this) {}

    // Port 0: a free one. Gives the place really taken. Errors: of listening.
    Result<runtime::Endpoint> listen(const runtime::Endpoint& endpoint) {
        return server_.listen(endpoint);
    }
    // The port refuses, every connection is closed. It may listen again.
    void close() { server_.close(); }

    std::uint64_t accepted() const { return server_.accepted(); }

  private:
    runtime::Task<bool> answer(runtime::Stream& stream, RequestReader& reader) override;

    runtime::Worker& worker_;
    BucketService& bucket_;
    TableService& table_;
    LoadLog& log_;
    HttpServer server_;
};

}  // namespace aside::lab
