// One run of one drill against one design: a cluster, an origin, processes, a load, a fault, and
// what was written down.
//
// Thread rule: one thread, no worker's: the ControlThread's. Ownership: all that it starts ends
// with it. A drill's functions are given the Trial while the load runs; they block.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lab/load/load_run.h"
#include "lab/local_cluster.h"
#include "lab/private_network.h"
#include "lab/proxied_cluster.h"
#include "lab/trials/drill.h"
#include "lab/trials/keyspace_watch.h"
#include "lab/trials/load_thread.h"
#include "lab/trials/node_pulses.h"
#include "lab/trials/prefill.h"
#include "lab/trials/record.h"
#include "lab/trials/request_log.h"
#include "lab/trials/served_process.h"

namespace aside::lab::trials {

// What all trials of one call have in common.
struct TrialBench {
    std::string program;         // aside
    std::string server_program;  // redis-server or valkey-server
    std::string article_script;  // of the design in Node
    bool quick = false;
    double stretch = 1;  // of the phases' lengths

    PhaseLengths lengths(const TrialDrill& drill) const;
};

class Trial {
  public:
    // `network`: of a drill that wants one, else null. Without `fault` nothing is broken: what the
    // design does anyway.
    Trial(ControlThread& control, const TrialBench& bench, const TrialDrill& drill, Design design,
          Workload workload, PrivateNetwork* network, bool fault, PhaseLengths lengths);
    ~Trial();
    Trial(const Trial&) = delete;

    // Errors: what kept it from being run at all.
    Result<TrialRecord> run();

    // Of a trial that has run.
    const Copies& copies() const { return copies_; }
    const Dataset& data() const { return data_; }

    // For drills.
    ControlThread& control() { return control_; }
    LocalCluster& cluster() { return *cluster_; }
    ProxiedCluster& proxies() { return *proxies_; }  // of a drill that wants them
    PrivateNetwork& network() { return *network_; }
    OriginServer& origin() { return *origin_; }
    KeyspaceWatch& watch() { return *watch_; }
    NodePulses& pulses() { return *pulses_; }
    RequestLog& second_log() { return second_log_; }
    Dataset& data() { return data_; }
    const Workload& workload() const { return workload_; }
    Design design() const { return design_; }
    bool quick() const { return bench_.quick; }
    const PhaseLengths& lengths() const { return lengths_; }
    bool asides() const { return design_ == Design::aside; }

    void pause(Duration span);
    unsigned functions() const;  // environments, of a drill of functions
    // Processes.
    ServedProcess& process(unsigned number) { return *processes_[number]; }
    void end_process(unsigned number);
    void start_process(unsigned number);
    void nobody_serves(bool nobody);  // from now on: no process listens
    // Nodes of L2, broken and told to the ground truth.
    void kill_node(unsigned node);
    void restart_node(unsigned node);  // empty
    void freeze_node(unsigned node);
    void thaw_node(unsigned node);
    void empty_node(unsigned node);  // of a primary: its replicas too
    // A key's name in L2, as this design calls the object.
    std::string name_of(std::uint32_t object) const;
    void remove_from_l2(std::uint32_t object);
    // At the origin, and then in the caches, as the design does it. Who asks from then on must
    // get what was written.
    void write_and_invalidate(std::uint32_t object);

    // What goes wrong with the origin.
    void set_origin(const origin::FaultPlan& plan) { origin_->set(plan); }
    void origin_fails(bool fails);  // from now on nothing it could do would help

    // A second load beside the first, to the end of its own schedule.
    void start_second_load(load::ArrivalPlan arrivals, std::unique_ptr<load::KeyChoice> keys,
                           unsigned connections, Asked asked);
    // How many requests it had; 0: there is none.
    std::uint64_t await_second_load();

    // What must have happened, else the fault is no fault.
    void prove(bool held, std::string_view what);
    void prove(const Result<void>& done, std::string_view what);
    // What must be true of this design beside what the judge sees.
    void demand(bool held, const std::string& what);
    void fact(std::string_view name, const std::string& value);
    void cannot(std::string why) { record_.not_run = std::move(why); }
    // A number that a proof compares with a later one.
    void note(const std::string& name, double value) { notes_[name] = value; }
    double noted(const std::string& name) const { return notes_.at(name); }

  private:
    Result<void> set_up();
    Result<void> form_cluster();
    Result<void> start_processes();
    Duration lead_in() const;
    // Until values that are to expire together do, from when they were filled on.
    Duration expires_after() const;
    load::LoadSettings load_settings();
    void count_since_begin(std::size_t number);
    void sample_memory();
    void pause_until(SteadyTime until);
    void collect();
    void look_at_origin();
    std::string output_of(unsigned number);

    ControlThread& control_;
    const TrialBench& bench_;
    const TrialDrill& drill_;
    const Design design_;
    const Workload workload_;
    PrivateNetwork* const network_;
    const bool fault_;
    const PhaseLengths lengths_;

    Dataset data_;
    Copies copies_;
    RequestLog log_, second_log_;
    TrialRecord record_;
    std::unique_ptr<load::CdnModel> cdn_;  // of a workload that wants one
    std::unique_ptr<LoadThread> load_thread_;
    std::unique_ptr<OriginServer> origin_;
    std::unique_ptr<LocalCluster> cluster_;
    std::unique_ptr<KeyspaceWatch> watch_;
    std::unique_ptr<NodePulses> pulses_;
    std::unique_ptr<ProxiedCluster> proxies_;
    DesignPlaces places_;
    std::vector<std::unique_ptr<ServedProcess>> processes_;
    std::vector<MetricsPage> at_begin_;  // of each process; of one that was restarted, empty
    SteadyTime memory_due_{}, filled_at_{};
    std::optional<std::size_t> second_load_;
    std::map<std::string, double> notes_;
    unsigned restarts_ = 0;
};

}  // namespace aside::lab::trials
