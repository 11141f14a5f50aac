// What the present owner of each slot really holds, since when: the judge of a client's answers.
//
// "The present owner" is the node with the newest claim to the slot; during a migration key by key,
// its two ends together. Thread rule: the nodes' worker, or between events. Ownership: plain data.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "lab/sim/keyspace.h"

namespace aside::lab {

class Truth {
  public:
    // `value`: what the owner holds now; null: nothing.
    void holds(std::string_view name, const StoredValue* value, SteadyTime now);
    // A write was confirmed, or may have been, by a node that does not decide any more, or a
    // promotion left it behind.
    // Told of the key whose hash tag it is, too: a tombstone or a lease lost is a loss to its data.
    void lost(std::string_view name, SteadyTime now);
    // A node that believes itself the owner, and is not, answered for it.
    void stale_answer(std::string_view name, SteadyTime now) {
        stale_answer_[std::string(name)] = now;
    }
    void lied(std::string_view name, SteadyTime now) { lied_[std::string(name)] = now; }
    void violated(std::string what);

    // The owner held the key at every moment of this span.
    bool held_throughout(std::string_view name, SteadyTime from, SteadyTime to) const;
    // The last time of such an event; SteadyTime::min() when there was none.
    SteadyTime lost_at(std::string_view name) const { return at(lost_, name); }
    SteadyTime stale_answer_at(std::string_view name) const { return at(stale_answer_, name); }
    SteadyTime lied_at(std::string_view name) const { return at(lied_, name); }
    const std::vector<std::string>& violations() const { return violations_; }
    std::vector<std::string> names() const;

  private:
    struct Held {
        SteadyTime since;
        SteadyTime expires;
    };
    using Times = std::map<std::string, SteadyTime, std::less<>>;
    static SteadyTime at(const Times& times, std::string_view name);

    std::map<std::string, Held, std::less<>> held_;
    Times lost_, stale_answer_, lied_;
    std::vector<std::string> violations_;  // the first of them
};

}  // namespace aside::lab
