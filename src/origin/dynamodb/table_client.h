// Asks operations of one table: signed requests, answers checked and errors understood.
//
// What needs somebody to change a setting (no such table, no permission, keys of another name) is
// told loudly, once a minute, and like every error says nothing about an item. Thread rule: from
// any worker; close() on each. Ownership: borrows what it is given. Errors: those of failures.h and
// of aws::SignedClient::send.
#pragma once

#include <string>
#include <string_view>

#include "aws/refusal_alarm.h"
#include "aws/signed_client.h"

namespace aside::origin {

struct TableClientOptions {
    std::string table;  // for the log
    std::string host;   // as the Host field says it
    std::string region;
    http_client::ClientOptions http;
};

class TableClient {
  public:
    TableClient(TableClientOptions options, unsigned workers, aws::CredentialProvider& credentials,
                telemetry::Registry& registry, telemetry::Logger* log);

    struct Operation {
        std::string_view name;  // "GetItem"; a literal. Each of those asked here may be repeated.
        std::string body;
        SteadyTime deadline = kNever;
        wire::ResponseLimits limits;
    };
    // The answer's JSON.
    runtime::Task<Result<std::string>> ask(runtime::Worker& worker, Operation operation);

    void thawed(SteadyTime now) { client_.thawed(now); }
    void close(runtime::Worker& worker) { client_.close(worker); }
    const http_client::ClientMetrics& metrics() const { return client_.metrics(); }

  private:
    const std::string host_;
    aws::RefusalAlarm alarm_;
    aws::SignedClient client_;
};

}  // namespace aside::origin
