// A FaultProxy before each node of a LocalCluster, for a client that is to see nothing else.
//
// Thread rule: as LocalCluster; with() runs on the proxies' worker. Ownership: borrows cluster and
// control thread.
#pragma once

#include <memory>
#include <vector>

#include "lab/fault_proxy.h"
#include "lab/local_cluster.h"

namespace aside::lab {

class ProxiedCluster {
  public:
    static Result<std::unique_ptr<ProxiedCluster>> open(ControlThread& control,
                                                        LocalCluster& cluster);
    ~ProxiedCluster();
    ProxiedCluster(const ProxiedCluster&) = delete;

    std::vector<runtime::Endpoint> endpoints() const;
    runtime::Endpoint endpoint(unsigned node) const { return proxies_[node]->endpoint(); }

    template <class Call>
    void with(unsigned node, Call call) {
        control_.on_worker([&] { call(*proxies_[node]); });
    }
    template <class Call>
    void with_all(Call call) {
        control_.on_worker([&] {
            for (const auto& proxy : proxies_) call(*proxy);
        });
    }
    void add_rule(unsigned node, ReplyRule rule);
    void add_rule_everywhere(const ReplyRule& rule);
    std::uint64_t commands(unsigned node, const std::string& name);
    std::uint64_t commands_everywhere(const std::string& name);
    std::uint64_t accepted(unsigned node);
    std::size_t connections(unsigned node);
    void clear();  // every fault of every node

  private:
    explicit ProxiedCluster(ControlThread& control) : control_(control) {}

    ControlThread& control_;
    PortTable ports_;
    std::vector<std::unique_ptr<FaultProxy>> proxies_;  // by node
};

}  // namespace aside::lab
