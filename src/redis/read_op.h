// A read under way: its plan, the name it asks for, and what it has sent. Taken from a pool, so
// that a read allocates nothing once the pool has grown.
//
// Thread rule: one worker. Ownership: the WorkerClient's pool owns it; lists it is in do not. One
// whose read has ended stays out of the pool until its last ask has: a copy that was merely slower
// than another is still to be heard.
#pragma once

#include <array>
#include <string>

#include "engine/ports/remote_tier.h"
#include "redis/link/pipeline.h"
#include "redis/read_list.h"
#include "redis/read_plan.h"

namespace aside::redis {

class ReadNode;
class ReadOp;
class ReadSession;
struct OnWheel {};
struct InQueue {};
struct InRoom {};

// Told what became of asks, in the connection's own turn.
class ReadOutcomes {
  public:
    virtual void replied(ReadOp& op, std::size_t lane, const wire::RespNode& reply) = 0;
    virtual void failed(ReadOp& op, std::size_t lane, Errc why) = 0;

  protected:
    ~ReadOutcomes() = default;
};

// One ask of a read, to one node. In the list: waits for the node's connection.
class ReadLane final : public PipelineRequest, public ReadHook<InRoom> {
  public:
    // Raw format: PTTL goes before GET, and what it says waits here for the value.
    class TimeLeft final : public PipelineRequest {
      public:
        void replied(const wire::RespNode& reply) override {
            const bool told = reply.type == wire::RespType::integer && reply.number >= 0;
            left = told ? Duration(std::chrono::milliseconds(reply.number)) : kNotTold;
            under_way = false;
        }
        void failed(Errc) override { under_way = false; }

        static constexpr Duration kNotTold{-1};
        Duration left = kNotTold;
        bool under_way = false;
    };

    void replied(const wire::RespNode& reply) override;
    void failed(Errc why) override;

    ReadOp* op = nullptr;
    NodeId asked = kNoNode;
    ReadNode* node = nullptr;        // that it waits for, while it does
    ReadSession* session = nullptr;  // while it is under way there
    TimeLeft time_left;
    Duration stalls_before{};  // of our loop, when it was sent
    bool asking = false;
};

class ReadOp final : public ReadHook<OnWheel>, public ReadHook<InQueue> {
  public:
    explicit ReadOp(ReadOutcomes& to) : outcomes(to) {
        for (ReadLane& lane : lanes) lane.op = this;
    }
    std::size_t index_of(const ReadLane& lane) const {
        return static_cast<std::size_t>(&lane - lanes.data());
    }
    bool under_way() const { return lanes[0].session != nullptr || lanes[1].session != nullptr; }

    // What the next alarm of the wheel is for.
    enum class Alarm : std::uint8_t { hedge, second_ask, over };

    ReadOutcomes& outcomes;
    RemoteRead* read = nullptr;  // null: it has ended
    ReadPlan plan;
    std::string name;  // in Redis
    std::uint16_t slot = 0;
    UnknownReason end_reason = UnknownReason::no_route;  // while in the queue of ends
    Alarm alarm = Alarm::over;
    bool awaits_map = false;
    NodeId lacked_by = kNoNode;  // the slot's primary that answered nil, trusted or not
    SteadyTime started{}, second_at{}, over_at{}, wake_at{};
    Duration stalls_before{};  // of our loop, when it started
    std::array<ReadLane, ReadPlan::kLanes> lanes;
};

inline void ReadLane::replied(const wire::RespNode& reply) {
    op->outcomes.replied(*op, op->index_of(*this), reply);
}
inline void ReadLane::failed(Errc why) {
    op->outcomes.failed(*op, op->index_of(*this), why);
}

}  // namespace aside::redis
