#include "cli/bench_plan.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "cli/bench_rate.h"
#include "cli/bench_url.h"
#include "cli/import_progress.h"
#include "cli/synthetic_check.h"
#include "config/value_text.h"
#include "lab/load/trace_keys.h"

namespace aside::cli {
namespace {

namespace load = lab::load;

constexpr std::string_view kItemPath = "/items/item-{}";
constexpr std::uint64_t kKeysMax = 1ULL << 40;
constexpr std::uint64_t kCdnKeysMax = 1ULL << 28;  // 12 bytes each, a thread

std::unexpected<Error> bad(std::string_view flag, std::string_view why) {
    return fail(Errc::bad_input, std::string(flag) + ": " + std::string(why));
}

std::unexpected<Error> named(std::string_view flag, const Error& error) {
    return fail(error.code, std::string(flag) + ": " + error.detail);
}

// Empty: nothing.
Result<std::optional<Duration>> optional_span(std::string_view flag, const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto span = config::parse_duration(text);
    if (!span) return named(flag, span.error());
    if (*span <= Duration::zero()) return bad(flag, "more than 0");
    return *span;
}

Result<Duration> needed_span(std::string_view flag, const std::string& text) {
    const auto span = optional_span(flag, text);
    if (!span) return fail(span.error());
    return span->value_or(Duration::zero());
}

Result<void> plan_targets(const BenchOptions& options, BenchPlan& plan) {
    std::string path = options.path;
    std::string shown;
    for (std::size_t i = 0; i < options.urls.size(); ++i) {
        const auto url = parse_bench_url(options.urls[i]);
        if (!url) return fail(url.error());
        if (i > 0 && url->tls != plan.settings.tls)
            return fail(Errc::bad_input, "some URLs begin with https:// and some do not");
        plan.settings.tls = url->tls;
        if (!url->path.empty()) {
            if (!path.empty() && url->path != path)
                return fail(Errc::bad_input,
                            "one path for all: give it with --path, or in one URL");
            path = url->path;
        }
        plan.settings.targets.push_back({url->endpoint, url->host});
        shown += (i > 0 ? " " : "") + std::string(url->tls ? "https://" : "http://") + url->host;
    }
    plan.settings.path = path.empty() ? std::string(kItemPath) : path;
    plan.described.emplace_back("target", shown);
    plan.described.emplace_back("path", plan.settings.path);
    return {};
}

Result<void> plan_requests(const BenchOptions& options, BenchPlan& plan) {
    load::LoadSettings& settings = plan.settings;
    for (const std::string& header : options.headers) settings.fields += header + "\r\n";
    settings.seed = options.seed;
    settings.connections = options.connections;
    settings.pipelined = options.pipeline;
    settings.tls_ca_file = options.ca;
    settings.move_when_refused = options.move_when_refused;
    settings.resend_when_stale = options.resend_when_stale;
    const auto patience = needed_span("--timeout", options.timeout);
    if (!patience) return fail(patience.error());
    settings.patience = *patience;
    const auto connecting = needed_span("--connect-timeout", options.connect_timeout);
    if (!connecting) return fail(connecting.error());
    settings.connect_timeout = *connecting;
    plan.threads = options.threads;
    if (options.threads > options.connections)
        return bad("--threads", "each thread needs a connection of its own");
    plan.described.emplace_back(
        "connections",
        fmt::format("{} at most, {} under way on each; {} thread{}", options.connections,
                    options.pipeline, options.threads, options.threads == 1 ? "" : "s"));
    return {};
}

std::string describe_rate(const BenchOptions& options, const load::ArrivalPlan& plan) {
    const std::string span = config::format_duration(plan.span());
    if (plan.times) return "as the trace tells, in " + span;
    if (plan.flat_out) return "as fast as it goes for " + span;
    if (options.rate.find_first_of(":-,") != std::string::npos)
        return options.rate + " requests/s, in all " + span;
    return options.rate + " requests/s for " + span;
}

Result<void> plan_arrivals(const BenchOptions& options, BenchPlan& plan) {
    const auto duration = optional_span("--duration", options.duration);
    if (!duration) return fail(duration.error());
    load::ArrivalPlan& arrivals = plan.settings.arrivals;
    if (!arrivals.times) {
        auto pieces = parse_rates(options.flat_out ? "1" : options.rate, *duration);
        if (!pieces) return named("--rate", pieces.error());
        arrivals = {
            .pieces = std::move(*pieces), .poisson = options.poisson, .flat_out = options.flat_out};
    }
    if (const auto sound = check(arrivals); !sound) return named("--rate", sound.error());
    std::string text = describe_rate(options, arrivals);
    plan.described.emplace_back("rate", options.poisson ? text + ", Poisson" : text);
    return {};
}

Result<std::pair<std::uint64_t, double>> parse_hotspot(std::string_view text) {
    const std::size_t colon = text.find(':');
    std::uint64_t keys = 0;
    double share = 0;
    const std::string_view first = text.substr(0, colon);
    const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), keys);
    bool sound = colon != std::string_view::npos && error == std::errc() &&
                 end == first.data() + first.size() && keys > 0;
    if (sound) {
        std::string_view second = text.substr(colon + 1);
        const bool percent = second.ends_with('%');
        if (percent) second.remove_suffix(1);
        const auto [stop, wrong] =
            std::from_chars(second.data(), second.data() + second.size(), share);
        if (percent) share /= 100;
        sound = wrong == std::errc() && stop == second.data() + second.size() && share >= 0 &&
                share <= 1;
    }
    if (!sound) return bad("--hotspot", "KEYS:SHARE, such as 100:90%");
    return std::pair(keys, share);
}

