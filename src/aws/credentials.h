// What a request to AWS is signed with, and who gives it. Thread rule: plain values; a source is
// asked on any worker, once at a time.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace aside::aws {

struct AwsCredentials {
    std::string access_key_id;
    Secret secret_access_key;
    Secret session_token;  // empty: none
    bool operator==(const AwsCredentials&) const = default;
};

struct FetchedCredentials {
    AwsCredentials credentials;
    // Steady, by the server's clock where it tells its time: that ours is wrong does no harm.
    SteadyTime expires = kNever;
};

class CredentialSource {
  public:
    virtual ~CredentialSource() = default;
    // For people: "environment", "profile dev", "EC2 instance".
    virtual std::string_view name() const = 0;
    // Errors: those of reaching the service, and denied, protocol, bad_input, not_found (a file).
    virtual runtime::Task<Result<FetchedCredentials>> fetch(runtime::Worker& worker,
                                                            SteadyTime deadline) = 0;
    // The process stood still up to now. Any thread.
    virtual void thawed(SteadyTime) {}
    // This worker's connections, for good.
    virtual void close(runtime::Worker&) {}
};

}  // namespace aside::aws
