// `aside import` without its command line: reads a data set (wire/ndjson.h), or makes one up, and
// writes it into two stores.
//
// All or nothing for each store of files: nothing is seen of it before every record of both streams
// has been read and written. A store over the network cannot do that (bulk_upload.h): what was
// written stays, and an import that is made again goes on from there. The objects are committed
// before the items that name them; killed between the two commits, the objects are there and the
// items are not. Blank lines are passed over; everything else that is not a record ends the import
// with an error that says the file and the line. Memory: one line, and 8 bytes an object (up to
// kMostChecked) to tell references that nothing in the data set answers to. Thread rule: one
// thread; blocks for as long as it takes. Errors: bad_input, too_large, conflict (a key that comes
// twice), with "FILE:LINE: "; those of the files and the stores.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "cli/open_import.h"
#include "runtime/files.h"

namespace aside::cli {

struct ImportOptions {
    // Either two files ("-" is standard input) …
    std::string items_path;
    std::string bodies_path;
    // … or, when not 0, so many made-up items: item-0 … of objects obj-0 …
    std::uint64_t synthetic_items = 0;
    std::uint64_t synthetic_references = 5;
    std::uint64_t synthetic_size_bytes = 1024;
    bool synthetic_versioned = false;

    std::uint64_t max_body_bytes = 8 * 1024 * 1024;  // objects.max_bytes
    std::uint64_t max_references = 1000;             // items.max_refs
};

struct ImportSummary {
    std::uint64_t items = 0;
    std::uint64_t objects = 0;
    std::uint64_t body_bytes = 0;
    std::uint64_t skipped = 0;   // of the objects: they were there already
    std::uint64_t dangling = 0;  // references to objects that are not in the data set
    Duration took{0};
};

// What the import asks of the world besides files.
struct ImportWatch {
    std::function<SteadyTime()> now;
    // Shows one line in place of the last; empty: nobody is looking at a terminal.
    std::function<void(std::string_view)> draw;
};

inline constexpr std::size_t kMostChecked = 8'000'000;

Result<ImportSummary> run_import(const ImportOptions& options, BulkStores stores,
                                 runtime::Files& files, const ImportWatch& watch);

// "imported 250 items and 5,441 objects (1.2 MB) in 0.3 s; skipped 0": those are
// counted among the 5,441.
std::string describe(const ImportSummary& summary);

}  // namespace aside::cli
