#include "lab/standing_cluster.h"

#include <charconv>

#include "lab/shell_command.h"
#include "runtime/os/files.h"

namespace aside::lab {

namespace {

constexpr std::string_view kNodesFile = "nodes.txt";
constexpr std::uint64_t kFileMax = 1 << 20;
constexpr Duration kEndLimit = std::chrono::seconds(10);

std::string trimmed(std::string text) {
    while (!text.empty() && text.back() <= ' ') text.pop_back();
    return text;
}

Result<std::vector<std::uint16_t>> ports_of(const std::string& directory) {
    runtime::OsFiles files;
    const auto text = files.read_file(directory + "/" + std::string(kNodesFile), kFileMax);
    if (!text) return fail(Errc::not_found, "no cluster is up in " + directory);
    std::vector<std::uint16_t> ports;
    const char* at = text->data();
    const char* const end = at + text->size();
    while (at < end) {
        std::uint16_t port = 0;
        const auto [stop, problem] = std::from_chars(at, end, port);
        if (problem != std::errc()) return fail(Errc::corrupt, std::string(kNodesFile));
        ports.push_back(port);
        at = stop + 1;
    }
    return ports;
}

std::string field_of(const std::string& info, const std::string& field) {
    const std::size_t at = info.find("\n" + field + ":");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + field.size() + 2;
    return info.substr(begin, info.find('\r', begin) - begin);
}

// Whether the process of that number is the server of that port, as the system tells it.
bool is_server(const std::string& pid, std::uint16_t port) {
    runtime::OsFiles files;
    const auto line = files.read_file("/proc/" + pid + "/cmdline", kFileMax);
    return line && line->contains(":" + std::to_string(port));
}

Result<void> end_node(ControlThread& control, const std::string& directory, std::uint16_t port) {
    runtime::OsFiles files;
    const auto written = files.read_file(directory + "/redis.pid", kFileMax);
    if (!written) return {};  // it has ended: a server removes its file
    const std::string pid = trimmed(*written);
    const runtime::Endpoint node{"127.0.0.1", port};
    const auto info = command_redis(control, node, {"INFO", "server"});
    if (info && field_of(info->text, "process_id") == pid) {
        // No reply: it ends at once.
        (void)command_redis(control, node, {"SHUTDOWN", "NOSAVE", "NOW", "FORCE"});
    } else if (is_server(pid, port)) {
        auto killed = run_program({"kill", "-KILL", pid}, kEndLimit);
        if (!killed) return killed;
    }
    return control.await(kEndLimit, "process " + pid + " to end",
                         [&] { return !is_server(pid, port); });
}

std::string node_directory(const std::string& directory, std::size_t node) {
    return directory + "/node-" + std::to_string(node);
}

}  // namespace

Result<void> bring_up(ControlThread& control, ClusterOptions options) {
    if (ports_of(options.directory)) {
        return fail(Errc::conflict, "a cluster is up in " + options.directory + " already");
    }
    options.detached = true;
    options.keep_directory = true;
    runtime::OsFiles files;
    auto directory = files.open_directory(options.directory, true);
    if (!directory) return fail(std::move(directory.error()));
    std::string ports;
    const unsigned count = options.primaries * (1 + options.replicas);
    for (unsigned i = 0; i < count; ++i) ports += std::to_string(options.first_port + i) + "\n";
    // Before the servers, so that `down` finds those of an attempt that failed.
    auto written = (*directory)->write_unsynced(kNodesFile, ports);
    if (!written) return written;
    auto formed = LocalCluster::form(control, options);
    if (formed) return {};
    (void)take_down(control, options.directory);
    return fail(std::move(formed.error()));
}

Result<std::string> describe_standing(ControlThread& control, const std::string& directory) {
    const auto ports = ports_of(directory);
    if (!ports) return fail(ports.error());
    std::string text;
    for (const std::uint16_t port : *ports) {
        const auto info = command_redis(control, {"127.0.0.1", port}, {"INFO"});
        text += "127.0.0.1:" + std::to_string(port) + " ";
        if (!info) {
            text += "does not answer\n";
            continue;
        }
        const bool replica = field_of(info->text, "role") == "slave";
        text += replica ? "replica of port " + field_of(info->text, "master_port") + ", link " +
                              field_of(info->text, "master_link_status")
                        : "primary";
        const std::string keys = field_of(info->text, "db0");
        text += ", pid " + field_of(info->text, "process_id") + ", " +
                (keys.empty() ? "no keys" : keys) + "\n";
    }
    return text;
}

Result<void> take_down(ControlThread& control, const std::string& directory) {
    const auto ports = ports_of(directory);
    if (!ports) return fail(ports.error());
    for (std::size_t i = 0; i < ports->size(); ++i) {
        auto ended = end_node(control, node_directory(directory, i), (*ports)[i]);
        if (!ended) return ended;
    }
    return run_program({"rm", "-rf", directory}, kEndLimit);
}

}  // namespace aside::lab
