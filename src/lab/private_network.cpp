#include "lab/private_network.h"

#include "lab/shell_command.h"
#include "runtime/os/files.h"

namespace aside::lab {

namespace {

constexpr Duration kLimit = std::chrono::seconds(10);
// In the mount namespace: gone with it.
const std::string kDirectory = "/run/aside-lab";
const std::string kInside = "aside-node";  // the network namespace of the node with the cable
constexpr unsigned kFirstAddress = 9;

// Nodes are in 10.77.0.8/29, everybody else is 10.77.0.1. Rules are looked at before the addresses
// of this host are, so that what comes in can be lost although it would be delivered here.
constexpr std::string_view kOutside = R"(link set lo up
address add 10.77.0.1/32 dev lo
netns add aside-node
link add cable type veth peer name cable netns aside-node
link set cable up
route add 10.77.0.9/32 dev cable src 10.77.0.1
route add 10.77.0.53/32 via 10.77.0.9 dev cable onlink
rule add pref 100 lookup local
rule del pref 0
)";
constexpr std::string_view kWithin = R"(link set lo up
address add 10.77.0.9/32 dev cable
link set cable up
route add 10.77.0.0/24 dev cable src 10.77.0.9
rule add pref 100 lookup local
rule del pref 0
)";
// Nobody is at this address, and nobody says so.
constexpr std::string_view kResolver = R"(nameserver 10.77.0.53
options timeout:1 attempts:1
)";

Result<void> write(std::string_view file, std::string_view text) {
    runtime::OsFiles files;
    auto directory = files.open_directory(kDirectory, true);
    if (!directory) return fail(std::move(directory.error()));
    return (*directory)->write_unsynced(file, text);
}

Result<void> run(const std::vector<std::string>& words) {
    return run_program(words, kLimit, kDirectory + "/log");
}

Result<void> run_ip(std::vector<std::string> words, std::string_view lines) {
    auto written = write("batch", lines);
    if (!written) return written;
    words.insert(words.begin(), "ip");
    words.insert(words.end(), {"-batch", kDirectory + "/batch"});
    return run(words);
}

// Over what was there: who opens it from now on sees the new one, whole.
Result<void> lay_over(std::string_view file, std::string_view text, const std::string& path) {
    auto written = write(file, text);
    if (!written) return written;
    return run({"mount", "--bind", kDirectory + "/" + std::string(file), path});
}

}  // namespace

std::vector<std::string> PrivateNetwork::entrance() {
    const std::vector<std::string> plain = {"unshare",       "--net",   "--mount",
                                            "--propagation", "private", "--"};
    std::vector<std::string> as_user = plain;
    as_user.insert(as_user.begin() + 1, "--map-root-user");
    for (const auto& words : {plain, as_user}) {
        // What a network needs first.
        std::vector<std::string> trial = words;
        trial.insert(trial.end(), {"ip", "link", "add", "cable", "type", "veth"});
        if (run_program(trial, kLimit)) return words;
    }
    return {};
}

Result<std::unique_ptr<PrivateNetwork>> PrivateNetwork::make() {
    std::unique_ptr<PrivateNetwork> network(new PrivateNetwork());
    // `ip netns` keeps files there, and the system's own name service listens there.
    auto done = run_program({"mount", "-t", "tmpfs", "tmpfs", "/run"}, kLimit);
    if (!done) return fail(std::move(done.error()));
    done = network->lay_cables();
    if (!done) return fail(std::move(done.error()));
    done = network->take_names();
    if (!done) return fail(std::move(done.error()));
    return network;
}

Result<void> PrivateNetwork::lay_cables() {
    std::string outside(kOutside);
    for (unsigned node = 0; node <= kSpare; ++node) {
        if (node != kCable) outside += "address add " + address(node) + "/32 dev lo\n";
    }
    auto done = run_ip({}, outside);
    if (!done) return done;
    return run_ip({"-n", kInside}, kWithin);
}

Result<void> PrivateNetwork::take_names() {
    auto done = lay_over("nsswitch.conf", "hosts: files dns\n", "/etc/nsswitch.conf");
    if (!done) return done;
    done = lay_over("resolv.conf", kResolver, "/etc/resolv.conf");
    if (!done) return done;
    return tell_names();
}

Result<void> PrivateNetwork::tell_names() {
    std::string hosts;
    for (unsigned node = 0; node < kNodes && !silent_; ++node) {
        const auto moved = leads_to_.find(node);
        const unsigned at = moved == leads_to_.end() ? node : moved->second;
        hosts += address(at) + " " + name(node) + "\n";
    }
    return lay_over("hosts-" + std::to_string(host_files_++), hosts, "/etc/hosts");
}

std::string PrivateNetwork::address(unsigned node) {
    return "10.77.0." + std::to_string(kFirstAddress + node);
}

std::string PrivateNetwork::name(unsigned node) {
    return "cache-" + std::to_string(node) + ".aside.test";
}

std::vector<NodePlace> PrivateNetwork::places(bool named) const {
    std::vector<NodePlace> places;
    for (unsigned node = 0; node < kNodes; ++node) {
        NodePlace place{address(node), named ? name(node) : "", {}};
        if (node == kCable) place.run_under = {"ip", "netns", "exec", kInside};
        places.push_back(std::move(place));
    }
    return places;
}

Result<void> PrivateNetwork::set_rules(std::string_view verb, From from) {
    const std::string lost = "rule " + std::string(verb) + " pref 10 iif cable blackhole";
    const bool nodes = from == From::nodes;
    auto done = run_ip({}, lost + (nodes ? " to 10.77.0.8/29\n" : "\n"));
    if (!done) return done;
    return run_ip({"-n", kInside}, lost + (nodes ? " from 10.77.0.8/29\n" : "\n"));
}

Result<void> PrivateNetwork::cut_off(From from) {
    cut_ = from;
    return set_rules("add", from);
}

Result<void> PrivateNetwork::heal() {
    return set_rules("del", cut_);
}

Result<void> PrivateNetwork::move_name(unsigned node, unsigned to) {
    leads_to_[node] = to;
    return tell_names();
}

Result<void> PrivateNetwork::set_resolver_silent(bool silent) {
    silent_ = silent;
    return tell_names();
}

}  // namespace aside::lab
