#include "cli/plan_input.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "cli/trace_curves.h"
#include "sizing/redis_entry.h"
#include "sizing/zipf_curve.h"

namespace aside::cli {

namespace {

constexpr double kExactError = 0.002, kSampledError = 0.02, kLawError = 0.01;
constexpr std::uint64_t kTypicalKeyBytes = 24;
constexpr const char* kForEver =
    "no times-to-live are known (--fresh, --stale): values are good for ever";

// What a process sees of a key is one reference in so many: in its own time a value lives so much
// shorter.
std::uint64_t l1_lifetime_ms(const PlanFlags& flags, const PlanTimes& times) {
    return std::max<std::uint64_t>(times.l1_max_age_ms / std::max(flags.processes, 1U), 1);
}

TraceCurveOptions curve_options(const PlanFlags& flags, const PlanTimes& times, double part) {
    return {.tracked_max = flags.tracked,
            .value_bytes = times.value_bytes,
            .sizes_as_given = flags.sizes_as_given,
            .fresh_ms = times.fresh_ms,
            .lifetime_ms = times.lifetime_ms,
            .l1_lifetime_ms = l1_lifetime_ms(flags, times),
            .processes = std::max(flags.processes, 1U),
            .references_per_second = flags.rate * flags.references,
            .sampled_part = part};
}

Result<double> rate_of(const PlanFlags& flags, const TraceCurves& curves, double part) {
    if (flags.rate > 0) return flags.rate;
    if (!curves.has_clock())
        return fail(Errc::bad_input,
                    "the trace has no times: --rate must say how many requests a second there are");
    return static_cast<double>(curves.references()) / part / curves.span_seconds() /
           flags.references;
}

void tell(PlanInput& input, const PlanFlags& flags, const PlanTimes& times,
          const TraceCurves& curves, const traces::TraceReader& reader) {
    auto& notes = input.notes;
    if (curves.without_size() > 0)
        notes.push_back(fmt::format("{} reads tell no size: {} B each", curves.without_size(),
                                    std::max<std::uint64_t>(times.value_bytes, 1)));
    if (curves.times_backwards() > 0)
        notes.push_back(
            fmt::format("{} times go backwards and are taken for the latest before them",
                        curves.times_backwards()));
    if (reader.passed_over() > 0)
        notes.push_back(
            fmt::format("{} lines are no reads or writes of objects and were passed over",
                        reader.passed_over()));
    if (!curves.expires()) notes.emplace_back(kForEver);
    if (flags.rate == 0)
        notes.emplace_back("the rate is the trace's mean; --rate plans for a peak");
    if (!curves.has_clock())
        notes.emplace_back("the trace has no times: requests are taken to be evenly spaced");
}

Result<std::unique_ptr<traces::TraceReader>> open_reader(const PlanFlags& flags,
                                                         runtime::Files& files) {
    auto source = files.open_source(flags.trace);
    if (!source) return fail(source.error().code, flags.trace + ": " + source.error().detail);
    auto reader = traces::open_trace(std::move(*source));
    if (reader) return reader;
    return fail(reader.error().code, flags.trace + ": " + reader.error().detail);
}

}  // namespace

Result<PlanInput> input_from_trace(const PlanFlags& flags, const PlanTimes& times,
                                   runtime::Files& files) {
    auto reader = open_reader(flags, files);
    if (!reader) return fail(std::move(reader.error()));
    traces::Record record;
    auto more = (*reader)->next(record);  // the part it is of stands before it
    const double part = (*reader)->sampled_part();
    TraceCurves curves(curve_options(flags, times, part));
    for (; more && *more; more = (*reader)->next(record)) curves.add(record);
    if (!more) return fail(more.error().code, flags.trace + ": " + more.error().detail);
    if (curves.references() == 0)
        return fail(Errc::bad_input, flags.trace + ": there is no read in it");
    const auto rate = rate_of(flags, curves, part);
    if (!rate) return fail(rate.error());

    const double error = flags.tracked == 0 ? kExactError : kSampledError;
    const sizing::MissRatioCurve l1_alone = curves.l1_alone();
    PlanInput input{.plain = curves.plain()};
    input.workload = {.curve = curves.stored(),
                      .requests_per_second = *rate,
                      .references_per_request = flags.references,
                      .body_bytes = curves.mean_body_bytes(),
                      .l1_hit_ratio = 1 - curves.l1().miss_ratio(times.l1_bytes),
                      .l1_alone_hit_ratio = 1 - l1_alone.miss_ratio(times.l1_bytes),
                      .l1_alone_refresh_ratio = l1_alone.refresh_ratio(times.l1_bytes),
                      .index_load_ratio = curves.has_clock() || flags.rate > 0
                                              ? curves.index().least_miss_ratio()
                                              : 1,
                      .curve_error = error,
                      .l1_error = error,
                      .index_error = error};
    input.source = fmt::format("{} ({}): {} reads of {:.0f} objects, {:.1f} a second{}",
                               flags.trace, (*reader)->format(), curves.references(),
                               input.plain.basis().distinct_entries, *rate * flags.references,
                               part < 1 ? fmt::format(", of a part of {:.4g} of all", part) : "");
    tell(input, flags, times, curves, **reader);
    return input;
}

Result<PlanInput> input_from_law(const PlanFlags& flags, const PlanTimes& times) {
    const double stored = static_cast<double>(sizing::redis_entry_bytes(
        kTypicalKeyBytes + sizing::kKeyPrefixBytes, times.value_bytes + sizing::kEnvelopeBytes));
    const double references = flags.rate * flags.references;
    sizing::ZipfReferences law{
        .keys = flags.keys,
        .bytes = flags.sizes_as_given ? static_cast<double>(times.value_bytes) : stored,
        .exponent = flags.zipf,
        .per_second = references,
        .fresh_s = static_cast<double>(times.fresh_ms) / 1e3,
        .lifetime_s = static_cast<double>(times.lifetime_ms) / 1e3};
    auto curve = sizing::zipf_curve(law);
    if (!curve) return fail(std::move(curve.error()));
    sizing::ZipfReferences plain = law;
    plain.bytes = static_cast<double>(times.value_bytes);
    auto of_sizes = sizing::zipf_curve(plain);
    if (!of_sizes) return fail(std::move(of_sizes.error()));
    // In a process's own time everything lives so much shorter.
    sizing::ZipfReferences alone = law;
    alone.fresh_s /= std::max(flags.processes, 1U);
    alone.lifetime_s /= std::max(flags.processes, 1U);
    auto l1_alone = sizing::zipf_curve(alone);
    if (!l1_alone) return fail(std::move(l1_alone.error()));
    if (law.lifetime_s > 0) {
        law.fresh_s = 0;
        law.lifetime_s =
            std::min(law.lifetime_s, static_cast<double>(l1_lifetime_ms(flags, times)) / 1e3);
    }
    auto l1 = sizing::zipf_curve(law);
    if (!l1) return fail(std::move(l1.error()));
    auto index = sizing::zipf_curve(
        {.keys = flags.keys, .exponent = flags.zipf, .per_second = flags.rate, .lifetime_s = 1});
    if (!index) return fail(std::move(index.error()));

    PlanInput input{.plain = std::move(*of_sizes)};
    input.workload = {.curve = std::move(*curve),
                      .requests_per_second = flags.rate,
                      .references_per_request = flags.references,
                      .body_bytes = static_cast<double>(times.value_bytes),
                      .l1_hit_ratio = 1 - l1->miss_ratio(times.l1_bytes),
                      .l1_alone_hit_ratio = 1 - l1_alone->miss_ratio(times.l1_bytes),
                      .l1_alone_refresh_ratio = l1_alone->refresh_ratio(times.l1_bytes),
                      .index_load_ratio = index->least_miss_ratio(),
                      .curve_error = kLawError,
                      .l1_error = kLawError,
                      .index_error = kLawError};
    input.source =
        fmt::format("{:.0f} keys of {} B by Zipf's law with exponent {}, {:.1f} a second",
                    flags.keys, times.value_bytes, flags.zipf, references);
    input.notes.emplace_back(
        "requests are taken to be independent of each other: real ones come in bursts, and a cache "
        "does a little better");
    if (times.lifetime_ms == 0) input.notes.emplace_back(kForEver);
    return input;
}

}  // namespace aside::cli
