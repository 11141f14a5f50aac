// The loads of one worker, list layout: those of one turn of its loop share requests.
//
// The first load of a turn posts a flush, which runs when the turn is over; the others join. So
// nobody waits for company. A batch goes on for those that are left unprocessed, with backoff,
// while each of its loads ends by itself: answered, or by its own deadline. A load that asks before
// memory is taken for its answer (LoadRequest::admit) is a request of its own, for only so is the
// answer's size its own. Thread rule: one worker. Ownership: borrows the client; must outlive its
// loads and batches: close(). Errors: those of TableClient::ask, too_large, corrupt; throttled also
// when DynamoDB has left a load unprocessed and its deadline is near.
#pragma once

#include <array>

#include "origin/dynamodb/backoff.h"
#include "origin/dynamodb/read_batch.h"
#include "origin/dynamodb/table_client.h"

namespace aside::origin {

class BatchReads {
  public:
    BatchReads(runtime::Worker& worker, TableClient& client, const TableLayout& layout,
               std::size_t max_references)
        : worker_(worker),
          client_(client),
          layout_(layout),
          max_references_(max_references),
          naps_(worker) {}

    runtime::Task<Result<LoadedIndex>> load(std::string id, LoadRequest request);
    // After the client is.
    void close() { naps_.close(); }

  private:
    using Batch = std::shared_ptr<ReadBatch>;

    void join(std::string id, ReadBatch::Load load, bool consistent);
    void flush();
    runtime::Task<> run(Batch batch, std::function<bool(std::uint64_t)> admit);
    runtime::Task<Result<BatchAnswer>> ask(const ReadBatch& batch,
                                           std::vector<std::string_view> ids,
                                           std::function<bool(std::uint64_t)> admit);
    Result<BatchAnswer> read_one(std::string_view id, std::string_view json) const;

    runtime::Worker& worker_;
    TableClient& client_;
    const TableLayout& layout_;
    const std::size_t max_references_;
    Naps naps_;
    // Of this turn: the last one of each kind has room for another id.
    std::vector<Batch> joined_;
    std::array<Batch, 2> open_;
};

}  // namespace aside::origin
