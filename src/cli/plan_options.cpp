#include "cli/plan_options.h"

#include "base/number_text.h"
#include "config/value_text.h"

namespace aside::cli {

namespace {

std::unexpected<Error> wrong(std::string_view flag, std::string_view what) {
    return fail(Errc::bad_input, std::string(flag) + ": " + std::string(what));
}

Result<std::uint64_t> milliseconds(std::string_view flag, const std::string& text) {
    const auto span = config::parse_duration(text);
    if (!span) return wrong(flag, span.error().detail);
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(*span).count());
}

// Unlike in the configuration a number alone is bytes: whoever calculates thinks in them.
Result<std::uint64_t> bytes(std::string_view flag, const std::string& text) {
    std::uint64_t number = 0;
    if (read_number(text, number)) return number;
    const auto size = config::parse_bytes(text);
    if (!size) return wrong(flag, size.error().detail);
    return *size;
}

bool parse_ms(std::string_view text, double& ms) {
    return read_number(text, ms) && ms > 0 && ms <= 1e6;
}

// "l2=0.7/2.5"
Result<void> take_step(std::string_view text, sizing::Assumptions& assumptions) {
    const auto equals = text.find('='), slash = text.find('/');
    if (equals == std::string_view::npos || slash == std::string_view::npos || slash < equals)
        return wrong("--step", "expected a step and its times, such as l2=0.7/2.5");
    const std::string_view name = text.substr(0, equals);
    sizing::StepTime time;
    if (!parse_ms(text.substr(equals + 1, slash - equals - 1), time.median_ms) ||
        !parse_ms(text.substr(slash + 1), time.p99_ms) || time.p99_ms < time.median_ms)
        return wrong("--step", "the times are a median and a p99 in milliseconds");
    if (name == "l1")
        assumptions.l1 = time;
    else if (name == "l2")
        assumptions.l2 = time;
    else if (name == "origin")
        assumptions.origin = time;
    else if (name == "index")
        assumptions.index = time;
    else
        return wrong("--step", "the steps are l1, l2, origin and index");
    return {};
}

}  // namespace

Result<PlanTimes> plan_times(const PlanFlags& flags) {
    PlanTimes times;
    const auto fresh = milliseconds("--fresh", flags.fresh);
    if (!fresh) return fail(fresh.error());
    const auto stale = milliseconds("--stale", flags.stale);
    if (!stale) return fail(stale.error());
    if (*fresh == 0 && *stale > 0) return wrong("--stale", "needs --fresh");
    times.fresh_ms = *fresh;
    times.lifetime_ms = *fresh + *stale;
    const auto age = milliseconds("--l1-max-age", flags.l1_max_age);
    if (!age) return fail(age.error());
    times.l1_max_age_ms = *age;
    const auto l1 = bytes("--l1", flags.l1);
    if (!l1) return fail(l1.error());
    times.l1_bytes = static_cast<double>(*l1);
    if (!flags.size.empty()) {
        const auto size = bytes("--size", flags.size);
        if (!size) return fail(size.error());
        if (*size == 0) return wrong("--size", "values of no bytes need no cache");
        times.value_bytes = *size;
    }
    const auto every = config::parse_duration(flags.seconds);
    if (!every) return wrong("--seconds", every.error().detail);
    if (*every < std::chrono::seconds(1)) return wrong("--seconds", "at least 1s is wanted");
    times.watch_every = *every;
    return times;
}

sizing::Site plan_site(const PlanFlags& flags) {
    sizing::Site site{.region = flags.region,
                      .zones = flags.zones,
                      .processes = flags.processes,
                      .function_mib = flags.function_mib};
    site.route = flags.route == "nat"         ? sizing::Route::nat
                 : flags.route == "interface" ? sizing::Route::interface_endpoints
                                              : sizing::Route::gateway_endpoints;
    return site;
}

Result<sizing::Assumptions> plan_assumptions(const PlanFlags& flags,
                                             const sizing::Assumptions& usual) {
    sizing::Assumptions assumptions = usual;
    for (const std::string& step : flags.steps) {
        if (auto taken = take_step(step, assumptions); !taken) return fail(taken.error());
    }
    return assumptions;
}

sizing::Wish plan_wish(const PlanFlags& flags) {
    sizing::Wish wish{.engine = flags.engine, .replicas = flags.replicas};
    if (flags.hit_ratio > 0) wish.hit_ratio = flags.hit_ratio;
    if (!flags.node.empty()) wish.node = flags.node;
    return wish;
}

}  // namespace aside::cli
