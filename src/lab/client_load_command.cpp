#include <cstdio>

#include "lab/arguments.h"
#include "lab/client_load.h"
#include "lab/local_cluster.h"
#include "lab/tool_commands.h"

namespace aside::lab {

namespace {

constexpr std::string_view kNames[] = {"seed", "keys",     "in-flight", "seconds",
                                       "user", "password", "size",      "ca-file"};
constexpr std::string_view kFlags[] = {"fill", "tls"};

Result<ClientLoadOptions> options_of(const Arguments& arguments) {
    ClientLoadOptions options;
    auto seed = runtime::parse_endpoint(arguments.text("seed", "127.0.0.1:7000"));
    if (!seed) return fail(std::move(seed.error()));
    options.seeds.push_back(*seed);
    options.user = arguments.text("user", kClientUser);
    options.password = arguments.text("password", kClientPassword);
    options.fill = arguments.has("fill");
    if (arguments.has("tls")) {
        runtime::TlsOptions tls;
        tls.ca_file = arguments.text("ca-file", "");
        options.tls = std::make_shared<const runtime::TlsOptions>(std::move(tls));
    }
    auto keys = arguments.number("keys", options.keys);
    auto in_flight = arguments.number("in-flight", options.in_flight);
    auto seconds = arguments.number("seconds", 5);
    auto size = arguments.number("size", options.value_bytes);
    for (const auto* number : {&keys, &in_flight, &seconds, &size}) {
        if (!*number) return fail(number->error());
        if (**number == 0) return fail(Errc::bad_input, "numbers are at least 1");
    }
    options.keys = *keys;
    options.in_flight = static_cast<unsigned>(*in_flight);
    options.span = std::chrono::seconds(*seconds);
    options.value_bytes = *size;
    return options;
}

}  // namespace

int client_load_command(const ToolSession&, std::span<const std::string> words) {
    const auto arguments = Arguments::parse(words, kNames, kFlags);
    if (!arguments) return tool_failed(arguments.error());
    const auto options = options_of(*arguments);
    if (!options) return tool_failed(options.error());
    const auto report = run_client_load(*options);
    if (!report) return tool_failed(report.error());
    std::printf("%s\n", to_json(*report).c_str());
    return report->wrong == 0 ? kToolOk : kToolFailed;
}

}  // namespace aside::lab
