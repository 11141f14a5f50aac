// The Redis client alone: reads of L2 kept in flight over known keys on one worker, without engine
// and without HTTP, to compare with redis-benchmark and with other clients.
//
// Thread rule: blocks; not on a worker's thread. Errors: unsupported endpoints, and timed_out when
// L2 does not answer in the beginning.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/worker.h"

namespace aside::lab {

struct ClientLoadOptions {
    std::vector<runtime::Endpoint> seeds;
    std::shared_ptr<const runtime::TlsOptions> tls;
    std::string user, password;  // both empty: none
    std::uint64_t keys = 100'000;
    unsigned in_flight = 320;
    Duration span = std::chrono::seconds(5);
    std::size_t value_bytes = 1024;
    bool fill = false;  // store the values first
};

struct ClientLoadReport {
    std::uint64_t reads = 0, hits = 0, misses = 0, unknown = 0, wrong = 0;
    std::uint64_t filled = 0;
    double seconds = 0, cpu_seconds = 0;  // CPU of this process while it read
};
std::string to_json(const ClientLoadReport& report);

Result<ClientLoadReport> run_client_load(const ClientLoadOptions& options);

}  // namespace aside::lab
