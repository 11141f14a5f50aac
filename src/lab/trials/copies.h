// Who held a copy of which object, and when: the ground truth of trials.
//
// It is told what keyspace notifications say (a node stored, deleted, evicted or let expire a key),
// and what the drill itself does to nodes (out of reach, emptied). Nothing in here comes from the
// design that is judged. Thread rule: one owner at a time. Units: steady time. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace aside::lab::trials {

class Copies {
  public:
    // `life`: a value that is no older surely lives, if it is not taken away.
    Copies(std::uint32_t objects, Duration life) : life_(life), history_(objects) {}

    // They copy each other, whichever of them is the primary at the moment: what is gone from one
    // goes from the other too, however late that one tells it.
    void copy_each_other(unsigned node, unsigned other);

    // A value as new as that.
    void stored(unsigned node, std::uint32_t object, SteadyTime at) {
        add(object, {at, at, static_cast<std::uint16_t>(node), true});
    }
    // The value that another node had, as old as it was there.
    void moved(unsigned node, std::uint32_t object, SteadyTime at);
    void gone(unsigned node, std::uint32_t object, SteadyTime at);
    // All that was stored until now was written at `written`, and had these ages then, by object.
    void filled(SteadyTime written, std::span<const Duration> ages);
    // All that the node held.
    void emptied(unsigned node, SteadyTime at);
    // Nobody can read it from then on, whatever it holds.
    void out_of_reach(unsigned node, SteadyTime at);
    void in_reach(unsigned node, SteadyTime at);
    // What was asked of it between these was answered at `to` at the earliest.
    void silent(unsigned node, SteadyTime from, SteadyTime to);

    // Some node, in reach, held a copy that was no older than its life, all the time between.
    bool held(std::uint32_t object, SteadyTime from, SteadyTime to) const;
    // The same of nodes that were not silent.
    bool held_and_told(std::uint32_t object, SteadyTime from, SteadyTime to) const;
    // Whether who asked could have found a copy is not sure shortly after one was stored, or before
    // one was taken away: notifications come a little late, and so do loads. Nor is it while a node
    // in reach is being emptied: that is told once it is done. That a node is out of reach is told
    // before.
    bool stored_within(std::uint32_t object, SteadyTime from, SteadyTime to) const;
    bool taken_away_within(std::uint32_t object, SteadyTime from, SteadyTime to) const;

    // "stored by 0 at -1.2, gone from 0 at 3.4": seconds since `since`; for people.
    std::string history(std::uint32_t object, SteadyTime since) const;

    std::uint64_t taken_away() const { return taken_away_; }  // copies evicted, expired, deleted

  private:
    struct Event {
        SteadyTime at;
        SteadyTime born;  // of a copy: its life counts from then
        std::uint16_t node;
        bool present;
    };
    struct Span {
        SteadyTime from, to;
    };
    struct NodeFate {
        std::vector<SteadyTime> emptied;  // by growing time
        std::vector<Span> out;            // of reach; the last one may be open (kNever)
        std::vector<Span> silent;
    };

    static bool emptied_in_reach(const NodeFate& fate, SteadyTime after, SteadyTime until);
    void add(std::uint32_t object, Event event);
    NodeFate& fate(unsigned node);
    // When this copy ended: taken away, by an emptying, by age.
    SteadyTime lived_until(const Event& stored, SteadyTime taken) const;
    // Spans in which a node in reach (and not silent) held it, of all nodes, by their beginning.
    std::vector<Span> held_spans(std::uint32_t object, bool told) const;
    static bool covered(const std::vector<Span>& spans, SteadyTime from, SteadyTime to);
    // What is left of it without `out`, which is in order.
    static void cut(Span span, const std::vector<Span>& out, std::vector<Span>& into);

    const Duration life_;
    std::vector<std::vector<Event>> history_;  // by object, in the order of telling
    std::vector<NodeFate> fates_;
    std::vector<std::pair<unsigned, unsigned>> shards_;  // who copies whom
    std::uint64_t taken_away_ = 0;
};

}  // namespace aside::lab::trials
