// A network for the nodes of a lab that is nobody else's: an address for each node, one node that
// can be cut off, names that move, a resolver that falls silent.
//
// It stands in namespaces (network and mounts) of the process, which must have been started by
// entrance(): what is changed here is seen by this process and its children alone, and is gone with
// the last of them, however they end. Bytes that are cut off are lost, as by a pulled cable: nobody
// is told.
//
// Thread rule: one thread, not a worker's; everything blocks (it runs `ip` and `mount`). Errors: of
// these programs.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/local_cluster.h"

namespace aside::lab {

class PrivateNetwork {
  public:
    static constexpr unsigned kNodes = 6;
    static constexpr unsigned kSpare = kNodes;  // an address where no node lives at first
    static constexpr unsigned kCable = 0;       // the node that can be cut off

    // The words before a program that give it namespaces of its own; none when that is not
    // permitted here.
    static std::vector<std::string> entrance();
    static Result<std::unique_ptr<PrivateNetwork>> make();

    // Of the nodes, by number; `named`: each is announced by its name.
    std::vector<NodePlace> places(bool named) const;
    static std::string address(unsigned node);
    static std::string name(unsigned node);

    enum class From { nodes, everybody };  // from other nodes: clients reach it nevertheless
    Result<void> cut_off(From from);
    Result<void> heal();

    // Where a node's name leads from now on.
    Result<void> move_name(unsigned node, unsigned to);
    // A resolver that does not answer is one that knows no name and waits in vain for the network.
    Result<void> set_resolver_silent(bool silent);

  private:
    PrivateNetwork() = default;
    Result<void> lay_cables();
    Result<void> take_names();
    Result<void> tell_names();
    Result<void> set_rules(std::string_view verb, From from);

    std::map<unsigned, unsigned> leads_to_;  // names that moved
    bool silent_ = false;
    unsigned host_files_ = 0;
    From cut_ = From::nodes;
};

}  // namespace aside::lab
