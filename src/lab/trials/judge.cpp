#include "lab/trials/judge.h"

#include <algorithm>
#include <unordered_map>

namespace aside::lab::trials {

namespace {

using std::chrono::milliseconds, std::chrono::seconds;

constexpr std::size_t kExamples = 8;
constexpr Duration kRecoveryBin = milliseconds(250);
constexpr Duration kRecoverySlack = milliseconds(10);  // over twice the p99 of before

Duration quantile(const std::vector<Duration>& sorted, double part) {
    if (sorted.empty()) return {};
    const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
    return sorted[std::min(at, sorted.size() - 1)];
}

Latencies latencies_of(std::vector<Duration> all) {
    std::ranges::sort(all);
    return {.requests = all.size(),
            .p50 = quantile(all, 0.5),
            .p99 = quantile(all, 0.99),
            .p999 = quantile(all, 0.999),
            .max = all.empty() ? Duration{} : all.back()};
}

class Judge {
  public:
    Judge(const TrialRecord& record, const Copies& copies, const Dataset& data,
          const Workload& workload)
        : record_(record), copies_(copies), data_(data), workload_(workload) {}

    Figures figures() {
        judge_requests();
        judge_loads();
        by_second();
        find_recovery();
        find_memory_slope();
        result_.fault_at = record_.timeline.fault - record_.timeline.begin;
        result_.mended_at = record_.timeline.mended - record_.timeline.begin;
        result_.unknowns = record_.unknowns;
        result_.most_loads = record_.most_loads;
        result_.connections_opened = record_.connections_opened;
        result_.counts_connections = record_.counts_connections;
        return std::move(result_);
    }

  private:
    // All the time between.
    static bool within(const std::vector<Outage>& outages, SteadyTime from, SteadyTime to) {
        return std::ranges::any_of(
            outages, [&](const Outage& outage) { return outage.from <= from && outage.to >= to; });
    }

    bool avoidable(const RequestRecord& request) const {
        // It was refused by every process there is.
        if (request.fate == load::Fate::refused &&
            within(record_.nobody_served, request.ended, request.ended))
            return false;
        const SteadyTime until = request.due + workload_.deadline;
        if (!within(record_.outages, request.due, until)) return true;
        const auto held = [&](std::uint32_t object) {
            return copies_.held(object, request.due, request.ended);
        };
        if (request.of_object) return held(request.number);
        return std::ranges::all_of(data_.references(request.number), held);
    }

    void judge_requests() {
        std::array<std::vector<Duration>, kPhases> taken;
        std::vector<Duration> late;
        for (const RequestRecord& request : record_.requests) {
            ++result_.requests;
            result_.moved += request.moved;
            result_.wrong += request.wrong;
            if (request.wrong && !request.failed()) tell_wrong(request);
            result_.too_old += request.too_old;
            result_.reads_from_origin += request.sources.origin;
            result_.object_reads += request.of_object ? 1 : workload_.data.references;
            if (request.failed()) {
                ++result_.errors;
                const bool could_be = avoidable(request);
                result_.avoidable += could_be;
                if (could_be) tell_error(request);
            }
            const Phase phase = phase_of(request);
            taken[static_cast<std::size_t>(phase)].push_back(request.latency());
            if (request.due >= record_.timeline.mended + kRecoveredAfter)
                late.push_back(request.latency());
        }
        result_.late_p99 = latencies_of(std::move(late)).p99;
        for (std::size_t phase = 0; phase < kPhases; ++phase)
            result_.latency[phase] = latencies_of(std::move(taken[phase]));
    }

    void judge_loads() {
        std::unordered_map<std::uint32_t, std::uint64_t> times;
        for (const OriginLoad& load : record_.loads) {
            ++result_.origin_loads;
            result_.loads_since_fault += load.began >= record_.timeline.fault;
            result_.throttled += load.end == LoadEnd::throttled;
            if (load.kind != LoadKind::object || load.conditional ||
                load.number == Dataset::kNoNumber)
                continue;
            ++result_.object_loads;
            result_.most_loads_of_one = std::max(result_.most_loads_of_one, ++times[load.number]);
            judge_load(load);
        }
    }

    void judge_load(const OriginLoad& load) {
        const SteadyTime from = load.began - kUnsure;
        // Of what nobody held all the time, as far as was told, a load is right whatever else
        // happened; but who stored it may have told it late.
        const bool held = copies_.held(load.number, from, load.began);
        const bool near_a_change =
            copies_.stored_within(load.number, from, load.began) ||
            (held && copies_.taken_away_within(load.number, load.began, load.began + kUnsure));
        const bool in_a_stall = held && (machine_stood_still(from, load.began) ||
                                         !copies_.held_and_told(load.number, from, load.began));
        if (near_a_change || in_a_stall) {
            ++result_.not_judged;
            result_.not_judged_in_stalls += in_a_stall;
            return;
        }
        ++result_.judged;
        if (!held) return;
        ++result_.false_misses;
        tell("false miss of " + Dataset::object_key(load.number) + " at " + text_of(load.began) +
             ", " + std::to_string(load.in_progress) + " loads in progress; " +
             copies_.history(load.number, record_.timeline.begin));
    }

