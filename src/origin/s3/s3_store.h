// ObjectStore over a bucket of S3, or of what speaks its protocol: `s3://bucket/prefix?…`.
//
// A reference's version is S3's version id. A validator is S3's ETag, so that `not_modified` costs
// no body. S3 reads are consistent, whether that is asked for or not. Only NoSuchKey, by name, is
// absent; NoSuchBucket and refusals are errors, told to the log once a minute. Retries, hedges and
// timeouts are the guard's (engine/guard). Thread rule: any worker; close() on each. Ownership:
// borrows the provider, the registry and the log. Errors: those of engine/ports/origin.h; put of a
// reference with a version is unsupported, for S3 gives them out itself.
// Source: Amazon S3 API Reference, version 2006-03-01.
#pragma once

#include "aws/refusal_alarm.h"
#include "aws/signed_client.h"
#include "engine/ports/origin.h"
#include "origin/s3/bucket.h"
#include "origin/s3/replies.h"
#include "origin/s3/requests.h"
#include "telemetry/log.h"
#include "wire/s3_answers.h"

namespace aside::origin {

struct S3Options {
    Bucket bucket;
    http_client::ClientOptions http;  // where it is reached, and how many connections
    // Of a put and a remove, which are not asked with a deadline.
    Duration write_timeout = std::chrono::seconds(30);
};

class S3Store final : public ObjectStore {
  public:
    S3Store(S3Options options, unsigned workers, aws::CredentialProvider& credentials,
            telemetry::Registry& registry, telemetry::Logger* log);

    bool hedging_helps() const override { return true; }
    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                    std::string body) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, Reference reference) override;
    void thawed(SteadyTime now) override { client_.thawed(now); }
    void close(runtime::Worker& worker) override { client_.close(worker); }

    // Beyond the port, for `aside import` and `aside check`.
    // As load, without the body.
    runtime::Task<Result<LoadedObject>> head(runtime::Worker& worker, Reference reference,
                                             SteadyTime deadline);
    // conflict: if_absent, and it is there.
    runtime::Task<Result<void>> put_if(runtime::Worker& worker, std::string key, std::string body,
                                       PutCondition condition, SteadyTime deadline);
    // A page of the keys that begin with the bucket's prefix, which they are told without;
    // `continuation` as the last page said.
    runtime::Task<Result<wire::S3List>> list(runtime::Worker& worker, std::string continuation,
                                             SteadyTime deadline);

    const Bucket& bucket() const { return options_.bucket; }
    const http_client::ClientOptions& http() const { return options_.http; }
    const http_client::ClientMetrics& metrics() const { return client_.metrics(); }

  private:
    // What an answer that is no success means; tells the log of what a setting must mend.
    S3Failure failure_in(runtime::Worker& worker, const http_client::HttpAnswer& answer);

    const S3Options options_;  // before client_, which is made of it
    aws::RefusalAlarm alarm_;
    aws::SignedClient client_;
};

}  // namespace aside::origin
