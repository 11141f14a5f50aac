#include "config/config.h"

#include <algorithm>

#include "config/problems.h"
#include "config/value_text.h"

namespace aside::config {

namespace {

constexpr std::string_view kPrefix = "ASIDE_";
// Not parameters: the file to read, which the command line looks up itself.
constexpr std::string_view kConfigVariable = "ASIDE_CONFIG";

// Kubernetes puts such variables into every container when a service of that name exists
// (ASIDE_SERVICE_HOST, ASIDE_HTTP_PORT_80_TCP): nobody set them for this process, and refusing them
// would keep it from starting.
bool made_by_kubernetes(std::string_view name) {
    return name.ends_with("_SERVICE_HOST") ||
           name.find("_SERVICE_PORT") != std::string_view::npos || name.ends_with("_PORT") ||
           name.find("_PORT_") != std::string_view::npos;
}

std::string unknown(std::string_view what, std::string_view word,
                    std::span<const std::string> known) {
    std::string text = "unknown " + std::string(what);
    const std::string_view meant = nearest(word, known);
    if (!meant.empty()) text.append("; did you mean ").append(meant).append("?");
    return text;
}

void apply(Config& config, Problems& problems, const Entry& entry, Source source) {
    if (!entry.value) {
        problems.add(entry.where,
                     std::string(entry.parameter->name) + ": " + entry.value.error().detail);
        return;
    }
    config.set(*entry.parameter, {*entry.value, source, entry.where});
}

void apply_environment(Config& config, Problems& problems,
                       std::span<const std::string> environment) {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters()) names.push_back(environment_name(parameter));
    for (std::string_view variable : environment) {
        if (!variable.starts_with(kPrefix)) continue;
        const auto equals = std::min(variable.find('='), variable.size());
        const std::string_view name = variable.substr(0, equals);
        const std::string_view text = variable.substr(std::min(equals + 1, variable.size()));
        const auto found = std::ranges::find(names, name);
        if (found != names.end()) {
            const Parameter& parameter =
                parameters()[static_cast<std::size_t>(found - names.begin())];
            apply(config, problems, {&parameter, std::string(name), parse_value(parameter, text)},
                  Source::environment);
        } else if (name != kConfigVariable && !made_by_kubernetes(name)) {
            problems.add(name, unknown("variable", name, names));
        }
    }
}

void apply_flags(Config& config, Problems& problems,
                 std::span<const std::pair<std::string, std::string>> flags) {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters()) names.push_back(flag_name(parameter));
    for (const auto& [flag, text] : flags) {
        const auto found = std::ranges::find_if(parameters(), [&](const Parameter& parameter) {
            return flag == flag_name(parameter) || flag == short_flag(parameter);
        });
        if (found == parameters().end()) {
            problems.add(flag, unknown("flag", flag, names));
        } else if (config.setting(*found).source == Source::flag) {
            problems.add(flag, std::string(found->name) + " is set by " +
                                   config.setting(*found).where + " already");
        } else {
            apply(config, problems, {&*found, flag, parse_value(*found, text)}, Source::flag);
        }
    }
}

}  // namespace

Config::Config() {
    for (const Parameter& parameter : parameters()) {
        // A default that is no value of its parameter is a fault of the table, which its test
        // finds.
        settings_.push_back(
            {parse_value(parameter, parameter.fallback).value_or(Value()), Source::fallback, {}});
    }
}

Result<Config> load(const Sources& sources, Config defaults) {
    Config config = std::move(defaults);
    Problems problems;
    if (sources.file) {
        for (const Entry& entry : read_toml(*sources.file, problems))
            apply(config, problems, entry, Source::file);
    }
    apply_environment(config, problems, sources.environment);
    apply_flags(config, problems, sources.flags);
    // Contradictions between values that were refused say nothing.
    if (problems.empty()) check_contradictions(config, problems);
    if (!problems.empty()) return fail(problems.to_error());
    return config;
}

}  // namespace aside::config