    // Who asks a node while nothing runs is not answered in time, whatever the node holds.
    bool machine_stood_still(SteadyTime from, SteadyTime to) const {
        return std::ranges::any_of(record_.stalls, [&](const StallSpan& stall) {
            return stall.from <= to && stall.to >= from;
        });
    }

    void tell(std::string example) {
        if (result_.examples.size() < kExamples) result_.examples.push_back(std::move(example));
    }
    std::string text_of(SteadyTime at) const {
        return std::to_string(std::chrono::duration<double>(at - record_.timeline.begin).count());
    }
    void tell_wrong(const RequestRecord& request) {
        tell("wrong at " + text_of(request.due) + ": answered " + std::to_string(request.status) +
             " for " + std::to_string(request.number) + " by process " +
             std::to_string(request.target));
    }
    void tell_error(const RequestRecord& request) {
        constexpr std::string_view kFates[] = {"answered", "refused", "lost", "timed out",
                                               "malformed"};
        tell("error at " + text_of(request.due) + ": " +
             std::string(kFates[static_cast<std::size_t>(request.fate)]) + " " +
             std::to_string(request.status) + " after " +
             std::to_string(request.latency() / milliseconds(1)) + " ms by process " +
             std::to_string(request.target));
    }

    // What was under way when the fault came is the fault's.
    Phase phase_of(const RequestRecord& request) const {
        const Phase due = record_.timeline.phase_of(request.due);
        const bool caught = due == Phase::before && request.ended > record_.timeline.fault;
        return caught ? Phase::during : due;
    }

    std::size_t second_of(SteadyTime at) const {
        const auto since = std::chrono::duration_cast<seconds>(at - record_.timeline.begin);
        return static_cast<std::size_t>(std::max<std::int64_t>(0, since.count()));
    }

    void by_second() {
        std::vector<std::vector<Duration>> taken;
        const auto second = [&](SteadyTime at) -> SecondFigures& {
            const std::size_t place = second_of(at);
            if (place >= result_.seconds.size()) {
                result_.seconds.resize(place + 1);
                taken.resize(place + 1);
            }
            return result_.seconds[place];
        };
        for (const RequestRecord& request : record_.requests) {
            SecondFigures& of = second(request.due);
            ++of.requests;
            of.failed += request.failed();
            taken[second_of(request.due)].push_back(request.latency());
        }
        for (const OriginLoad& load : record_.loads) ++second(load.began).origin_loads;
        for (std::size_t i = 0; i < taken.size(); ++i) {
            const Latencies all = latencies_of(std::move(taken[i]));
            result_.seconds[i].p50 = all.p50;
            result_.seconds[i].p99 = all.p99;
        }
    }

    void find_recovery() {
        const Latencies& before = result_.latency[static_cast<std::size_t>(Phase::before)];
        const Duration late = 2 * before.p99 + kRecoverySlack;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> bins;  // late or failed, of how many
        for (const RequestRecord& request : record_.requests) {
            if (request.due < record_.timeline.fault) continue;
            const auto bin =
                static_cast<std::size_t>((request.due - record_.timeline.fault) / kRecoveryBin);
            if (bin >= bins.size()) bins.resize(bin + 1);
            // One failure spoils a bin; of what is merely late, one in a hundred.
            bins[bin].first += request.failed() ? 100 : request.latency() > late;
            ++bins[bin].second;
        }
        for (std::size_t bin = bins.size(); bin > 0; --bin) {
            if (bins[bin - 1].first * 100 <= bins[bin - 1].second * 2) continue;
            result_.recovery = static_cast<Duration::rep>(bin) * kRecoveryBin;
            return;
        }
    }

    // Least squares over what was sampled after the first quarter, when caches have filled.
    void find_memory_slope() {
        std::vector<std::pair<double, double>> points;
        for (std::size_t i = record_.memory.size() / 4; i < record_.memory.size(); ++i) {
            const std::chrono::duration<double, std::ratio<3600>> at =
                record_.memory[i].first - record_.timeline.begin;
            points.emplace_back(at.count(), static_cast<double>(record_.memory[i].second));
        }
        if (points.size() < 3) return;
        double x = 0, y = 0, xx = 0, xy = 0;
        for (const auto& [hours, bytes] : points) {
            x += hours;
            y += bytes;
            xx += hours * hours;
            xy += hours * bytes;
        }
        const auto count = static_cast<double>(points.size());
        const double spread = count * xx - x * x;
        if (spread > 0) result_.memory_slope_per_hour = (count * xy - x * y) / spread / (y / count);
    }

    const TrialRecord& record_;
    const Copies& copies_;
    const Dataset& data_;
    const Workload& workload_;
    Figures result_;
};

}  // namespace

Figures judge(const TrialRecord& record, const Copies& copies, const Dataset& data,
              const Workload& workload) {
    return Judge(record, copies, data, workload).figures();
}

}  // namespace aside::lab::trials