Result<void> plan_trace(const BenchOptions& options, runtime::Files& files, BenchPlan& plan) {
    auto source = files.open_source(options.trace);
    if (!source) return named("--trace", source.error());
    const auto reader = traces::open_trace(std::move(*source));
    if (!reader) return named("--trace", reader.error());
    auto trace = load::read_trace(
        **reader, {.with_times = options.trace_times, .speed = options.trace_speed});
    if (!trace) return named("--trace", trace.error());
    if (options.trace_times) plan.settings.arrivals = trace->arrivals();
    plan.keys = trace->distinct_keys;
    plan.described.emplace_back("keys", fmt::format("{} of {}, {} requests", grouped(plan.keys),
                                                    options.trace, grouped(trace->keys->size())));
    plan.make_keys = [trace = std::make_shared<const load::TraceLoad>(std::move(*trace))] {
        return trace->choice();
    };
    return {};
}

Result<void> plan_keys(const BenchOptions& options, runtime::Files& files, BenchPlan& plan) {
    if (!options.trace.empty()) return plan_trace(options, files, plan);
    const std::uint64_t otherwise = options.synthetic != 0 ? options.synthetic : kDefaultKeys;
    const std::uint64_t keys = options.keys != 0 ? options.keys : otherwise;
    if (keys > kKeysMax) return bad("--keys", "too many");
    plan.keys = keys;
    std::string how;
    if (!options.hotspot.empty()) {
        const auto hot = parse_hotspot(options.hotspot);
        if (!hot) return fail(hot.error());
        const auto [hot_keys, share] = *hot;
        if (hot_keys > keys) return bad("--hotspot", "more keys than --keys");
        plan.make_keys = [keys, hot_keys, share] {
            return load::hotspot_keys(keys, hot_keys, share);
        };
        how =
            fmt::format("{:.4g} % of the requests for {} of them", share * 100, grouped(hot_keys));
    } else if (options.scan) {
        plan.make_keys = [keys] { return load::scanned_keys(keys); };
        how = "one after the other";
    } else if (options.zipf > 0) {
        plan.make_keys = [keys, exponent = options.zipf, seed = options.seed] {
            return load::zipf_keys(keys, exponent, seed);
        };
        how = fmt::format("Zipf {:.4g}", options.zipf);
    } else {
        plan.make_keys = [keys] { return load::uniform_keys(keys); };
        how = "uniform";
    }
    plan.described.emplace_back("keys", grouped(keys) + ", " + how);
    return {};
}

