// Asks running servers what they know of their load, by their admin ports.
//
// Thread rule: asks on a runtime of its own and blocks. Errors: bad_input for a URL or an answer
// that is none of Aside's; unsupported for a server that makes no curve; those of the call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/bench_url.h"
#include "cli/server_load.h"
#include "runtime/os/runtime.h"

namespace aside::cli {

class PlanServers {
  public:
    static Result<PlanServers> open(const std::vector<std::string>& urls, std::string token);

    // At all of them.
    Result<std::vector<ServerLook>> look();
    std::size_t count() const { return urls_.size(); }
    void wait(Duration span);
    SteadyTime now();

  private:
    Result<std::string> get(const BenchUrl& url, std::string_view target);

    std::vector<BenchUrl> urls_;
    std::string token_;
    std::unique_ptr<runtime::OsRuntime> runtime_;
};

}  // namespace aside::cli
