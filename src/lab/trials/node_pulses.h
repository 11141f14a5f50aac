// PINGs each node from the drill's own connection, all the time, and tells a Copies of those that
// were answered late: what the node held then, nobody could have read within a read's budget. A
// primary that hands its data to a replica stands still for so long, or one that is kept from
// running by its neighbours on this machine.
//
// Thread rule, ownership: as KeyspaceWatch. A connection that ends (its node died) is made again as
// long as the node is looked after; that a node died the drill tells itself.
#pragma once

#include <memory>
#include <vector>

#include "lab/control_thread.h"
#include "lab/trials/copies.h"

namespace aside::lab::trials {

class NodePulses {
  public:
    // A PING that takes longer tells of a silent node: with kEvery between them, one that a read's
    // budget of 50 ms has ended in.
    static constexpr Duration kEvery = std::chrono::milliseconds(10);
    static constexpr Duration kLate = std::chrono::milliseconds(40);

    NodePulses(ControlThread& control, Copies& copies) : control_(control), copies_(copies) {}
    ~NodePulses();
    NodePulses(const NodePulses&) = delete;

    // Begins; it need not be connected when this returns.
    void look_after(unsigned node, const runtime::Endpoint& endpoint);
    struct Count {
        std::uint64_t answered = 0, late = 0;
        Duration longest{};
    };
    Count count();
    void end();

  private:
    class Pulse;
    void answered(unsigned node, SteadyTime sent, SteadyTime at);

    ControlThread& control_;
    Copies& copies_;
    Count count_;
    std::vector<std::shared_ptr<Pulse>> pulses_;
};

}  // namespace aside::lab::trials
