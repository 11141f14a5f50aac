// Index over a table of DynamoDB, or of what speaks its protocol: `dynamodb://table?…`.
//
// Loads of one turn of a worker's loop share one BatchGetItem, those that must be consistent one of
// their own; what comes back as unprocessed is asked for again with backoff, within each load's
// deadline (batch_reads.h). In the rows layout a load is a Query, page by page (row_reads.h). Puts
// and removes of one turn share a BatchWriteItem likewise (batch_writes.h), and are sent again
// while there is no capacity for them. Retries of loads that failed, hedges and timeouts are the
// guard's (engine/guard). Ids that no table can hold are bad_input. Thread rule: any worker;
// close() on each. Ownership: borrows the provider, the registry and the log. Errors: those of
// engine/ports/origin.h.
// Source: Amazon DynamoDB API Reference, version 2012-08-10.
#pragma once

#include <memory>
#include <vector>

#include "engine/ports/origin.h"
#include "origin/dynamodb/replies.h"
#include "origin/dynamodb/table_client.h"
#include "origin/dynamodb/table_layout.h"

namespace aside::origin {

struct DynamodbOptions {
    TableLayout layout;
    std::string region;
    std::string host;                // as the Host field says it
    bool always_consistent = false;  // else only after an invalidation
    std::size_t max_references = 1000;
    http_client::ClientOptions http;  // where it is reached, and how many connections
};

class DynamodbStore final : public Index {
  public:
    DynamodbStore(DynamodbOptions options, unsigned workers, aws::CredentialProvider& credentials,
                  telemetry::Registry& registry, telemetry::Logger* log);
    ~DynamodbStore() override;

    bool hedging_helps() const override { return true; }
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                    std::vector<Reference> references) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, std::string id) override;
    void thawed(SteadyTime now) override { client_.thawed(now); }
    void close(runtime::Worker& worker) override;

    // Beyond the port, for `aside check` and the start: are the table's keys what the layout says?
    runtime::Task<Result<TableKeys>> describe(runtime::Worker& worker, SteadyTime deadline);

    const TableLayout& layout() const { return options_.layout; }
    const std::string& region() const { return options_.region; }
    const http_client::ClientOptions& http() const { return options_.http; }
    const http_client::ClientMetrics& metrics() const { return client_.metrics(); }

  private:
    struct OfWorker;
    OfWorker& of(runtime::Worker& worker);

    const DynamodbOptions options_;
    TableClient client_;
    std::vector<std::unique_ptr<OfWorker>> of_workers_;  // made by each one's first call
};

}  // namespace aside::origin
