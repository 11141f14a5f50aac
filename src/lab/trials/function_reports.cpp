#include "lab/trials/function_reports.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <simdjson.h>

namespace aside::lab::trials {

namespace {

constexpr unsigned kOk = 200;
constexpr std::size_t kExamples = 3;

struct Said {
    std::uint64_t status = 0;
    std::string body;
};

// What the function's answer says; nothing where it failed.
std::optional<Said> said_in(simdjson::dom::element report) {
    std::string_view answer;
    if (report["answer"].get(answer) != simdjson::SUCCESS) return std::nullopt;
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    const std::string padded(answer);
    Said said;
    std::string_view body;
    if (parser.parse(padded).get(root) != simdjson::SUCCESS ||
        root["statusCode"].get(said.status) != simdjson::SUCCESS ||
        root["body"].get(body) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    said.body = body;
    return said;
}

void judge_one(const Dataset& data, std::uint32_t item, simdjson::dom::element report,
               FunctionBurst& into) {
    bool cold = false;
    double ms = 0;
    if (report["cold"].get(cold) == simdjson::SUCCESS && cold) ++into.cold;
    if (report["duration_ms"].get(ms) == simdjson::SUCCESS)
        into.took.push_back(
            std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(ms)));
    const auto said = said_in(report);
    if (!said || said->status != kOk) {
        ++into.failed;
        if (into.examples.size() < kExamples) into.examples.push_back(simdjson::to_string(report));
        return;
    }
    std::vector<std::uint32_t> generations;
    ++(data.read_item(item, said->body, generations) ? into.answered : into.wrong);
}

}  // namespace

Duration FunctionBurst::percentile(double share) const {
    if (took.empty()) return {};
    std::vector<Duration> sorted = took;
    std::ranges::sort(sorted);
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(took.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

std::string item_events(std::span<const std::uint32_t> items) {
    std::string json = "[";
    for (const std::uint32_t item : items) {
        if (json.size() > 1) json += ',';
        json += R"({"version":"2.0","rawPath":"/items/)" + Dataset::item_id(item) +
                R"(","rawQueryString":"","headers":{"host":"lab"},"requestContext":{"stage":)"
                R"("$default","domainName":"id.lambda-url.lab.on.aws","http":{"method":"GET"}}})";
    }
    return json + "]";
}

Result<FunctionBurst> judge_reports(const Dataset& data, std::span<const std::uint32_t> items,
                                    const std::string& reports) {
    simdjson::dom::parser parser;
    simdjson::dom::array array;
    if (parser.parse(reports).get(array) != simdjson::SUCCESS)
        return fail(Errc::protocol, "the function's reports are no JSON");
    if (array.size() != items.size()) {
        return fail(Errc::protocol, std::to_string(array.size()) + " reports of " +
                                        std::to_string(items.size()) + " events");
    }
    FunctionBurst burst;
    std::size_t event = 0;
    for (const simdjson::dom::element report : array)
        judge_one(data, items[event++], report, burst);
    return burst;
}

std::vector<ToldEnvironment> environments_in(const std::string& json) {
    simdjson::dom::parser parser;
    simdjson::dom::array all;
    if (parser.parse(json)["environments"].get(all) != simdjson::SUCCESS) return {};
    std::vector<ToldEnvironment> told;
    for (const simdjson::dom::element one : all) {
        ToldEnvironment environment;
        std::string_view state;
        if (one["starts"].get(environment.starts) != simdjson::SUCCESS ||
            one["invocations"].get(environment.invocations) != simdjson::SUCCESS ||
            one["state"].get(state) != simdjson::SUCCESS) {
            return {};
        }
        environment.retired = state == "retired";
        told.push_back(environment);
    }
    return told;
}

}  // namespace aside::lab::trials
