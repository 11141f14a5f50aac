#include <cmath>

#include <fmt/format.h>

#include "cli/bench_report.h"
#include "cli/import_progress.h"

namespace aside::cli {
namespace {

namespace load = lab::load;

double seconds_of(Duration span) {
    return std::chrono::duration<double>(span).count();
}

std::string rate_of(std::uint64_t count, Duration span) {
    const double a_second = static_cast<double>(count) / std::max(seconds_of(span), 1e-9);
    return grouped(static_cast<std::uint64_t>(std::llround(a_second))) + "/s";
}

void add_line(std::string& into, std::string_view name, std::string_view text) {
    fmt::format_to(std::back_inserter(into), "{:<15}{}\n", name, text);
}

std::string kinds_of_errors(const load::LoadFigures& total) {
    std::string kinds;
    for (std::size_t i = 0; i < load::kMishaps; ++i) {
        if (total.mishaps[i] == 0) continue;
        if (!kinds.empty()) kinds += ", ";
        kinds += fmt::format("{} {}", load::kMishapNames[i], grouped(total.mishaps[i]));
    }
    return kinds;
}

std::string percentiles_of(const load::LatencyHistogram& latency) {
    if (latency.count() == 0) return "nothing was answered";
    return fmt::format("p50 {}   p90 {}   p99 {}   p99.9 {}   max {}",
                       readable_time(latency.quantile(0.5)), readable_time(latency.quantile(0.9)),
                       readable_time(latency.quantile(0.99)),
                       readable_time(latency.quantile(0.999)), readable_time(latency.longest()));
}

void add_requests(std::string& into, const load::LoadRecord& record,
                  const load::LoadFigures& total) {
    const auto rate = [&](std::uint64_t count) { return rate_of(count, record.took); };
    add_line(into, "requests",
             fmt::format("{} in {}, {}", grouped(total.due), readable_time(record.took),
                         rate(total.due)));
    if (total.from_cdn > 0) {
        add_line(
            into, "from the CDN",
            fmt::format("{} ({}); the target was asked {} times, {}", grouped(total.from_cdn),
                        readable_share(total.from_cdn, total.due),
                        grouped(total.due - total.from_cdn), rate(total.due - total.from_cdn)));
    }
    add_line(into, "answered well", fmt::format("{}, {}", grouped(total.well), rate(total.well)));
    if (total.moved > 0)
        add_line(into, "moved", grouped(total.moved) + ", refused by one target, to the next");
    add_line(into, "errors",
             total.errors() == 0
                 ? "0"
                 : fmt::format("{} ({}): {}", grouped(total.errors()),
                               readable_share(total.errors(), total.due), kinds_of_errors(total)));
}

void add_answers(std::string& into, const load::LoadRecord& record,
                 const load::LoadFigures& total) {
    std::string statuses;
    for (const auto& [status, count] : record.statuses) {
        if (!statuses.empty()) statuses += "   ";
        statuses += fmt::format("{}: {}", status, grouped(count));
    }
    if (!statuses.empty()) add_line(into, "statuses", statuses);
    add_line(into, "latency", percentiles_of(total.latency));
    const std::uint64_t values = total.l1 + total.l2 + total.origin;
    if (values > 0) {
        add_line(
            into, "values from",
            fmt::format("l1 {}   l2 {}   origin {}", readable_share(total.l1, values),
                        readable_share(total.l2, values), readable_share(total.origin, values)));
    }
    add_line(into, "bodies",
             fmt::format("{}, {}/s", readable_bytes(total.body_bytes),
                         readable_bytes(
                             static_cast<std::uint64_t>(static_cast<double>(total.body_bytes) /
                                                        std::max(seconds_of(record.took), 1e-9)))));
}

// What tells whether the load generator was up to it.
void add_generator(std::string& into, const load::LoadRecord& record,
                   const load::LoadFigures& total) {
    const double cpu = seconds_of(record.cpu_time);
    std::string text = fmt::format("{} connections opened", grouped(record.connections_opened));
    if (record.latest_start > Duration::zero())
        text += fmt::format("; left late by {} at most", readable_time(record.latest_start));
    if (cpu > 0) {
        text += fmt::format("; {:.2f} s of CPU, {:.1f} µs a request", cpu,
                            cpu * 1e6 / static_cast<double>(std::max<std::uint64_t>(total.due, 1)));
    }
    add_line(into, "load", text);
    if (record.unfinished > 0) {
        add_line(into, "",
                 grouped(record.unfinished) +
                     " requests were still under way at the end, and are in no figure");
    }
    if (!record.connect_error.empty())
        add_line(into, "", "a connection could not be opened: " + record.connect_error);
}

}  // namespace

std::string readable_time(Duration span) {
    const double us = std::chrono::duration<double, std::micro>(span).count();
    const auto in_unit = [](double value, const char* unit) {
        const int digits = value < 10 ? 2 : value < 100 ? 1 : 0;
        return fmt::format("{:.{}f} {}", value, digits, unit);
    };
    if (us < 99.95) return in_unit(us, "µs");
    if (us < 999'500) return in_unit(us / 1e3, "ms");
    return in_unit(us / 1e6, "s");
}

std::string readable_share(std::uint64_t part, std::uint64_t all) {
    const double percent =
        100 * static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(all, 1));
    // A few in many are not none, and nearly all are not all.
    if (part > 0 && percent < 0.01) return "under 0.01 %";
    if (part < all && percent > 99.995) return "over 99.99 %";
    return fmt::format("{:.{}f} %", percent, percent < 1 || percent > 99 ? 2 : 1);
}

std::vector<BenchVerdict> judge(const BenchPlan& plan, const load::LoadRecord& record) {
    const load::LoadFigures total = record.total();
    std::vector<BenchVerdict> verdicts;
    if (plan.max_errors) {
        const ErrorLimit& limit = *plan.max_errors;
        verdicts.push_back(
            {"--max-errors",
             limit.part ? fmt::format("{:.4g} %", *limit.part * 100) : grouped(limit.count),
             limit.part ? readable_share(total.errors(), total.due) : grouped(total.errors()),
             limit.holds(total.errors(), total.due)});
    }
    if (plan.max_p99) {
        const Duration p99 = total.latency.quantile(0.99);
        verdicts.push_back({"--max-p99", readable_time(*plan.max_p99),
                            total.latency.count() > 0 ? readable_time(p99) : "no answer",
                            total.latency.count() > 0 && p99 <= *plan.max_p99});
    }
    return verdicts;
}

bool all_held(const std::vector<BenchVerdict>& verdicts) {
    for (const BenchVerdict& verdict : verdicts) {
        if (!verdict.held) return false;
    }
    return true;
}

std::string bench_summary(const load::LoadRecord& record,
                          const std::vector<BenchVerdict>& verdicts) {
    const load::LoadFigures total = record.total();
    std::string text;
    for (const auto& [name, value] : record.settings) add_line(text, name, value);
    text += '\n';
    add_requests(text, record, total);
    add_answers(text, record, total);
    add_generator(text, record, total);
    if (!verdicts.empty()) text += '\n';
    for (const BenchVerdict& verdict : verdicts) {
        add_line(text, verdict.name,
                 fmt::format("{}: {} of at most {}", verdict.held ? "held" : "BROKEN",
                             verdict.measured, verdict.limit));
    }
    return text;
}

std::string bench_progress(const load::LoadFigures& recent, Duration span, Duration since) {
    std::string line = fmt::format("{:>5.0f} s  {}", seconds_of(since), rate_of(recent.due, span));
    if (recent.latency.count() > 0) {
        line += fmt::format("  p50 {}  p99 {}", readable_time(recent.latency.quantile(0.5)),
                            readable_time(recent.latency.quantile(0.99)));
    }
    line += fmt::format("  errors {}", grouped(recent.errors()));
    if (const std::string kinds = kinds_of_errors(recent); !kinds.empty())
        line += " (" + kinds + ")";
    const std::uint64_t values = recent.l1 + recent.l2 + recent.origin;
    if (values > 0) {
        line +=
            fmt::format("  l1 {}  l2 {}  origin {}", readable_share(recent.l1, values),
                        readable_share(recent.l2, values), readable_share(recent.origin, values));
    }
    if (recent.from_cdn > 0) line += "  cdn " + readable_share(recent.from_cdn, recent.due);
    return line;
}

}  // namespace aside::cli
