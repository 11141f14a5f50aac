// A drill: something that happens to L2 while a load runs, and what must be true nevertheless.
//
// Each passes only if no request failed, no existing object was answered as absent, no byte was
// wrong, and its own expectations hold. docs/drills.md is the table of them all.
//
// Thread rule: one thread, not a worker's. Ownership: a context belongs to one run of one drill.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/lab_client.h"
#include "lab/local_cluster.h"
#include "lab/private_network.h"
#include "lab/proxied_cluster.h"
#include "lab/verified_load.h"

namespace aside::lab {

// What kind of cluster a drill wants. Drills with equal wishes share one, healed between them.
struct ClusterWish {
    unsigned primaries = 3;
    unsigned replicas = 1;
    Duration node_timeout = std::chrono::milliseconds(1500);
    bool tls = false;
    bool as_managed = true;
    bool fresh = false;            // one of its own: the drill leaves it in another shape
    bool private_network = false;  // its nodes live in one: see drills/apart.h
    bool named = false;            // and are announced by name
    bool operator==(const ClusterWish&) const = default;
};

// How drills are run, beside the server.
struct DrillSettings {
    // Server programs that an upgrade leads to, one after the other.
    std::vector<std::string> upgrades;
    bool long_ones = false;  // as long as specified, where that is too long for every day
};

class DrillContext;

struct Drill {
    std::string_view id;  // "D14"
    std::string_view title;
    std::string_view theme;  // the file it stands in: "failover"
    void (*run)(DrillContext&);
    ClusterWish wish = {};
};

class DrillContext {
  public:
    DrillContext(ControlThread& control, LocalCluster& cluster, PrivateNetwork* network,
                 const DrillSettings& settings)
        : control_(control), cluster_(cluster), network_(network), settings_(settings) {}
    ~DrillContext();
    DrillContext(const DrillContext&) = delete;

    ControlThread& control() { return control_; }
    LocalCluster& cluster() { return cluster_; }
    // REQUIRES: the drill's wish was one.
    PrivateNetwork& network() { return *network_; }
    const DrillSettings& settings() const { return settings_; }
    // Proxies before the nodes, made when first asked for.
    ProxiedCluster& proxies();

    // Options of a client of this cluster, as the drill's own ACL user.
    ClientOptions client_options(bool through_proxies);
    // The client under test, its origin and its load: made once, then changed no more.
    LabClient& start_client(ClientOptions options, OriginOptions origin = {});
    LabClient& client() { return *client_; }
    LabClient& another_client(ClientOptions options);  // with the same origin
    VerifiedLoad& start_load(LoadOptions options = {});
    VerifiedLoad& load() { return *load_; }
    // Fills L2 with every object and waits for the replicas; then counts begin.
    void warm();

    // What was found: shown with the verdict.
    void fact(std::string_view name, double value);
    void fact(std::string_view name, std::string_view value);
    void expect(bool held, std::string_view what);
    // Nothing of it can be shown with this server: to be returned after.
    void skip(std::string_view why) { skipped_ = why; }
    // Fails the drill when this did not work.
    bool require(const Result<void>& done, std::string_view what);
    void pause(Duration span) { control_.pause(span); }
    template <class Condition>
    bool await(Duration limit, const std::string& what, Condition condition) {
        const Result<void> seen = control_.await(limit, what, condition);
        expect(seen.has_value(), what);
        return seen.has_value();
    }

    // The metrics since warm() (or since the client's start).
    MetricsPage since_start();
    // Loads of objects that exist: while L2's live copies hold all of them, there is no reason for
    // one.
    std::uint64_t object_loads() { return client_->origin().loads_of_objects(); }
    void expect_no_loads(std::string_view what);
    void expect_no_unknown(std::string_view what) {
        expect_no_unknown(since_start(), stalls_before_, what);
    }
    // What was counted since the machine's stalls were these.
    void expect_no_unknown(const MetricsPage& counted, StallCount since, std::string_view what);
    // Ends the load, and holds it to the rules of every drill.
    void finish();

    const std::vector<std::string>& facts() const { return facts_; }
    const std::vector<std::string>& failures() const { return failures_; }
    const std::string& skipped() const { return skipped_; }

  private:
    // Reads that may have found no copy within their budget because this machine stood still: not
    // more than began in its stalls or just before, and none if it never did.
    double excused_by_stalls(StallCount since) const;

    ControlThread& control_;
    LocalCluster& cluster_;
    PrivateNetwork* const network_;
    const DrillSettings& settings_;
    std::unique_ptr<ProxiedCluster> proxies_;
    std::unique_ptr<LabClient> client_;
    std::vector<std::unique_ptr<LabClient>> others_;
    std::unique_ptr<VerifiedLoad> load_;
    MetricsPage before_;
    StallCount stalls_before_;
    double per_second_ = 0;  // of the load
    std::vector<std::string> facts_;
    std::vector<std::string> failures_;
    std::string skipped_;
    bool finished_ = false;
};

struct DrillVerdict {
    bool passed = false;
    double seconds = 0;
    std::vector<std::string> facts, failures;
    std::string skipped;  // why; empty: it was not
};

// Runs drills one after the other, keeping a cluster for those that want the same.
class DrillRunner {
  public:
    DrillRunner(ControlThread& control, std::string server_program, DrillSettings settings)
        : control_(control), program_(std::move(server_program)), settings_(std::move(settings)) {}

    DrillVerdict run(const Drill& drill);

  private:
    Result<void> prepare(const ClusterWish& wish);

    ControlThread& control_;
    const std::string program_;
    const DrillSettings settings_;
    std::unique_ptr<PrivateNetwork> network_;
    std::unique_ptr<LocalCluster> cluster_;
    ClusterWish wish_;
};

}  // namespace aside::lab
