#include <fmt/format.h>

#include "cli/bench_report.h"
#include "wire/json_text.h"

namespace aside::cli {
namespace {

namespace load = lab::load;

double us_of(Duration span) {
    return std::chrono::duration<double, std::micro>(span).count();
}

std::string json_text(std::string_view text) {
    std::string json;
    wire::append_json_string(json, text);
    return json;
}

void append_latency(std::string& into, const load::LatencyHistogram& latency) {
    if (latency.count() == 0) {
        into += R"("latency_us":null,"histogram_us":[])";
        return;
    }
    fmt::format_to(std::back_inserter(into),
                   R"("latency_us":{{"mean":{:.1f},"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},)"
                   R"("p99.9":{:.1f},"p99.99":{:.1f},"max":{:.1f}}},"histogram_us":[)",
                   us_of(latency.mean()), us_of(latency.quantile(0.5)),
                   us_of(latency.quantile(0.9)), us_of(latency.quantile(0.99)),
                   us_of(latency.quantile(0.999)), us_of(latency.quantile(0.9999)),
                   us_of(latency.longest()));
    bool first = true;
    for (const auto& bucket : latency.buckets()) {
        fmt::format_to(std::back_inserter(into), "{}[{:.3f},{:.3f},{}]",
                       std::exchange(first, false) ? "" : ",", us_of(bucket.from), us_of(bucket.to),
                       bucket.count);
    }
    into += ']';
}

// The members of one second, or of the whole; no braces.
void append_figures(std::string& into, const load::LoadFigures& figures) {
    fmt::format_to(std::back_inserter(into),
                   R"("requests":{},"well":{},"from_cdn":{},"moved":{},"errors":{{)", figures.due,
                   figures.well, figures.from_cdn, figures.moved);
    for (std::size_t i = 0; i < load::kMishaps; ++i) {
        fmt::format_to(std::back_inserter(into), "{}\"{}\":{}", i > 0 ? "," : "",
                       load::kMishapNames[i], figures.mishaps[i]);
    }
    fmt::format_to(std::back_inserter(into),
                   R"(}},"values":{{"l1":{},"l2":{},"origin":{}}},"body_bytes":{},)", figures.l1,
                   figures.l2, figures.origin, figures.body_bytes);
    append_latency(into, figures.latency);
}

void append_verdicts(std::string& into, const std::vector<BenchVerdict>& verdicts) {
    into += R"("limits":[)";
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const BenchVerdict& verdict = verdicts[i];
        fmt::format_to(std::back_inserter(into),
                       R"({}{{"flag":{},"limit":{},"measured":{},"held":{}}})", i > 0 ? "," : "",
                       json_text(verdict.name), json_text(verdict.limit),
                       json_text(verdict.measured), verdict.held);
    }
    into += ']';
}

}  // namespace

std::string bench_json(const load::LoadRecord& record, const std::vector<BenchVerdict>& verdicts) {
    std::string json = R"({"settings":{)";
    for (std::size_t i = 0; i < record.settings.size(); ++i) {
        const auto& [name, value] = record.settings[i];
        json += (i > 0 ? "," : "") + json_text(name) + ':' + json_text(value);
    }
    fmt::format_to(std::back_inserter(json),
                   R"(}},"took_s":{:.6f},"cpu_s":{:.3f},"connections_opened":{},)"
                   R"("latest_start_us":{:.1f},"unfinished":{},"connect_error":{},"statuses":{{)",
                   us_of(record.took) / 1e6, us_of(record.cpu_time) / 1e6,
                   record.connections_opened, us_of(record.latest_start), record.unfinished,
                   json_text(record.connect_error));
    bool first = true;
    for (const auto& [status, count] : record.statuses) {
        fmt::format_to(std::back_inserter(json), "{}\"{}\":{}",
                       std::exchange(first, false) ? "" : ",", status, count);
    }
    json += "},";
    append_verdicts(json, verdicts);
    json += R"(,"total":{)";
    append_figures(json, record.total());
    json += "},\n\"seconds\":[";
    for (std::size_t i = 0; i < record.seconds.size(); ++i) {
        fmt::format_to(std::back_inserter(json), "{}\n{{\"second\":{},", i > 0 ? "," : "", i);
        append_figures(json, record.seconds[i]);
        json += '}';
    }
    return json += "]}\n";
}

}  // namespace aside::cli
