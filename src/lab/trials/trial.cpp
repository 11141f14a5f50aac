#include "lab/trials/trial.h"

#include <algorithm>
#include <array>

namespace aside::lab::trials {

namespace {

using namespace std::chrono_literals;

// Of load before anything is counted: L1 fills, limits find their place.
constexpr Duration kLeadIn = 5s, kLeadInQuick = 1s;
constexpr Duration kSetUp = 6s;  // from filling L2 to the load
constexpr int kMuchSlower = 3;

Duration median(std::vector<Duration>& of) {
    if (of.empty()) return {};
    const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::ranges::nth_element(of, middle);
    return *middle;
}
constexpr Duration kReadyLimit = 15s;
constexpr Duration kReplicatedLimit = 20s;
constexpr Duration kMemoryEvery = 2s;
constexpr Duration kLongest = 24h;  // the schedule's end is told when the trial is over
constexpr Duration kPatience = 10s;
constexpr Duration kNodeTimeout = 1500ms;
constexpr std::uint16_t kPrivatePort = 17000;  // nobody else is on that network

// A copy that aside stored lives for its fresh and stale time, each cut by up to a tenth.
Duration life_of(Design design, const Workload& workload) {
    if (design != Design::aside) return workload.objects_fresh;
    return (workload.objects_fresh + workload.stale) * 9 / 10;
}

// As the schedule begins.
load::RatePiece as_it_begins(const load::LoadSettings& settings, Duration span) {
    const double rate = settings.arrivals.pieces.front().from_per_second;
    return {rate, rate, span};
}

}  // namespace

PhaseLengths TrialBench::lengths(const TrialDrill& drill) const {
    const PhaseLengths& of = quick ? drill.quick : drill.full;
    const auto stretched = [this](Duration span) {
        return Duration(static_cast<Duration::rep>(static_cast<double>(span.count()) * stretch));
    };
    return {stretched(of.before), stretched(of.during), stretched(of.after)};
}

Trial::Trial(ControlThread& control, const TrialBench& bench, const TrialDrill& drill,
             Design design, Workload workload, PrivateNetwork* network, bool fault,
             PhaseLengths lengths)
    : control_(control),
      bench_(bench),
      drill_(drill),
      design_(design),
      workload_(workload),
      network_(network),
      fault_(fault),
      lengths_(lengths),
      data_(workload_.data),
      copies_(workload_.data.objects, life_of(design, workload_)),
      log_(data_, workload_, Asked::items),
      second_log_(data_, workload_, Asked::objects) {}

Trial::~Trial() {
    load_thread_.reset();
    processes_.clear();
    proxies_.reset();
    pulses_.reset();
    if (watch_) watch_->end();
    watch_.reset();
    cluster_.reset();
    origin_.reset();
}

Result<void> Trial::form_cluster() {
    ClusterOptions options;
    options.program = bench_.server_program;
    options.primaries = drill_.cluster.primaries;
    options.replicas = drill_.cluster.replicas;
    options.small_primaries = drill_.cluster.small_primaries;
    options.node_timeout = kNodeTimeout;
    options.lines = {kNotifications};
    if (network_ != nullptr) {
        options.places = network_->places(false);
        options.first_port = kPrivatePort;
    }
    auto formed = LocalCluster::form(control_, std::move(options));
    if (!formed) return fail(std::move(formed.error()));
    cluster_ = std::move(*formed);
    for (const unsigned primary : cluster_->primaries()) {
        const unsigned replica = cluster_->replica_of(primary);
        if (replica < cluster_->size()) copies_.copy_each_other(primary, replica);
    }
    watch_ = std::make_unique<KeyspaceWatch>(control_, copies_, std::string(key_prefix(design_)));
    for (unsigned node = 0; node < cluster_->size(); ++node) {
        auto watched = watch_->watch(node, cluster_->server(node).admin());
        if (!watched) return watched;
    }
    pulses_ = std::make_unique<NodePulses>(control_, copies_);
    for (unsigned node = 0; node < cluster_->size(); ++node)
        pulses_->look_after(node, cluster_->server(node).admin());
    if (!drill_.cluster.proxied) return {};
    auto proxied = ProxiedCluster::open(control_, *cluster_);
    if (!proxied) return fail(std::move(proxied.error()));
    proxies_ = std::move(*proxied);
    return {};
}

std::string Trial::output_of(unsigned number) {
    return cluster_->directory() + "/process-" + std::to_string(number) + ".log";
}

unsigned Trial::functions() const {
    return bench_.quick ? drill_.functions.quick : drill_.functions.full;
}

Result<void> Trial::start_processes() {
    places_ = {.program = bench_.program,
               .article_script = bench_.article_script,
               .index_url = origin_->index_url(),
               .objects_url = origin_->objects_url(),
               .origin = origin_->endpoint(),
               .seeds = proxies_ ? proxies_->endpoints() : cluster_->endpoints()};
    const auto l1_bytes =
        static_cast<std::uint64_t>(workload_.l1_share * static_cast<double>(data_.total_bytes()));
    auto line = functions() > 0
                    ? functions_line(places_, workload_, l1_bytes, functions(),
                                     cluster_->directory() + "/functions.log", drill_.aside_has)
                    : command_line(design_, places_, workload_, l1_bytes);
    if (asides() && !drill_.aside_has.empty()) {
        if (functions() == 0) line.emplace_back(drill_.aside_has);
        fact("aside's processes have", std::string(drill_.aside_has));
    }
    const unsigned processes = functions() > 0 ? 1 : workload_.processes;
    for (unsigned i = 0; i < processes; ++i) {
        auto started = ServedProcess::start(control_, line, output_of(i));
        if (!started) return fail(std::move(started.error()));
        processes_.push_back(std::move(*started));
    }
    for (const auto& process : processes_) {
        auto ready = process->await_ready(kReadyLimit);
        if (!ready) return ready;
    }
    at_begin_.resize(processes_.size());
    return {};
}

Result<void> Trial::set_up() {
    auto thread = LoadThread::start();
    if (!thread) return fail(std::move(thread.error()));
    load_thread_ = std::move(*thread);
    auto origin = OriginServer::start(data_, workload_.origin_plan());
    if (!origin) return fail(std::move(origin.error()));
    origin_ = std::move(*origin);
    auto done = form_cluster();
    if (!done) return done;
    PrefillOptions options;
    filled_at_ = control_.now();
    if (fault_ && drill_.expire_together)
        options.age = std::max(workload_.objects_fresh - expires_after(), Duration{});
    const auto filled = prefill(control_, *cluster_, data_, workload_, design_, options);
    if (!filled) return fail(filled.error());
    done = cluster_->await_replicated(kReplicatedLimit);
    if (!done) return done;
    done = start_processes();
    watch_->tell([&](Copies& copies, SteadyTime) { copies.filled(filled->at, filled->ages); });
    return done;
}

Duration Trial::lead_in() const {
    return bench_.quick ? kLeadInQuick : kLeadIn;
}

Duration Trial::expires_after() const {
    return lead_in() + lengths_.before + kSetUp;
}

load::LoadSettings Trial::load_settings() {
    load::LoadSettings settings;
    for (const auto& process : processes_) settings.targets.push_back({process->endpoint(), {}});
    settings.path = "/items/item-{}";
    settings.arrivals = load::steady(workload_.per_second, kLongest);
    if (drill_.arrivals) {
        settings.arrivals = drill_.arrivals(workload_, lengths_.all());
        settings.arrivals.pieces.insert(settings.arrivals.pieces.begin(),
                                        as_it_begins(settings, lead_in()));
        // What happens may take longer than planned: it goes on as it ends, until it is stopped.
        const double last = settings.arrivals.pieces.back().to_per_second;
        settings.arrivals.pieces.push_back({last, last, kLongest});
    }
    settings.keys = load::zipf_keys(workload_.data.items, workload_.zipf, workload_.seed);
    settings.seed = workload_.seed;
    settings.connections = workload_.connections;
    settings.patience = kPatience;
    settings.resend_when_stale = true;
    settings.move_when_refused = drill_.refused_moves_on;
    if (!cdn_ && workload_.cdn_time_to_live > Duration{}) {
        cdn_ = std::make_unique<load::CdnModel>(workload_.data.items, workload_.cdn_time_to_live);
    }
    settings.cdn = cdn_.get();
    return settings;
}

void Trial::count_since_begin(std::size_t number) {
    const MetricsPage counted = processes_[number]->metrics() - at_begin_[number];
    record_.unknowns += static_cast<std::uint64_t>(counted.sum("aside_unknown_total"));
    record_.connections_opened += static_cast<std::uint64_t>(counted.sum("aside_l2_dials_total") +
                                                             counted.sum("article_dials_total"));
    const std::string reasons = counted.by_label("aside_unknown_total", "reason");
    if (!reasons.empty()) fact("unknown to process " + std::to_string(number), reasons);
}

void Trial::sample_memory() {
    std::uint64_t bytes = 0;
    for (const auto& process : processes_) bytes += process ? process->resident_bytes() : 0;
    const SteadyTime now = control_.now();
    record_.memory.emplace_back(now, bytes);
    memory_due_ = now + kMemoryEvery;
}

void Trial::pause_until(SteadyTime until) {
    for (SteadyTime now = control_.now(); now < until; now = control_.now()) {
        if (now >= memory_due_) sample_memory();
        control_.pause(std::min(until, memory_due_) - now);
    }
}

void Trial::pause(Duration span) {
    pause_until(control_.now() + span);
}

Result<TrialRecord> Trial::run() {
    auto done = set_up();
    if (!done) return fail(std::move(done.error()));
    const std::size_t main_load = load_thread_->begin(load_settings(), log_);
    pause(lead_in());
    for (std::size_t i = 0; i < processes_.size(); ++i) at_begin_[i] = processes_[i]->metrics();
    record_.counts_connections = functions() == 0;  // they tell no metrics
    (void)origin_->take_log();
    Timeline& timeline = record_.timeline;
    timeline.begin = control_.now();
    const SteadyTime fault_due = fault_ && drill_.expire_together
                                     ? filled_at_ + expires_after()
                                     : timeline.begin + lengths_.before;
    pause_until(fault_due);
    timeline.fault = control_.now();
    prove(timeline.fault - timeline.begin >= lengths_.before / 2, "there was a time before it");
    if (fault_ && drill_.begin_fault) drill_.begin_fault(*this);
    pause_until(timeline.fault + lengths_.during);
    if (fault_ && drill_.end_fault) drill_.end_fault(*this);
    timeline.mended = control_.now();
    pause(lengths_.after);
    load_thread_->stop(main_load);
    timeline.end = control_.now();
    load_thread_->await_end(main_load);
    await_second_load();
    collect();
    return std::move(record_);
}

// Of a fault of the origin: that it was one.
void Trial::look_at_origin() {
    std::array<std::vector<Duration>, kPhases> took;
    std::uint64_t throttled = 0;
    for (const OriginLoad& load : record_.loads) {
        const Phase phase = record_.timeline.phase_of(load.began);
        took[static_cast<std::size_t>(phase)].push_back(load.ended - load.began);
        throttled += load.end == LoadEnd::throttled && phase == Phase::during;
    }
    if (drill_.expect.origin_throttles) prove(throttled > 0, "the origin answered 503");
    if (!drill_.expect.origin_slower) return;
    const Duration before = median(took[0]), during = median(took[1]);
    fact("median ms of a load, before and during",
         std::to_string(before / std::chrono::milliseconds(1)) + ", " +
             std::to_string(during / std::chrono::milliseconds(1)));
    prove(during > kMuchSlower * before && before > Duration{}, "the origin was slow");
}

void Trial::collect() {
    for (std::size_t i = 0; i < processes_.size(); ++i) {
        if (processes_[i]) count_since_begin(i);
    }
    for (unsigned i = 0; i < processes_.size(); ++i)
        prove(processes_[i] && processes_[i]->running(),
              "process " + std::to_string(i) + " did not end by itself");
    record_.loads = origin_->take_log();
    prove(origin_->lost_of_log() == 0, "the origin's log is whole");
    record_.most_loads = std::max(origin_->most_in_progress(LoadKind::object),
                                  origin_->most_in_progress(LoadKind::item));
    if (fault_) look_at_origin();
    record_.stalls = control_.stall_spans();
    record_.requests = log_.take();
    std::erase_if(record_.requests, [this](const RequestRecord& request) {
        return request.due < record_.timeline.begin;
    });
    const auto second = second_log_.take();
    record_.requests.insert(record_.requests.end(), second.begin(), second.end());
    fact("notifications heard", std::to_string(watch_->heard()));
    const NodePulses::Count pulses = pulses_->count();
    fact("PINGs of the drill's own", std::to_string(pulses.answered) + ", of which " +
                                         std::to_string(pulses.late) + " took " +
                                         std::to_string(NodePulses::kLate / 1ms) + " ms or more");
    pulses_->end();
    watch_->end();
}

}  // namespace aside::lab::trials
