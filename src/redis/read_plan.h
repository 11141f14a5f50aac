// One read of L2 as a machine without I/O: whom to ask, what each answer means, when to give up.
//
// The slot's primary is asked first (where zones are told: a copy near by). Only a vouched-for
// nil of the slot's present primary, by the map in force or by a redirect that was followed, is a
// miss. Whatever else comes is unknown, and the slot's other copies are asked while there is time:
// their hits count, their nils do not. Two asks may be under way at once, each in a lane: the
// second begins when the first is late. What becomes of nodes, connections and the map by an answer
// is not decided here. Copies that are slow are asked after all others, the primary first among
// them; before them those whose connection is not proven, for most answer.
//
// Thread rule: one worker. Ownership: plain values. Source: DESIGN "The read path", steps 3 and 4.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "engine/ports/remote_tier.h"
#include "redis/protocol/reply_meaning.h"
#include "redis/topology/slot_map.h"

namespace aside::redis {

// Whether a node can be asked now.
enum class Standing : std::uint8_t {
    ready,
    unproven,      // its connection sat through a time in which this process stood still
    connecting,    // for the first time: worth a wait
    reconnecting,  // lost a moment ago: worth a wait when no other copy can be asked
    down,
    suspect,  // silent, or its connection is given up
    slow,     // can be asked, and is, when no other copy can
    full,     // a bound of ours
};

// What the plan may ask about the world, answered from memory.
class ReadScene {
  public:
    virtual SlotCopies copies(std::uint16_t slot) = 0;  // by the map in force
    virtual Standing standing(NodeId node) = 0;         // a half-open node admits some, by lot
    virtual bool near(NodeId node) = 0;                 // in this process's zone
    // No copy can be asked. Is the primary looked for now, so that it may be there in a moment?
    virtual bool seek(NodeId primary) = 0;

  protected:
    ~ReadScene() = default;
};

struct PlanStep {
    enum class Kind : std::uint8_t {
        wait,        // for another event
        ask,         // send to `node`, or queue until its first connection is there
        ask_afresh,  // the same, over a new connection
        done,
    };
    Kind kind = Kind::wait;
    std::uint8_t lane = 0;  // of an ask
    bool asking = false;    // with ASKING before it
    NodeId node = kNoNode;
    RemoteState state = RemoteState::unknown;  // of done
    UnknownReason reason = UnknownReason::no_route;
};

class ReadPlan {
  public:
    static constexpr std::size_t kLanes = 2;

    ReadPlan() = default;
    ReadPlan(std::uint16_t slot, std::uint32_t redirects_max, bool zones)
        : slot_(slot), redirects_max_(redirects_max), zones_(zones) {}

    PlanStep start(ReadScene& scene);

    // --- What came of a lane's ask.
    PlanStep value(std::size_t lane);
    // `vouched`: the session was opened as a primary's, the node is trusted and its health is good.
    PlanStep nil(std::size_t lane, bool vouched, ReadScene& scene);
    // Bytes that do not verify.
    PlanStep mismatch(std::size_t lane, ReadScene& scene);
    PlanStep error(std::size_t lane, const ReplyMeaning& meaning, ReadScene& scene);
    // MOVED or ASK. `to`: nothing when it names no node to dial. `to_itself`: the node that was
    // asked is the one it points at.
    PlanStep redirect(std::size_t lane, const ReplyMeaning& meaning, std::optional<NodeId> to,
                      bool to_itself, ReadScene& scene);
    // No reply will come: the connection ended, or the one waited for did not come about.
    PlanStep failed(std::size_t lane, Errc why, ReadScene& scene);

    // --- Time. The first ask is late: `hedge` when only a copy that is ready may be asked too.
    PlanStep late(bool hedge, ReadScene& scene);
    // The budget is used up.
    PlanStep over();

    // Whether the node that this lane asked is the slot's primary, by the map or a redirect.
    bool speaks_for_slot(std::size_t lane, ReadScene& scene) const {
        return weight_of(lanes_[lane], scene) == Weight::of_primary;
    }
    bool redirected() const { return hops_ > 0; }
    // Another copy was preferred to one that is slow.
    bool went_round() const { return went_round_; }
    std::uint32_t asks() const { return asks_; }

  private:
    struct Lane {
        NodeId node = kNoNode;
        bool under_way = false;
        bool redirected = false;  // the node speaks for the slot because another said so
        bool asking = false;
    };
    enum class Weight : std::uint8_t { none, of_replica, of_primary };
    struct Choice {
        NodeId ready = kNoNode, unproven = kNoNode, slow = kNoNode;
        NodeId connecting = kNoNode, reconnecting = kNoNode;

        // Of those that have a connection.
        NodeId up() const {
            if (ready != kNoNode) return ready;
            return unproven != kNoNode ? unproven : slow;
        }
    };

    PlanStep ask(std::size_t lane, NodeId node, bool redirected, bool asking);
    PlanStep elsewhere(std::size_t lane, ReadScene& scene);
    PlanStep give_up() const;
    Choice choose(ReadScene& scene, bool noting);
    void look_at(NodeId node, bool primary, ReadScene& scene, bool noting, Choice& choice);
    void note(UnknownReason reason, Weight weight);
    Weight weight_of(const Lane& lane, ReadScene& scene) const;
    bool tried(NodeId node) const;
    void forget_trying(NodeId node);
    bool may_retry_lost(NodeId node);

    // The copies of a slot, and as many redirects; beyond it nobody else is asked.
    static constexpr std::size_t kTriedMax = 16;
    // Nodes that are asked once more after their connection was lost: when the process stood still,
    // both copies' connections may be gone.
    static constexpr std::size_t kLostMax = 2;

    std::uint16_t slot_ = 0;
    std::uint32_t redirects_max_ = 0;
    bool zones_ = false;
    bool asked_afresh_ = false;
    bool went_round_ = false;
    Weight noted_ = Weight::none;
    UnknownReason reason_ = UnknownReason::no_route;
    std::uint32_t hops_ = 0;
    std::uint32_t asks_ = 0;
    std::uint32_t tried_count_ = 0;
    std::array<Lane, kLanes> lanes_;
    std::array<NodeId, kTriedMax> tried_;
    std::array<NodeId, kLostMax> retried_lost_{kNoNode, kNoNode};
};

}  // namespace aside::redis
