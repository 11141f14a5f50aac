// What `aside plan` was asked, from its flags.
//
// Thread rule: plain values; errors: bad_input that names the flag.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sizing/proposal.h"
#include "sizing/workload.h"

namespace CLI {
class App;
}

namespace aside::cli {

// As the flags say it.
struct PlanFlags {
    std::string trace;
    std::vector<std::string> from;
    double keys = 0;
    std::string size;
    double zipf = 0.9;
    double rate = 0;
    double references = 1;
    std::string fresh = "0", stale = "0";
    bool sizes_as_given = false;
    std::uint64_t tracked = 16'384;

    unsigned processes = 2;
    std::string l1 = "512MiB", l1_max_age = "5s";
    std::string region = "eu-central-1", route = "gateway", engine = "valkey";
    unsigned zones = 3;
    double function_mib = 0;
    double hit_ratio = 0;
    std::string node;
    unsigned replicas = 1;
    std::vector<std::string> prices, steps;

    std::string token_file;
    std::string seconds = "10s";
    std::string listen = "127.0.0.1:9091";
    unsigned shards = 0;
    bool watch = false;
    std::string check;
    bool json = false;
    std::string html, plan_file;
};

void add_plan_flags(CLI::App& command, PlanFlags& flags);

// Times and sizes of the flags, read.
struct PlanTimes {
    std::uint64_t fresh_ms = 0, lifetime_ms = 0;  // 0: for ever
    std::uint64_t l1_max_age_ms = 0;
    Duration watch_every{};
    double l1_bytes = 0;
    std::uint64_t value_bytes = 0;  // of keys, and where a trace has none; 0: not said
};
Result<PlanTimes> plan_times(const PlanFlags& flags);
sizing::Site plan_site(const PlanFlags& flags);
// `usual`: what the flags do not say.
Result<sizing::Assumptions> plan_assumptions(const PlanFlags& flags,
                                             const sizing::Assumptions& usual = {});
sizing::Wish plan_wish(const PlanFlags& flags);

}  // namespace aside::cli
