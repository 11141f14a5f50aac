// The drills' report as JSON, for programs.
#include <fmt/format.h>

#include "lab/trials/drill_report.h"
#include "wire/json_text.h"

namespace aside::lab::trials {

namespace {

double ms(Duration span) {
    return std::chrono::duration<double, std::milli>(span).count();
}

std::string text(std::string_view value) {
    std::string json;
    wire::append_json_string(json, value);
    return json;
}

template <class List, class Write>
std::string listed(const List& list, Write write) {
    std::string json = "[";
    for (const auto& element : list) {
        if (json.size() > 1) json += ',';
        json += write(element);
    }
    return json + "]";
}

std::string latency_json(const Latencies& latency) {
    return fmt::format(R"({{"requests":{},"p50_ms":{:.3f},"p99_ms":{:.3f},"p999_ms":{:.3f},)"
                       R"("max_ms":{:.3f}}})",
                       latency.requests, ms(latency.p50), ms(latency.p99), ms(latency.p999),
                       ms(latency.max));
}

std::string figures_json(const Figures& f) {
    std::string json = fmt::format(
        R"("requests":{},"errors":{},"avoidable_errors":{},"errors_per_million":{:.3f},)"
        R"("wrong_bodies":{},"too_old":{},"false_misses":{},"judged":{},"not_judged":{},)"
        R"("unknowns":{},"moved":{},"origin_loads":{},"object_reads":{},"reads_from_origin":{},)"
        R"("object_loads":{},"refused_by_origin":{},"most_loads_at_once":{},"most_loads_of_one":{},)",
        f.requests, f.errors, f.avoidable, f.errors_per_million(), f.wrong, f.too_old,
        f.false_misses, f.judged, f.not_judged, f.unknowns, f.moved, f.origin_loads, f.object_reads,
        f.reads_from_origin, f.object_loads, f.throttled, f.most_loads, f.most_loads_of_one);
    json += fmt::format(
        R"("connections_opened":{},"before":{},"during":{},"after":{},"recovery_s":{:.3f},)"
        R"("memory_slope_per_hour":{:.5f},"fault_at_s":{:.3f},"mended_at_s":{:.3f},)",
        f.counts_connections ? std::to_string(f.connections_opened) : "null",
        latency_json(f.latency[0]), latency_json(f.latency[1]), latency_json(f.latency[2]),
        ms(f.recovery) / 1000, f.memory_slope_per_hour, ms(f.fault_at) / 1000,
        ms(f.mended_at) / 1000);
    return json + R"("seconds":)" + listed(f.seconds, [](const SecondFigures& second) {
               return fmt::format(
                   R"({{"requests":{},"failed":{},"origin_loads":{},"p50_ms":{:.3f},)"
                   R"("p99_ms":{:.3f}}})",
                   second.requests, second.failed, second.origin_loads, ms(second.p50),
                   ms(second.p99));
           });
}

std::string trial_json(const TrialResult& trial) {
    return "{" + fmt::format(R"("design":{},)", text(name_of(trial.design))) +
           figures_json(trial.figures) +
           fmt::format(R"(,"extra_loads":{},"facts":{}}})",
                       trial.faultless ? std::to_string(trial.extra_loads()) : "null",
                       listed(trial.facts, text));
}

std::string drill_json(const DrillResult& result) {
    return fmt::format(R"({{"drill":{},"verdict":{},"reasons":{},"seconds":{:.1f},"trials":{}}})",
                       text(result.drill->name), text(name_of(result.verdict)),
                       listed(result.reasons, text), result.seconds,
                       listed(result.trials, trial_json));
}

}  // namespace

std::string to_json(const std::vector<DrillResult>& results, const ReportFacts& facts) {
    const auto pair = [](const std::pair<std::string, std::string>& fact) {
        return text(fact.first) + ":" + text(fact.second);
    };
    std::string environment = listed(facts.environment, pair);
    environment.front() = '{';
    environment.back() = '}';
    return fmt::format(R"({{"quick":{},"environment":{},"drills":{}}})", facts.quick, environment,
                       listed(results, drill_json)) +
           "\n";
}

}  // namespace aside::lab::trials
