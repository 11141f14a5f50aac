#include "lab/trials/design.h"

#include <algorithm>

#include "lab/local_cluster.h"
#include "lab/trials/served_process.h"

namespace aside::lab::trials {

namespace {

constexpr std::string_view kNames[] = {"aside", "article", "ioredis"};
constexpr std::uint64_t kL1BytesMin = 1 << 20;  // the least that memory.capacity takes

std::string ms(Duration span) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count()) +
           "ms";
}

std::string joined(const std::vector<runtime::Endpoint>& endpoints) {
    std::string text;
    for (const runtime::Endpoint& endpoint : endpoints)
        text += (text.empty() ? "" : ",") + to_string(endpoint);
    return text;
}

std::vector<std::string> aside_line(const DesignPlaces& places, const Workload& workload,
                                    std::uint64_t l1_bytes) {
    return {places.program,
            "serve",
            "--index-url=" + places.index_url,
            "--objects-url=" + places.objects_url,
            "--l2-url=redis://" + std::string(kClientUser) + ":" + std::string(kClientPassword) +
                "@" + joined(places.seeds),
            "--http-listen=127.0.0.1:0",
            "--admin-listen=127.0.0.1:0",
            "--workers=1",
            "--log-format=json",
            "--memory-capacity=" + std::to_string(std::max(l1_bytes, kL1BytesMin)) + "B",
            "--memory-absent-capacity=64KiB",
            "--index-fresh=" + ms(workload.index_fresh),
            "--index-stale=" + ms(workload.stale),
            "--index-stale-if-error=" + ms(workload.stale),
            "--l1-fresh=" + ms(workload.objects_fresh),
            "--l1-stale-while-revalidate=" + ms(workload.stale),
            "--l1-stale-if-error=" + ms(workload.stale),
            "--request-deadline=" + ms(workload.deadline)};
}

// What the origin takes at once is the same for all designs, and whoever deploys Aside tells it.
// A tenth less than its share: an answer is under way while the next load begins.
std::string origin_share(const Workload& workload) {
    constexpr std::uint32_t kTenths = 9;
    const std::uint32_t share = workload.origin_limit * kTenths / 10 / workload.processes;
    return "--origin-concurrency=" + std::to_string(std::max(share, 1U));
}

std::vector<std::string> article_line(const DesignPlaces& places, const Workload& workload) {
    return {places.program,
            "article",
            "--index-url=" + places.index_url,
            "--objects-url=" + places.objects_url,
            "--l2-url=redis://" + joined(places.seeds),
            "--http-listen=127.0.0.1:0",
            "--admin-listen=127.0.0.1:0",
            "--workers=1",
            "--ttl=" + ms(workload.objects_fresh),
            "--request-deadline=" + ms(workload.deadline)};
}

std::vector<std::string> ioredis_line(const DesignPlaces& places, const Workload& workload) {
    const std::string origin = "http://" + to_string(places.origin);
    const auto ttl_s = std::chrono::duration_cast<std::chrono::seconds>(workload.objects_fresh);
    return {"node",
            places.article_script,
            "--index-endpoint",
            origin,
            "--table",
            "items",
            "--objects-endpoint",
            origin,
            "--bucket",
            "objects",
            "--seeds",
            joined(places.seeds),
            "--port=0",
            "--ttl",
            std::to_string(ttl_s.count())};
}

// On Lambda they take no processors from Redis and the origin.
constexpr const char* kNiceness = "--niceness=10";
// A read may take half of what is left of its request's deadline, too.
constexpr const char* kPatience = "4s";
constexpr std::string_view kListen = "--http-listen=", kPort = "--port=";

}  // namespace

std::string_view name_of(Design design) {
    return kNames[static_cast<std::size_t>(design)];
}

std::optional<Design> design_named(std::string_view name) {
    const auto at = std::ranges::find(kNames, name);
    if (at == std::end(kNames)) return std::nullopt;
    return static_cast<Design>(at - std::begin(kNames));
}

std::string_view key_prefix(Design design) {
    return design == Design::aside ? "aside:o:" : "";
}

std::vector<std::string> functions_line(const DesignPlaces& places, const Workload& workload,
                                        std::uint64_t l1_bytes, unsigned environments,
                                        const std::string& output_file, std::string_view has) {
    std::vector<std::string> line{places.program, "functions",
                                  "--environments=" + std::to_string(environments),
                                  "--output=" + output_file, kNiceness};
    const auto add = [&line](const std::string& name, const std::string& value) {
        line.push_back("--variable=" + name + "=" + value);
    };
    for (const auto& [name, value] : aws_environment()) add(name, value);
    // On Lambda each has processors of its own. Here all share this machine's, and an answer that
    // is there waits for its reader: 50 ms are enough for nobody.
    for (const char* name : {"READ_BUDGET", "CONNECT_TIMEOUT", "HANDSHAKE_TIMEOUT"})
        add(std::string("ASIDE_REDIS_") + name, kPatience);
    // Each flag as the variable it is, but for the ports that a function has not.
    std::vector<std::string> flags = aside_line(places, workload, l1_bytes);
    flags.emplace_back(has);
    for (const std::string& flag : flags) {
        if (!flag.starts_with("--") || flag.find("-listen=") != std::string::npos) continue;
        const std::size_t equals = flag.find('=');
        std::string name = "ASIDE_" + flag.substr(2, equals - 2);
        std::ranges::transform(name, name.begin(), [](char c) {
            return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        });
        add(name, flag.substr(equals + 1));
    }
    for (const char* word : {"--", places.program.c_str(), "lambda"}) line.emplace_back(word);
    return line;
}

std::vector<std::string> command_line(Design design, const DesignPlaces& places,
                                      const Workload& workload, std::uint64_t l1_bytes) {
    if (design == Design::aside) {
        std::vector<std::string> line = aside_line(places, workload, l1_bytes);
        line.push_back(origin_share(workload));
        return line;
    }
    if (design == Design::article) return article_line(places, workload);
    return ioredis_line(places, workload);
}

std::vector<std::string> line_that_listens_at(std::vector<std::string> line,
                                              const runtime::Endpoint& endpoint) {
    for (std::string& word : line) {
        if (word.starts_with(kListen)) word = std::string(kListen) + to_string(endpoint);
        if (word.starts_with(kPort)) word = std::string(kPort) + std::to_string(endpoint.port);
    }
    return line;
}

}  // namespace aside::lab::trials
