#include "lab/drill.h"

#include <algorithm>
#include <cstdio>

namespace aside::lab {

namespace {

constexpr Duration kReplicatedLimit = std::chrono::seconds(10);
const Duration kReadBudget = redis::TierOptions{}.read_budget_min;
constexpr std::uint16_t kPrivatePort = 17000;  // nobody else is there

std::string number_text(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

}  // namespace

DrillContext::~DrillContext() {
    load_.reset();
    others_.clear();
    client_.reset();
    proxies_.reset();
}

ProxiedCluster& DrillContext::proxies() {
    if (proxies_) return *proxies_;
    auto opened = ProxiedCluster::open(control_, cluster_);
    if (!opened) {
        // There is no drill without them, and no port to be had is no finding about Aside.
        std::fprintf(stderr, "no proxies: %s\n", to_string(opened.error()).c_str());
        std::abort();
    }
    proxies_ = std::move(*opened);
    return *proxies_;
}

ClientOptions DrillContext::client_options(bool through_proxies) {
    ClientOptions options;
    options.seeds = through_proxies ? proxies().endpoints() : cluster_.endpoints();
    options.user = kClientUser;
    options.password = kClientPassword;
    if (!cluster_.certificates().ca_file.empty()) {
        runtime::TlsOptions tls;
        tls.ca_file = cluster_.certificates().ca_file;
        options.tier.tls = std::make_shared<const runtime::TlsOptions>(std::move(tls));
    }
    return options;
}

LabClient& DrillContext::start_client(ClientOptions options, OriginOptions origin) {
    auto started = LabClient::start(std::move(options), std::make_shared<KnownOrigin>(origin));
    if (!started) {
        std::fprintf(stderr, "no client: %s\n", to_string(started.error()).c_str());
        std::abort();
    }
    client_ = std::move(*started);
    before_ = client_->metrics();
    stalls_before_ = control_.stalls();
    return *client_;
}

LabClient& DrillContext::another_client(ClientOptions options) {
    // They share the origin, which lives as long as the last of them.
    std::shared_ptr<KnownOrigin> shared(&client_->origin(), [](KnownOrigin*) {});
    auto started = LabClient::start(std::move(options), std::move(shared));
    if (!started) {
        std::fprintf(stderr, "no client: %s\n", to_string(started.error()).c_str());
        std::abort();
    }
    others_.push_back(std::move(*started));
    return *others_.back();
}

VerifiedLoad& DrillContext::start_load(LoadOptions options) {
    per_second_ = options.per_second;
    load_ = std::make_unique<VerifiedLoad>(*client_, std::move(options));
    load_->begin();
    return *load_;
}

void DrillContext::warm() {
    expect(client_->warm(), "L2 takes every object");
    (void)require(cluster_.await_replicated(kReplicatedLimit), "replicas have every object");
    client_->origin().forget_counts();
    before_ = client_->metrics();
    stalls_before_ = control_.stalls();
}

void DrillContext::fact(std::string_view name, double value) {
    fact(name, number_text(value));
}

void DrillContext::fact(std::string_view name, std::string_view value) {
    facts_.push_back(std::string(name) + ": " + std::string(value));
}

void DrillContext::expect(bool held, std::string_view what) {
    if (!held) failures_.emplace_back(what);
}

bool DrillContext::require(const Result<void>& done, std::string_view what) {
    if (!done) failures_.push_back(std::string(what) + ": " + to_string(done.error()));
    return done.has_value();
}

double DrillContext::excused_by_stalls(StallCount since) const {
    const StallCount stood = control_.stalls() - since;
    const std::chrono::duration<double> reach =
        stood.in_all + static_cast<Duration::rep>(stood.times) * kReadBudget;
    return per_second_ * reach.count();
}

void DrillContext::expect_no_loads(std::string_view what) {
    const double late = since_start().sum("aside_l2_reads_over_total");
    const double excused = std::min(late, excused_by_stalls(stalls_before_));
    expect(static_cast<double>(object_loads()) <= excused, what);
}

void DrillContext::expect_no_unknown(const MetricsPage& counted, StallCount since,
                                     std::string_view what) {
    const double late = counted.sum("aside_l2_reads_over_total");
    const double excused = std::min(late, excused_by_stalls(since));
    expect(counted.sum("aside_unknown_total") <= excused, what);
}

MetricsPage DrillContext::since_start() {
    return client_->metrics() - before_;
}

void DrillContext::finish() {
    if (finished_ || !client_) return;
    finished_ = true;
    if (load_) {
        load_->end();
        const LoadReport report = load_->report();
        fact("load", to_string(report));
        expect(report.requests > 0, "the load ran");
        expect(report.clean(), "no request failed, no false absence, no wrong or old byte");
        for (const std::string& trouble : load_->troubles()) fact("trouble", trouble);
    }
    const MetricsPage counted = since_start();
    fact("l2", counted.by_label("aside_reads_total", "answer", "tier=\"l2\""));
    fact("unknown", counted.by_label("aside_unknown_total", "reason"));
    fact("fills", counted.by_label("aside_fills_total", "result", "tier=\"l2\""));
    fact("leases", counted.by_label("aside_leases_total", "result"));
    fact("stalls of the client", counted.sum("aside_l2_stalls_total"));
    const StallCount stood = control_.stalls() - stalls_before_;
    if (stood.times > 0) {
        fact("times the machine stood still", static_cast<double>(stood.times));
        fact("for ms in all", std::chrono::duration<double, std::milli>(stood.in_all).count());
    }
    fact("misses", counted.by_label("aside_miss_total", "reason"));
    fact("origin loads of objects", static_cast<double>(object_loads()));
    expect(counted.sum("aside_l2_mismatches_total") == 0, "no envelope failed to verify");
}

Result<void> DrillRunner::prepare(const ClusterWish& wish) {
    if (cluster_ && !wish.fresh && wish == wish_) {
        auto healed = cluster_->heal();
        if (healed) return healed;
        std::fprintf(stderr, "the cluster does not heal (%s): another\n",
                     to_string(healed.error()).c_str());
    }
    cluster_.reset();
    ClusterOptions options;
    options.program = program_;
    options.primaries = wish.primaries;
    options.replicas = wish.replicas;
    options.node_timeout = wish.node_timeout;
    options.tls = wish.tls;
    options.as_managed = wish.as_managed;
    if (wish.private_network) {
        if (!network_) {
            auto made = PrivateNetwork::make();
            if (!made) return fail(std::move(made.error()));
            network_ = std::move(*made);
        }
        options.places = network_->places(wish.named);
        options.first_port = kPrivatePort;
    }
    auto formed = LocalCluster::form(control_, options);
    if (!formed) return fail(std::move(formed.error()));
    cluster_ = std::move(*formed);
    wish_ = wish;
    return {};
}

DrillVerdict DrillRunner::run(const Drill& drill) {
    DrillVerdict verdict;
    const auto prepared = prepare(drill.wish);
    if (!prepared) {
        verdict.failures.push_back("no cluster: " + to_string(prepared.error()));
        return verdict;
    }
    const SteadyTime begun = control_.now();
    {
        DrillContext context(control_, *cluster_, network_.get(), settings_);
        drill.run(context);
        context.finish();
        verdict.facts = context.facts();
        verdict.failures = context.failures();
        verdict.skipped = context.skipped();
    }
    const std::chrono::duration<double> took = control_.now() - begun;
    verdict.seconds = took.count();
    verdict.passed = verdict.failures.empty();
    return verdict;
}

}  // namespace aside::lab
