#include "origin/dynamodb/read_batch.h"

#include <algorithm>
#include <set>
#include <utility>

#include "origin/dynamodb/loaded_index.h"

namespace aside::origin {
namespace {

// DynamoDB answers a BatchGetItem with at most 16 MB of items.
constexpr std::uint64_t kMostBatchReplyBytes = 64ULL * 1024 * 1024;

bool waits(const ReadBatch::Load& load) {
    return !load.pending->over();
}

}  // namespace

std::vector<std::string_view> ReadBatch::wanted() const {
    std::vector<std::string_view> ids;
    for (const auto& [id, loads] : loads_) {
        if (std::ranges::any_of(loads, waits)) ids.push_back(id);
    }
    return ids;
}

SteadyTime ReadBatch::deadline() const {
    SteadyTime last = SteadyTime::min();
    for (const auto& [id, loads] : loads_) {
        for (const Load& load : loads) {
            if (waits(load)) last = std::max(last, load.pending->deadline());
        }
    }
    return last;
}

std::uint64_t ReadBatch::most_reply_bytes(std::size_t max_references) const {
    std::uint64_t bytes = 0;
    for (const auto& [id, loads] : loads_) {
        std::uint64_t most = 0;
        for (const Load& load : loads) {
            if (!waits(load)) continue;
            most = std::max(most, origin::most_reply_bytes(load.max_bytes, max_references));
        }
        bytes += most;
    }
    return std::min(bytes, kMostBatchReplyBytes);
}

void ReadBatch::end(std::vector<Load> loads, const Result<References>& references) {
    for (Load& load : loads) {
        if (!references) {
            load.pending->end(fail(references.error()));
        } else {
            load.pending->end(loaded_index(*references, load.validator, load.max_bytes));
        }
    }
}

// Who is told goes on at once, and may come back with another load: all that is to be known of the
// batch is known before anybody is told.
bool ReadBatch::take(BatchAnswer answer) {
    std::vector<std::pair<std::vector<Load>, Result<References>>> answered;
    for (auto& row : answer.rows) {
        const auto at = loads_.find(row.id);
        if (at == loads_.end()) continue;
        answered.emplace_back(std::move(at->second), std::move(row.references));
        loads_.erase(at);
    }
    const std::set<std::string, std::less<>> unprocessed(answer.unprocessed.begin(),
                                                         answer.unprocessed.end());
    std::vector<std::vector<Load>> without_row;
    for (auto at = loads_.begin(); at != loads_.end();) {
        if (unprocessed.contains(at->first)) {
            ++at;
            continue;
        }
        without_row.push_back(std::move(at->second));
        at = loads_.erase(at);
    }
    const bool progress = !answered.empty() || !without_row.empty();
    for (auto& [loads, references] : answered) end(std::move(loads), references);
    for (const auto& loads : without_row) {
        for (const Load& load : loads) {
            load.pending->end(answer.of_table
                                  ? Result<LoadedIndex>(LoadedIndex{})
                                  : fail(Errc::protocol, "DynamoDB's answer: not of this table"));
        }
    }
    return progress;
}

void ReadBatch::end_all(const Error& error) {
    for (auto& [id, loads] : std::exchange(loads_, {})) end(std::move(loads), fail(error));
}

void ReadBatch::end_unprocessed_by(SteadyTime when) {
    std::vector<Load> late;
    for (auto& [id, loads] : loads_) {
        for (const Load& load : loads) {
            if (waits(load) && load.pending->deadline() <= when) late.push_back(load);
        }
    }
    end(std::move(late), fail(Errc::throttled, "DynamoDB left it unprocessed"));
}

ReadBatch ReadBatch::split() {
    std::erase_if(loads_,
                  [](const auto& entry) { return std::ranges::none_of(entry.second, waits); });
    ReadBatch half(consistent_);
    for (std::size_t left = loads_.size() / 2; left > 0; --left) {
        half.loads_.insert(loads_.extract(loads_.begin()));
    }
    return half;
}

}  // namespace aside::origin
