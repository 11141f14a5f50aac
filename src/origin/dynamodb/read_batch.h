// Loads that are asked for together: whose answer is whose, and what is left to ask. A machine
// without I/O.
//
//   ReadBatch batch(consistent);
//   batch.add(id, load);           // any number of loads of at most kBatchGetMost ids
//   while (auto ids = batch.wanted(); !ids.empty()) …ask…, then one of
//     batch.take(answer);          // rows end their loads; who has none does not exist
//     batch.end_all(error);        // nobody was answered
//     batch.end_unprocessed_by(t); // what will be asked again is asked at t
//
// A load that is over (its deadline has passed, or it was answered) is not asked for again, and one
// bad row ends only its own loads. Thread rule: one worker.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/origin.h"
#include "origin/dynamodb/pending.h"
#include "origin/dynamodb/replies.h"

namespace aside::origin {

class ReadBatch {
  public:
    struct Load {
        std::shared_ptr<Pending<LoadedIndex>> pending;
        std::string validator;
        std::uint64_t max_bytes = 0;
    };

    explicit ReadBatch(bool consistent) : consistent_(consistent) {}

    bool consistent() const { return consistent_; }
    void add(std::string id, Load load) { loads_[std::move(id)].push_back(std::move(load)); }
    std::size_t size() const { return loads_.size(); }

    // Distinct ids that somebody still waits for. They point into the batch, until it is told more.
    std::vector<std::string_view> wanted() const;
    // Of those that somebody still waits for: the last deadline, and what an answer to all of them
    // may have.
    SteadyTime deadline() const;
    std::uint64_t most_reply_bytes(std::size_t max_references) const;

    // True: somebody was answered.
    bool take(BatchAnswer answer);
    void end_all(const Error& error);
    void end_unprocessed_by(SteadyTime when);

    // The half of what is wanted goes to another batch. REQUIRES more than one.
    ReadBatch split();

  private:
    using Loads = std::map<std::string, std::vector<Load>, std::less<>>;
    // Ends each load of one id.
    static void end(std::vector<Load> loads, const Result<References>& references);

    bool consistent_;
    Loads loads_;
};

}  // namespace aside::origin
