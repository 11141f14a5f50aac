// Where a connection's password comes from. Asked at each dial, so that a rotated password or a
// fresh token is picked up without a restart.
//
// Thread rule: any worker. Errors: not_found, denied, io; the dial fails with them.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace aside {

struct Credentials {
    std::string user;  // empty: the server's default user
    std::string password;
    // When a session opened with them should be renewed; kNever: it lasts.
    SteadyTime renew_by = kNever;
};

class PasswordSource {
  public:
    virtual ~PasswordSource() = default;
    virtual runtime::Task<Result<Credentials>> credentials(runtime::Worker& worker) = 0;
    // The process stood still up to now. Any thread.
    virtual void thawed(SteadyTime) {}
};

}  // namespace aside
