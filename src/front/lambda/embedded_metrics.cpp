#include "front/lambda/embedded_metrics.h"

#include <algorithm>
#include <charconv>

#include "wire/json_text.h"

namespace aside::front::lambda {

namespace {

struct Counted {
    std::string_view name, family;
    telemetry::Labels labels;
};

// Few: each is a metric that CloudWatch asks money for.
const std::array<Counted, EmbeddedMetrics::kCounters>& counted() {
    static const std::array<Counted, EmbeddedMetrics::kCounters> all{{
        {"MemoryHits", "aside_reads_total", {{"tier", "l1"}, {"answer", "hit"}}},
        {"MemoryMisses", "aside_reads_total", {{"tier", "l1"}, {"answer", "miss"}}},
        {"L2Hits", "aside_reads_total", {{"tier", "l2"}, {"answer", "hit"}}},
        {"L2Misses", "aside_reads_total", {{"tier", "l2"}, {"answer", "miss"}}},
        {"L2Unknowns", "aside_unknown_total", {}},
        {"OriginLoads", "aside_origin_loads_total", {}},
        {"OriginErrors", "aside_origin_loads_total", {{"result", "error"}}},
        {"OriginShed", "aside_origin_loads_total", {{"result", "shed"}}},
        {"StaleServed", "aside_stale_served_total", {}},
        {"Thaws", "aside_thaws_total", {}},
    }};
    return all;
}

constexpr std::string_view kInvocations = "Invocations";
constexpr std::string_view kDuration = "InvocationDuration";

void append_metric(std::string& json, std::string_view name, std::string_view unit) {
    json.append(R"({"Name":")").append(name).append(R"(","Unit":")").append(unit).append("\"}");
}

std::string after_timestamp(const std::string& function) {
    std::string json =
        R"(,"CloudWatchMetrics":[{"Namespace":"Aside","Dimensions":[["FunctionName"]],"Metrics":[)";
    append_metric(json, kInvocations, "Count");
    json += ',';
    append_metric(json, kDuration, "Milliseconds");
    for (const Counted& one : counted()) {
        json += ',';
        append_metric(json, one.name, "Count");
    }
    json += R"(]}]},"FunctionName":)";
    wire::append_json_string(json, function);
    return json;
}

void append_number(std::string& json, double value) {
    std::array<char, 32> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 3);
    json.append(text.data(), end.ptr);
}

}  // namespace

EmbeddedMetrics::EmbeddedMetrics(EmbeddedMetricsOptions options,
                                 const telemetry::Registry& registry,
                                 std::function<void(std::string_view)> write)
    : options_(std::move(options)),
      registry_(registry),
      write_(std::move(write)),
      head_(R"({"_aws":{"Timestamp":)"),
      tail_(after_timestamp(options_.function)) {
    took_ms_.reserve(kMostInvocations);
}

void EmbeddedMetrics::invocation_ended(SteadyTime now, WallTime wall, Duration took) {
    if (!std::exchange(begun_, true)) last_ = now;
    took_ms_.push_back(static_cast<double>(took.count()) / 1e6);
    const bool by_number = options_.invocations > 0 && took_ms_.size() >= options_.invocations;
    const bool by_time = options_.period > Duration::zero() && now - last_ >= options_.period;
    if (!by_number && !by_time && took_ms_.size() < kMostInvocations) return;
    write_(line(wall));
    took_ms_.clear();
    last_ = now;
}

std::string EmbeddedMetrics::line(WallTime wall) {
    using std::chrono::milliseconds;
    const auto since_1970 = std::chrono::duration_cast<milliseconds>(wall.time_since_epoch());
    std::string json = head_ + std::to_string(since_1970.count()) + tail_;
    json.append(",\"").append(kInvocations).append("\":").append(std::to_string(took_ms_.size()));
    json.append(",\"").append(kDuration).append("\":[");
    for (const double& ms : took_ms_) {
        if (&ms != &took_ms_.front()) json += ',';
        append_number(json, ms);
    }
    json += ']';
    for (std::size_t i = 0; i < counted().size(); ++i) {
        const Counted& one = counted()[i];
        const std::uint64_t total = registry_.total(one.family, one.labels);
        json.append(",\"").append(one.name).append("\":");
        json += std::to_string(total - std::exchange(told_[i], total));
    }
    return json += "}\n";
}

}  // namespace aside::front::lambda