Result<void> plan_checks(const BenchOptions& options, BenchPlan& plan) {
    if (!options.expect.empty()) {
        const auto statuses = load::parse_statuses(options.expect);
        if (!statuses) return named("--expect", statuses.error());
        plan.check.expected = *statuses;
    }
    if (options.synthetic != 0) {
        auto body = synthetic_check(plan.settings.path, options.synthetic,
                                    options.synthetic_references, options.synthetic_size);
        if (!body) return named("--synthetic", body.error());
        plan.check.body = std::move(*body);
    } else if (options.verify || !options.must_contain.empty()) {
        std::string text = options.must_contain;
        if (text.empty()) {
            auto member = load::id_member(plan.settings.path);
            if (!member) return named("--verify", member.error());
            text = std::move(*member);
        }
        plan.check.body = load::holds(std::move(text));
    }
    return {};
}

Result<void> plan_limits(const BenchOptions& options, BenchPlan& plan) {
    const auto cdn = optional_span("--cdn", options.cdn);
    if (!cdn) return fail(cdn.error());
    plan.cdn = *cdn;
    if (plan.cdn && options.flat_out)
        return bad("--cdn", "as fast as it goes, a CDN answers without end: give a --rate");
    if (plan.cdn && plan.keys > kCdnKeysMax) return bad("--cdn", "too many keys for its model");
    if (plan.cdn) plan.described.emplace_back("CDN", options.cdn + " before the target");
    if (!options.max_errors.empty()) {
        const auto limit = parse_error_limit(options.max_errors);
        if (!limit) return named("--max-errors", limit.error());
        plan.max_errors = *limit;
    }
    const auto p99 = optional_span("--max-p99", options.max_p99);
    if (!p99) return fail(p99.error());
    plan.max_p99 = *p99;
    return {};
}

}  // namespace

bool ErrorLimit::holds(std::uint64_t errors, std::uint64_t requests) const {
    if (!part) return errors <= count;
    return static_cast<double>(errors) <= *part * static_cast<double>(requests);
}

Result<ErrorLimit> parse_error_limit(std::string_view text) {
    ErrorLimit limit;
    const bool percent = text.ends_with('%');
    const std::string_view number = text.substr(0, text.size() - (percent ? 1 : 0));
    const char* const last = number.data() + number.size();
    if (percent) {
        double value = 0;
        const auto [end, error] = std::from_chars(number.data(), last, value);
        if (error == std::errc() && end == last && value >= 0 && value <= 100) {
            limit.part = value / 100;
            return limit;
        }
    } else {
        const auto [end, error] = std::from_chars(number.data(), last, limit.count);
        if (error == std::errc() && end == last) return limit;
    }
    return fail(Errc::bad_input, "'" + std::string(text) + "' is neither a number nor 0.1%");
}

load::LoadSettings BenchPlan::settings_of(unsigned index) const {
    load::LoadSettings of{.targets = settings.targets,
                          .path = settings.path,
                          .path_of = settings.path_of,
                          .fields = settings.fields,
                          .arrivals = settings.arrivals,
                          .keys = make_keys(),
                          .seed = settings.seed,
                          .pipelined = settings.pipelined,
                          .tls = settings.tls,
                          .tls_ca_file = settings.tls_ca_file,
                          .patience = settings.patience,
                          .connect_timeout = settings.connect_timeout,
                          .move_when_refused = settings.move_when_refused,
                          .resend_when_stale = settings.resend_when_stale,
                          .answer_bytes_max = settings.answer_bytes_max,
                          .share = {index, threads}};
    of.connections = settings.connections / threads;
    if (index < settings.connections % threads) ++of.connections;
    return of;
}

Result<BenchPlan> plan_bench(const BenchOptions& options, runtime::Files& files) {
    BenchPlan plan;
    auto done = plan_targets(options, plan);
    if (done) done = plan_keys(options, files, plan);
    if (done) done = plan_arrivals(options, plan);
    if (done) done = plan_requests(options, plan);
    if (done) done = plan_checks(options, plan);
    if (done) done = plan_limits(options, plan);
    if (done) done = check(plan.settings_of(0));
    if (!done) return fail(done.error());
    return plan;
}

}  // namespace aside::cli
