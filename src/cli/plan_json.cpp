// A plan as JSON, for programs.
#include <utility>

#include <fmt/format.h>

#include "cli/plan_report.h"
#include "wire/json_text.h"

namespace aside::cli {

namespace {

using sizing::Outcome;

constexpr unsigned kCurvePoints = 200;

std::string json_text(std::string_view text) {
    std::string json;
    wire::append_json_string(json, text);
    return json;
}

template <class List, class Write>
void append_list(std::string& json, std::string_view name, const List& list, Write write) {
    json += fmt::format("\"{}\":[", name);
    bool first = true;
    for (const auto& one : list) {
        if (!std::exchange(first, false)) json += ',';
        write(one);
    }
    json += ']';
}

void append_texts(std::string& json, std::string_view name, const std::vector<std::string>& texts) {
    append_list(json, name, texts, [&](const std::string& text) { json += json_text(text); });
}

void append_curve(std::string& json, std::string_view name, const sizing::MissRatioCurve& curve) {
    const double entry_bytes = curve.bytes_per_entry();
    append_list(json, name, curve.sampled(kCurvePoints), [&](const sizing::CurvePoint& point) {
        json += fmt::format(R"({{"entries":{:.1f},"bytes":{:.3f},"miss_ratio":{:.6f}}})",
                            point.bytes / entry_bytes, point.bytes, point.miss_ratio);
    });
}

void append_bill(std::string& json, const Outcome& outcome) {
    auto bar = outcome.error_bars.lines.begin();
    append_list(json, "bill", outcome.bill.lines(), [&](const sizing::BillLine& line) {
        json += fmt::format(
            R"({{"what":{},"quantity":{:.6g},"per":{},"unit_usd":{:.10g},"usd":{:.2f},)"
            R"("usd_error_bar":[{:.2f},{:.2f}],"standing":"{}","source":{},"date":{}}})",
            json_text(line.what), line.quantity, json_text(line.price.per), line.price.usd,
            line.usd, bar->low, bar->high, name_of(line.price.standing),
            json_text(line.price.source), json_text(line.price.date));
        ++bar;
    });
    json += fmt::format(R"(,"usd_a_month":{:.2f},"usd_estimated":{:.2f})", outcome.bill.total_usd(),
                        outcome.bill.estimated_usd());
}

// "error_bars":{"hit_ratio":[0.93,0.97],…}: the least and the most, by the names of the figures.
void append_error_bars(std::string& json, const sizing::ErrorBars& bars) {
    struct Named {
        const char* name;
        const sizing::Range& bar;
    };
    const Named named[] = {{"hit_ratio", bars.hit_ratio},
                           {"l1_hit_ratio", bars.l1_hit_ratio},
                           {"l2_hit_ratio", bars.l2_hit_ratio},
                           {"objects_per_second", bars.objects_steady},
                           {"node_lost", bars.objects_node_lost},
                           {"cold", bars.objects_cold},
                           {"index_per_second", bars.index_steady},
                           {"p50_ms", bars.p50_ms},
                           {"p99_ms", bars.p99_ms},
                           {"network", bars.network},
                           {"commands", bars.commands},
                           {"usd_a_month", bars.usd}};
    json += R"(,"error_bars":{)";
    for (const auto& [name, bar] : named) {
        if (!json.ends_with('{')) json += ',';
        json += fmt::format(R"("{}":[{:.6f},{:.6f}])", name, bar.low, bar.high);
    }
    json += '}';
}

void append_choice(std::string& json, const sizing::CacheChoice& choice) {
    json += fmt::format(R"("choice":{{"text":{},"kind":"{}")", json_text(choice.text()),
                        choice.kind == sizing::CacheChoice::Kind::nodes        ? "nodes"
                        : choice.kind == sizing::CacheChoice::Kind::serverless ? "serverless"
                        : choice.kind == sizing::CacheChoice::Kind::l1_alone   ? "l1_alone"
                                                                               : "none");
    if (choice.kind == sizing::CacheChoice::Kind::nodes)
        json +=
            fmt::format(R"(,"node_type":{},"engine":"{}","shards":{},"replicas_per_shard":{})",
                        json_text(choice.node.name), choice.engine, choice.shards, choice.replicas);
    json += "},";
}

std::string outcome_json(const Outcome& outcome) {
    std::string json = "{";
    append_choice(json, outcome.choice);
    json += fmt::format(
        R"("hit_ratio":{:.6f},"l1_hit_ratio":{:.6f},"l2_hit_ratio":{:.6f},"refresh_ratio":{:.6f},)",
        outcome.hit_ratio(), outcome.l1_hit_ratio, outcome.l2_hit_ratio, outcome.refresh_ratio);
    json +=
        fmt::format(R"("origin":{{"objects_per_second":{:.3f},"node_lost":{:.3f},"cold":{:.3f},)"
                    R"("index_per_second":{:.3f}}},)",
                    outcome.origin.objects_steady, outcome.origin.objects_node_lost,
                    outcome.origin.objects_cold, outcome.origin.index_steady);
    json += fmt::format(R"("p50_ms":{:.3f},"p99_ms":{:.3f},"carries":{},)", outcome.p50_ms,
                        outcome.p99_ms, outcome.carries());
    json +=
        fmt::format(R"("shards_needed":{{"memory":{:.4f},"network":{:.4f},"commands":{:.4f}}},)",
                    outcome.need.memory, outcome.need.network, outcome.need.commands);
    append_bill(json, outcome);
    append_error_bars(json, outcome.error_bars);
    return json + "}";
}

}  // namespace

std::string plan_json(const PlanReport& report) {
    const sizing::Workload& workload = report.input.workload;
    std::string json = fmt::format(R"({{"source":{},"region":{},)", json_text(report.input.source),
                                   json_text(report.site.region));
    json += fmt::format(R"("requests_per_second":{:.3f},"references_per_second":{:.3f},)",
                        workload.requests_per_second, workload.references_per_second());
    json += fmt::format(
        R"("distinct_entries":{:.0f},"distinct_bytes":{:.0f},"stored_bytes":{:.0f},)",
        report.input.plain.basis().distinct_entries, report.input.plain.basis().distinct_bytes,
        workload.curve.basis().distinct_bytes);
    json += fmt::format(
        R"("least_miss_ratio":{:.6f},"curve_error":{:.4f},"l1_error":{:.4f},"index_error":{:.4f},)",
        report.input.plain.least_miss_ratio(), workload.curve_error, workload.l1_error,
        workload.index_error);
    // Of the values' own sizes, as a simulation of the trace has it; and of what they take in L2.
    append_curve(json, "curve", report.input.plain);
    json += ',';
    append_curve(json, "stored_curve", workload.curve);
    const Outcome& chosen = report.proposal.chosen;
    json += R"(,"plan":)" + outcome_json(chosen) + ',';
    if (report.l1_bytes > 0)
        json += fmt::format(R"("l1_bytes_per_process":{:.0f},)", report.l1_bytes);
    json += fmt::format(
        R"("saved":{{"objects_per_second":{:.3f},"index_per_second":{:.3f}}},)",
        workload.references_per_second() - chosen.origin.objects_steady,
        workload.requests_per_second * workload.index_read_ratio - chosen.origin.index_steady);
    append_list(json, "alternatives", report.proposal.alternatives,
                [&](const Outcome& outcome) { json += outcome_json(outcome); });
    json += ',';
    append_texts(json, "not_compared", report.proposal.passed_over);
    json += ',';
    append_texts(json, "assumptions", assumptions_told(report));
    json += ',';
    append_texts(json, "not_priced", report.not_priced);
    return json + "}\n";
}

Result<std::string> plan_file(const PlanReport& report) {
    const sizing::CacheChoice& choice = report.proposal.chosen.choice;
    if (choice.replicas == 0)
        return fail(Errc::bad_input,
                    "--plan-file: a stack without a replica has no failover; --replicas 1");
    constexpr double kUsualMib = 1769;  // one vCPU
    const double mib = report.site.function_mib > 0 ? report.site.function_mib : kUsualMib;
    std::string json =
        fmt::format("{{\n  \"version\": 1,\n  \"region\": {},\n", json_text(report.site.region));
    json += fmt::format(
        "  \"cache\": {{ \"node_type\": {}, \"shards\": {}, \"replicas_per_shard\": {} }},\n",
        json_text(choice.node.name), choice.shards, choice.replicas);
    json += fmt::format("  \"function\": {{ \"memory_mib\": {:.0f} }},\n", mib);
    json += fmt::format(
        "  \"reasons\": {{ \"load\": {}, \"hit_ratio\": {:.4f}, \"usd_a_month\": "
        "{:.2f} }}\n}}\n",
        json_text(report.input.source), report.proposal.chosen.hit_ratio(),
        report.proposal.chosen.bill.total_usd());
    return json;
}

}  // namespace aside::cli
