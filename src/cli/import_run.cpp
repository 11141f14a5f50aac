#include "cli/import_run.h"

#include <algorithm>

#include "base/hash.h"
#include "cli/import_progress.h"
#include "cli/line_reader.h"
#include "cli/synthetic.h"
#include "wire/ndjson.h"

namespace aside::cli {
namespace {

// What a line may hold beside a body: a key and a version, each up to their limit and escaped.
constexpr std::size_t kLineSlackBytes = 128 * 1024;

std::uint64_t hash_of(const Reference& reference) {
    return hash_combine(hash_bytes(reference.key), hash_bytes(reference.version));
}

class Import {
  public:
    Import(const ImportOptions& options, BulkStores stores, runtime::Files& files,
           const ImportWatch& watch)
        : options_(options), files_(files), watch_(watch), stores_(std::move(stores)) {}

    Result<ImportSummary> run() {
        const SteadyTime start = watch_.now();
        const auto written = options_.synthetic_items > 0 ? make_up() : read_streams();
        if (!written) return fail(written.error());
        const auto committed = commit();
        if (!committed) return fail(committed.error());
        summary_.skipped = stores_.objects->skipped();
        summary_.took = watch_.now() - start;
        return summary_;
    }

  private:
    // Before the first item: those that write behind may still be at it.
    Result<void> objects_are_there() {
        std::ranges::sort(known_);
        return stores_.objects->writes_behind() ? stores_.objects->commit() : Result<void>();
    }

    Result<void> commit() {
        auto done = stores_.objects->writes_behind() ? Result<void>() : stores_.objects->commit();
        if (!done || stores_.index == stores_.objects) return done;
        return stores_.index->commit();
    }

    // Remembers that an error is a store's, and no line's.
    Result<void> put_behind(const BulkImport& store, Result<void> put) {
        behind_ = !put && store.writes_behind() && put.error().code != Errc::conflict;
        return put;
    }

    Result<void> put_object(const Reference& reference, std::string_view body) {
        const auto put = put_behind(*stores_.objects, stores_.objects->put_object(reference, body));
        if (!put) return put;
        ++summary_.objects;
        summary_.body_bytes += body.size();
        if (known_.size() < kMostChecked) known_.push_back(hash_of(reference));
        return {};
    }

    Result<void> put_item(std::string_view id, std::span<const Reference> references) {
        const auto put = put_behind(*stores_.index, stores_.index->put_item(id, references));
        if (!put) return put;
        ++summary_.items;
        if (summary_.objects > kMostChecked) return {};
        for (const Reference& reference : references) {
            if (!std::ranges::binary_search(known_, hash_of(reference))) ++summary_.dangling;
        }
        return {};
    }

    Result<void> object_line(std::string_view line) {
        auto record = wire::decode_object_record(line, options_.max_body_bytes);
        if (!record) return fail(std::move(record.error()));
        return put_object({std::move(record->name.key), std::move(record->name.version)},
                          record->body);
    }

    Result<void> item_line(std::string_view line) {
        auto record = wire::decode_item_record(line, options_.max_references);
        if (!record) return fail(std::move(record.error()));
        std::vector<Reference> references;
        references.reserve(record->references.size());
        for (auto& [key, version] : record->references) {
            references.push_back({std::move(key), std::move(version)});
        }
        return put_item(record->id, references);
    }

    // Calls `take(line)` for each line that is not blank.
    template <class Take>
    Result<void> each_line(const std::string& path, Take take) {
        auto source = files_.open_source(path);
        if (!source) return fail(std::move(source.error()));
        const std::string name = path == "-" ? "standard input" : path;
        LineReader reader(std::move(*source), options_.max_body_bytes + kLineSlackBytes);
        ImportProgress progress(watch_, name.substr(name.rfind('/') + 1));
        while (true) {
            const auto line = reader.next();
            auto taken = line ? Result<void>() : fail(line.error());
            if (line && !*line) return {};
            if (line && (*line)->find_first_not_of(" \t\r") != std::string_view::npos) {
                taken = take(**line);
            }
            if (!taken && behind_) return taken;
            if (!taken) {
                Error error = std::move(taken.error());
                error.detail =
                    name + ":" + std::to_string(reader.line_number()) + ": " + error.detail;
                return fail(std::move(error));
            }
            progress.record(reader.bytes_read(), reader.size_bytes());
        }
    }

    Result<void> read_streams() {
        if (options_.items_path.empty() || options_.bodies_path.empty()) {
            return fail(Errc::bad_input, "two streams are needed: items and bodies");
        }
        if (options_.items_path == "-" && options_.bodies_path == "-") {
            return fail(Errc::bad_input, "only one of the streams can be standard input");
        }
        const auto objects = each_line(options_.bodies_path,
                                       [&](std::string_view line) { return object_line(line); });
        if (!objects) return objects;
        if (auto there = objects_are_there(); !there) return there;
        const auto items =
            each_line(options_.items_path, [&](std::string_view line) { return item_line(line); });
        if (items && summary_.objects + summary_.items == 0) {
            return fail(Errc::bad_input,
                        options_.items_path + " and " + options_.bodies_path + " hold no records");
        }
        return items;
    }

    Result<void> make_up() {
        const std::uint64_t count = options_.synthetic_items;
        const bool versioned = options_.synthetic_versioned;
        if (options_.synthetic_references > count ||
            options_.synthetic_references > options_.max_references) {
            return fail(
                Errc::bad_input,
                "an item cannot have " + grouped(options_.synthetic_references) + " references");
        }
        if (options_.synthetic_size_bytes == 0 ||
            options_.synthetic_size_bytes > options_.max_body_bytes) {
            return fail(Errc::bad_input, "an object cannot have " +
                                             grouped(options_.synthetic_size_bytes) + " bytes");
        }
        ImportProgress progress(watch_, "synthetic");
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto put = put_object(synthetic_object(i, versioned),
                                        synthetic_body(i, options_.synthetic_size_bytes));
            if (!put) return put;
            progress.record(i, 2 * count);
        }
        if (auto there = objects_are_there(); !there) return there;
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto put =
                put_item("item-" + std::to_string(i),
                         synthetic_references(i, count, options_.synthetic_references, versioned));
            if (!put) return put;
            progress.record(count + i, 2 * count);
        }
        return {};
    }

    const ImportOptions& options_;
    runtime::Files& files_;
    const ImportWatch& watch_;
    BulkStores stores_;
    ImportSummary summary_;
    bool behind_ = false;               // the last error is of something put earlier
    std::vector<std::uint64_t> known_;  // hashes of the objects seen, sorted once all are
};

}  // namespace

Result<ImportSummary> run_import(const ImportOptions& options, BulkStores stores,
                                 runtime::Files& files, const ImportWatch& watch) {
    return Import(options, std::move(stores), files, watch).run();
}

std::string describe(const ImportSummary& summary) {
    const auto tenths =
        std::chrono::duration_cast<std::chrono::milliseconds>(summary.took).count() / 100;
    std::string text =
        "imported " + grouped(summary.items) + " items and " + grouped(summary.objects) +
        " objects (" + readable_bytes(summary.body_bytes) + ") in " + std::to_string(tenths / 10) +
        "." + std::to_string(tenths % 10) + " s; skipped " + grouped(summary.skipped);
    if (summary.dangling > 0) {
        text += "\nwarning: " + grouped(summary.dangling) +
                " references name objects that are not in the data set";
    }
    return text;
}

}  // namespace aside::cli
