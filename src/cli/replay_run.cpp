#include "cli/replay_run.h"

#include <algorithm>
#include <string>

#include "base/epoch.h"

namespace aside::cli {
namespace {

double missed_share(std::uint64_t all, std::uint64_t hit) {
    return all == 0 ? 0 : static_cast<double>(all - hit) / static_cast<double>(all);
}

}  // namespace

double ReplayResult::miss_ratio() const {
    return missed_share(requests, hits);
}
double ReplayResult::byte_miss_ratio() const {
    return missed_share(requested_bytes, hit_bytes);
}

Result<ReplayResult> replay(traces::TraceReader& trace, const memory::StoreOptions& options) {
    constexpr unsigned kWorker = 0;
    EpochDomain epochs(1);
    memory::Store store(options, epochs);
    const bool with_bodies = options.capacity_bytes != 0;
    std::string zeros;  // what bodies are made of; as long as the largest so far

    ReplayResult result;
    traces::Record record;
    while (true) {
        auto more = trace.next(record);
        if (!more) return fail(more.error());
        if (!*more) break;
        ++result.requests;
        result.requested_bytes += record.size_bytes;
        const std::uint64_t hash = store.hash(ValueKind::object, record.key);
        {
            const ReadSection section(epochs, kWorker);
            if (store.find(kWorker, ValueKind::object, hash, record.key) != nullptr) {
                ++result.hits;
                result.hit_bytes += record.size_bytes;
                continue;
            }
        }
        memory::NewValue value{.key_hash = hash, .key = record.key};
        if (with_bodies) {
            // What exceeds the whole store is not kept anyway, so it need not be that long.
            const std::uint64_t size = std::min(record.size_bytes, options.capacity_bytes);
            if (zeros.size() < size) zeros.resize(size);
            value.body = std::string_view(zeros.data(), size);
        }
        if (!store.put(value)) return fail(Errc::full, "no memory for a value");
    }
    result.store = store.stats();
    return result;
}

}  // namespace aside::cli
