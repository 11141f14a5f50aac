// The puts and removes of one worker: those of one turn of its loop share requests, list layout;
// rows layout: each item is written by itself.
//
// Thread rule: one worker. Ownership: borrows the client; must outlive its writes: close(). Errors:
// those of row_writes.h. Who shares a request shares its failure.
#pragma once

#include "origin/dynamodb/row_writes.h"
#include "origin/dynamodb/write_queue.h"

namespace aside::origin {

class BatchWrites {
  public:
    // A write ends by so long after it is first sent.
    static constexpr Duration kMostTime = std::chrono::seconds(30);

    BatchWrites(runtime::Worker& worker, TableClient& client, const TableLayout& layout)
        : worker_(worker), client_(client), layout_(layout), naps_(worker) {}

    // Without references the item is removed.
    runtime::Task<Result<void>> write(std::string id,
                                      std::optional<std::vector<Reference>> references);
    // After the client is.
    void close() { naps_.close(); }

  private:
    void flush_soon();
    void flush();
    runtime::Task<> run(std::vector<ItemWrite> writes);
    runtime::Task<Result<void>> send(const std::vector<ItemWrite>& writes);

    runtime::Worker& worker_;
    TableClient& client_;
    const TableLayout& layout_;
    Naps naps_;
    WriteQueue queue_;
    bool flush_posted_ = false;
};

}  // namespace aside::origin
