// Index and ObjectStore over one SQLite file: `sqlite:PATH` (schema.h says what is in it).
//
// The file is in WAL mode: readers never wait for the writer, and other processes may read and
// write it too (`aside import` into a live store is seen as a whole or not at all). Reads and
// writes run on the blocking pool; reads in parallel, writes one at a time. A validator is the hash
// of the bytes: `not_modified` is said exactly when they are the same. A file that goes bad in use
// (garbage, locked, full, read-only, gone) gives errors, never `absent`, and is used again when it
// is good again. Replace a store in use by importing into it; a file moved over it is noticed, but
// the log beside it (PATH-wal) belongs to the old one.
//
// Thread rule: any worker. Ownership: outlives the tasks it returned; destroyed when no call is in
// progress. Errors: those of engine/ports/origin.h; a lock that does not come free within
// SqliteOptions::busy_wait is busy. Keys that are empty, not UTF-8 or hold a NUL are bad_input.
// Memory: beside the answer a read holds SQLite's own copy of the body for a moment.
#pragma once

#include <memory>
#include <string>

#include "engine/ports/origin.h"
#include "origin/sqlite/read_pool.h"
#include "origin/sqlite/write_turn.h"

namespace aside::origin {

struct SqliteOptions {
    // Longest wait for another process's lock, and never longer than the request has left.
    Duration busy_wait = std::chrono::milliseconds(500);
    std::size_t max_waiting_writes = 1024;
};

class SqliteStore final : public Index, public ObjectStore {
  public:
    // Blocks. not_found when there is no such file: `aside import` makes it. corrupt, unsupported
    // when it is not a store of ours.
    static Result<std::unique_ptr<SqliteStore>> open(std::string path, SqliteOptions options = {});

    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                    std::string body) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, Reference reference) override;

    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                    std::vector<Reference> references) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, std::string id) override;

  private:
    SqliteStore(std::string path, SqliteOptions options);

    Result<Duration> wait_within(const runtime::Worker& worker, SteadyTime deadline) const;
    template <class Write>
    runtime::Task<Result<void>> in_turn(runtime::Worker& worker, Write write);
    Result<Connection*> writer();  // by whoever has the turn

    const std::string path_;
    const SqliteOptions options_;
    ReadPool readers_;
    WriteTurns turns_;
    std::unique_ptr<Connection> writer_;  // belongs to whoever has the turn
};

}  // namespace aside::origin
