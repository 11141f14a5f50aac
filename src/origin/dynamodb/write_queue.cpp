#include "origin/dynamodb/write_queue.h"

#include <iterator>
#include <utility>

namespace aside::origin {

void WriteQueue::add(ItemWrite write) {
    const auto [at, first] = number_of_.try_emplace(write.id, next_number_);
    if (first) {
        waiting_.emplace(next_number_++, std::move(write));
        return;
    }
    ItemWrite& before = waiting_.at(at->second);
    before.references = std::move(write.references);
    std::move(write.callers.begin(), write.callers.end(), std::back_inserter(before.callers));
}

std::vector<ItemWrite> WriteQueue::begin(std::size_t most) {
    std::vector<ItemWrite> begun;
    for (auto at = waiting_.begin(); at != waiting_.end() && begun.size() < most;) {
        if (!under_way_.insert(at->second.id).second) {
            ++at;
            continue;
        }
        number_of_.erase(at->second.id);
        begun.push_back(std::move(at->second));
        at = waiting_.erase(at);
    }
    return begun;
}

}  // namespace aside::origin
