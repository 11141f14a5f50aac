// IAM instead of a password: the token that ElastiCache and MemoryDB take as the password of an IAM
// user.
//
// It is a presigned request for "connect", without its scheme, that is never sent over HTTP; it
// opens sessions for 15 minutes, and a session it opened ends after 12 hours unless it is renewed
// by a fresh one. Making one is arithmetic, so each dial gets its own. Thread rule: any worker.
// Ownership: borrows the provider. Errors: the provider's. Source: Amazon ElastiCache User Guide,
// "Authenticating with IAM"; Amazon MemoryDB Developer Guide, the same.
#pragma once

#include <string>

#include "aws/credential_provider.h"
#include "engine/ports/password_source.h"

namespace aside::aws {

enum class TokenFor : std::uint8_t { elasticache, elasticache_serverless, memorydb };

struct TokenSubject {
    TokenFor service = TokenFor::elasticache;
    std::string name;  // of the replication group, serverless cache or cluster; in lower case
    std::string user;  // its id, which is its name too
    std::string region;
};

// Holds for 15 minutes from `at`.
std::string make_iam_token(const TokenSubject& subject, const AwsCredentials& credentials,
                           WallTime at);

class IamPasswordSource final : public PasswordSource {
  public:
    IamPasswordSource(TokenSubject subject, CredentialProvider& provider)
        : subject_(std::move(subject)), provider_(provider) {}
    runtime::Task<Result<Credentials>> credentials(runtime::Worker& worker) override;
    void thawed(SteadyTime now) override { provider_.thawed(now); }

  private:
    const TokenSubject subject_;
    CredentialProvider& provider_;
};

}  // namespace aside::aws
