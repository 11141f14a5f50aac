#include "cli/parameter_flags.h"

#include <CLI/CLI.hpp>

namespace aside::cli {

namespace {

constexpr std::string_view kFileVariable = "ASIDE_CONFIG=";

std::string file_in_environment(const Session& session) {
    for (const std::string& variable : session.environment) {
        if (variable.starts_with(kFileVariable)) return variable.substr(kFileVariable.size());
    }
    return {};
}

}  // namespace

void ParameterFlags::add_to(CLI::App& command) {
    command.add_option("--config", file_, "Configuration file (TOML); else ASIDE_CONFIG")
        ->type_name("FILE");
    for (const config::Parameter& parameter : config::parameters()) {
        const auto add = [&](const std::string& flag, const std::string& group) {
            const auto take = [this, flag](const std::string& text) {
                flags_.emplace_back(flag, text);
            };
            command.add_option_function<std::string>(flag, take, std::string(parameter.prose))
                ->group(group)
                ->type_name(std::string(name_of(parameter.kind)));
        };
        const std::string short_name(config::short_flag(parameter));
        const bool listed = parameter.name == "workers";
        if (!short_name.empty()) add(short_name, "Parameters");
        add(config::flag_name(parameter), listed ? "Parameters" : "");
    }
    command.footer(
        "Every parameter is a flag, too: --http-max-age 60s. `aside config` lists them.");
}

Result<config::Config> ParameterFlags::load(const Session& session, config::Config defaults) const {
    config::Sources sources;
    sources.environment = session.environment;
    sources.flags = flags_;
    const std::string path = file_.empty() ? file_in_environment(session) : file_;
    if (!path.empty()) {
        auto text = session.files->read_file(path, config::kMaxFileBytes);
        if (!text) return fail(Errc::bad_input, path + ": " + to_string(text.error()));
        sources.file = config::FileText{path, std::move(*text)};
    }
    return config::load(sources, std::move(defaults));
}

}  // namespace aside::cli
