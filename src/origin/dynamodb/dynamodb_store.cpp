#include "origin/dynamodb/dynamodb_store.h"

#include <utility>

#include "origin/dynamodb/batch_reads.h"
#include "origin/dynamodb/batch_writes.h"
#include "origin/dynamodb/item_limits.h"
#include "origin/dynamodb/requests.h"
#include "origin/dynamodb/row_reads.h"

namespace aside::origin {

using runtime::Task;
using runtime::Worker;

struct DynamodbStore::OfWorker {
    BatchReads reads;
    BatchWrites writes;
};

DynamodbStore::DynamodbStore(DynamodbOptions options, unsigned workers,
                             aws::CredentialProvider& credentials, telemetry::Registry& registry,
                             telemetry::Logger* log)
    : options_(std::move(options)),
      client_({.table = options_.layout.table,
               .host = options_.host,
               .region = options_.region,
               .http = options_.http},
              workers, credentials, registry, log),
      of_workers_(workers) {}

DynamodbStore::~DynamodbStore() = default;

DynamodbStore::OfWorker& DynamodbStore::of(Worker& worker) {
    auto& own = of_workers_[worker.index()];
    if (!own) {
        own.reset(
            new OfWorker{BatchReads(worker, client_, options_.layout, options_.max_references),
                         BatchWrites(worker, client_, options_.layout)});
    }
    return *own;
}

Task<Result<LoadedIndex>> DynamodbStore::load(Worker& worker, std::string id, LoadRequest request) {
    const auto possible = check_id(id);
    if (!possible) co_return fail(possible.error());
    request.consistent = request.consistent || options_.always_consistent;
    if (options_.layout.rows()) {
        auto loaded = co_await load_rows(worker, client_, options_.layout, std::move(id),
                                         std::move(request), options_.max_references);
        co_return loaded;
    }
    auto loaded = co_await of(worker).reads.load(std::move(id), std::move(request));
    co_return loaded;
}

Task<Result<void>> DynamodbStore::put(Worker& worker, std::string id,
                                      std::vector<Reference> references) {
    const auto possible = check_id(id);
    if (!possible) co_return fail(possible.error());
    const auto fits = check_references(options_.layout, id, references);
    if (!fits) co_return fail(fits.error());
    auto written = co_await of(worker).writes.write(std::move(id), std::move(references));
    co_return written;
}

Task<Result<void>> DynamodbStore::remove(Worker& worker, std::string id) {
    const auto possible = check_id(id);
    if (!possible) co_return fail(possible.error());
    auto removed = co_await of(worker).writes.write(std::move(id), std::nullopt);
    co_return removed;
}

// What is under way ends first, so that nobody who naps is woken to ask once more.
void DynamodbStore::close(Worker& worker) {
    client_.close(worker);
    OfWorker& own = of(worker);
    own.reads.close();
    own.writes.close();
}

Task<Result<TableKeys>> DynamodbStore::describe(Worker& worker, SteadyTime deadline) {
    TableClient::Operation operation{.name = "DescribeTable",
                                     .body = describe_table_request(options_.layout),
                                     .deadline = deadline,
                                     .limits = {}};
    const auto json = co_await client_.ask(worker, std::move(operation));
    if (!json) co_return fail(json.error());
    co_return read_describe_table(*json);
}

}  // namespace aside::origin
