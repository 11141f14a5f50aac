#include <array>
#include <cstdio>

#include "lab/arguments.h"
#include "lab/standing_cluster.h"
#include "lab/tool_commands.h"

namespace aside::lab {

namespace {

constexpr std::string_view kNames[] = {"port", "primaries",    "replicas",
                                       "dir",  "node-timeout", "server"};
constexpr std::string_view kFlags[] = {"tls", "redis-defaults"};
constexpr std::string_view kDefaultDirectory = "/tmp/aside-cluster";

struct Wish {
    std::uint64_t port = 0, primaries = 0, replicas = 0, node_timeout_ms = 0;
};

Result<Wish> numbers(const Arguments& arguments) {
    Wish wish;
    const std::tuple<std::string_view, std::uint64_t, std::uint64_t*> wanted[] = {
        {"port", 7000, &wish.port},
        {"primaries", 3, &wish.primaries},
        {"replicas", 1, &wish.replicas},
        {"node-timeout", 3000, &wish.node_timeout_ms}};
    for (const auto& [name, otherwise, into] : wanted) {
        auto number = arguments.number(name, otherwise);
        if (!number) return fail(std::move(number.error()));
        *into = *number;
    }
    return wish;
}

Result<void> up(ControlThread& control, const ToolSession& session, const Arguments& arguments,
                const std::string& directory) {
    const auto wish = numbers(arguments);
    if (!wish) return fail(wish.error());
    ClusterOptions options;
    options.program = session.server(arguments.text("server", session.server_program));
    options.directory = directory;
    options.primaries = static_cast<unsigned>(wish->primaries);
    options.replicas = static_cast<unsigned>(wish->replicas);
    options.first_port = static_cast<std::uint16_t>(wish->port);
    options.node_timeout = std::chrono::milliseconds(wish->node_timeout_ms);
    options.tls = arguments.has("tls");
    options.as_managed = !arguments.has("redis-defaults");
    auto done = bring_up(control, options);
    if (!done) return done;
    const unsigned first_client_port = options.first_port + (options.tls ? 1000U : 0U);
    std::printf(
        "A cluster of %u primaries with %u replicas each is up. For Aside:\n\n"
        "  --l2 '%s://%s:%s@127.0.0.1:%u%s'\n\n",
        options.primaries, options.replicas, options.tls ? "rediss" : "redis",
        std::string(kClientUser).c_str(), std::string(kClientPassword).c_str(), first_client_port,
        options.tls ? ("?ca_file=" + directory + "/ca.pem").c_str() : "");
    return {};
}

}  // namespace

int cluster_command(const ToolSession& session, std::span<const std::string> words) {
    const auto arguments = Arguments::parse(words, kNames, kFlags);
    if (!arguments) return tool_failed(arguments.error());
    std::string directory = arguments->text("dir", kDefaultDirectory);
    if (!directory.starts_with('/')) directory = session.directory + "/" + directory;
    auto control = ControlThread::start();
    if (!control) return tool_failed(control.error());
    const std::string what = arguments->words().empty() ? "" : arguments->words().front();
    Result<void> done = fail(Errc::bad_input, "cluster up, down or status?");
    if (what == "up") done = up(**control, session, *arguments, directory);
    if (what == "down") done = take_down(**control, directory);
    if (what == "status") {
        const auto text = describe_standing(**control, directory);
        if (text) std::fputs(text->c_str(), stdout);
        done = text ? Result<void>() : fail(text.error());
    }
    return done ? kToolOk : tool_failed(done.error());
}

}  // namespace aside::lab
