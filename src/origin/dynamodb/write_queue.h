// Which writes may be sent now. A machine without I/O.
//
// DynamoDB refuses a batch that names a key twice, and two requests under way may overtake each
// other. So of one item one write is under way at a time, and of those that wait behind it only the
// last is made: it answers for the others, which it would have overwritten. Items are taken in the
// order in which they came. This holds within one worker; among workers and processes the last to
// arrive wins. Thread rule: one worker.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/origin.h"
#include "origin/dynamodb/pending.h"

namespace aside::origin {

struct ItemWrite {
    std::string id;
    std::optional<std::vector<Reference>> references;  // nothing: the item is removed
    std::vector<std::shared_ptr<Pending<void>>> callers;

    void end(const Result<void>& result) {
        for (const auto& caller : callers) caller->end(result);
    }
};

class WriteQueue {
  public:
    bool empty() const { return waiting_.empty(); }
    void add(ItemWrite write);
    // At most so many, of different items of which none is under way. They are, from now on.
    std::vector<ItemWrite> begin(std::size_t most);
    void ended(const std::string& id) { under_way_.erase(id); }

  private:
    std::uint64_t next_number_ = 0;
    std::map<std::uint64_t, ItemWrite> waiting_;  // by number: in the order of their coming
    std::map<std::string, std::uint64_t> number_of_;
    std::set<std::string> under_way_;
};

}  // namespace aside::origin
