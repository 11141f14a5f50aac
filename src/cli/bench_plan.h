// What `aside bench` is to do: its flags, understood.
//
// Thread rule: plain values. Errors: bad_input, which names the flag; those of a trace's file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/load/answer_check.h"
#include "lab/load/load_run.h"
#include "runtime/files.h"

namespace aside::cli {

// As they stand on the command line.
struct BenchOptions {
    std::vector<std::string> urls;
    std::string path;
    std::string rate = "1000", duration;

    std::uint64_t keys = 0;  // 0: kDefaultKeys, or as many as --synthetic says
    double zipf = 0;
    std::string hotspot, trace;
    double trace_speed = 1;
    std::uint64_t seed = 1;

    std::string timeout = "10s", connect_timeout = "1s";
    std::string ca;
    std::vector<std::string> headers;
    std::string cdn;

    std::string expect, must_contain;
    std::uint64_t synthetic = 0, synthetic_references = 5, synthetic_size = 1024;

    std::string max_errors, max_p99;
    std::string json, html;

    unsigned connections = 256, threads = 1, pipeline = 1;
    bool poisson = false, flat_out = false;
    bool scan = false, trace_times = false;
    bool move_when_refused = false, resend_when_stale = false;
    bool verify = false;
    bool quiet = false;
};

inline constexpr std::uint64_t kDefaultKeys = 10'000;
inline constexpr unsigned kBenchThreadsMax = 64;

// How many errors are still well: so many, or such a part of all requests.
struct ErrorLimit {
    std::uint64_t count = 0;
    std::optional<double> part;

    bool holds(std::uint64_t errors, std::uint64_t requests) const;
};

struct BenchPlan {
    // Of the first thread's run, without its keys: each takes its own from make_keys.
    lab::load::LoadSettings settings;
    std::function<std::unique_ptr<lab::load::KeyChoice>()> make_keys;
    std::uint64_t keys = 0;
    unsigned threads = 1;
    lab::load::AnswerCheck check;
    std::optional<Duration> cdn;
    std::optional<ErrorLimit> max_errors;
    std::optional<Duration> max_p99;
    // For people: ("target", "http://…"), ("rate", "1000/s for 10 s"), …
    std::vector<std::pair<std::string, std::string>> described;

    // Of the thread `index`. The caller gives it its CDN.
    lab::load::LoadSettings settings_of(unsigned index) const;
};

Result<BenchPlan> plan_bench(const BenchOptions& options, runtime::Files& files);

Result<ErrorLimit> parse_error_limit(std::string_view text);  // "10", "0.1%"

}  // namespace aside::cli
