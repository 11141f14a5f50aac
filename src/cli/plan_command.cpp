// aside plan: how big a cache, and what it costs.
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/output_file.h"
#include "cli/plan_article.h"
#include "cli/plan_report.h"
#include "cli/plan_watch.h"
#include "cli/price_files.h"
#include "sizing/front_services.h"

namespace aside::cli {

namespace {

constexpr unsigned kShardsDrawn = 60;
constexpr unsigned kSizesDrawn = 40;

Result<PlanInput> input_of(const PlanFlags& flags, const PlanTimes& times, const Session& session) {
    if (!flags.trace.empty()) return input_from_trace(flags, times, *session.files);
    if (!flags.from.empty()) return input_from_servers(flags, times, session);
    if (flags.keys > 0) return input_from_law(flags, times);
    return fail(Errc::bad_input,
                "say what is asked for: --trace, --from, or --keys with --size and --rate");
}

int write_files(const PlanFlags& flags, const PlanReport& report, const sizing::PriceList& prices,
                const Session& session) {
    if (!flags.html.empty()) {
        const sizing::Workload& workload = report.input.workload;
        const sizing::CacheChoice& chosen = report.proposal.chosen.choice;
        const PlanCosts costs{
            .by_shards = sizing::by_shards(workload, report.site, report.assumptions, chosen,
                                           prices, kShardsDrawn),
            .by_kept_bytes = sizing::by_kept_bytes(workload, report.site, report.assumptions,
                                                   chosen.engine, prices, kSizesDrawn)};
        const auto written = write_output(*session.files, flags.html, plan_page(report, costs));
        if (!written) return failed(written.error());
    }
    if (!flags.plan_file.empty()) {
        const auto text = plan_file(report);
        if (!text) return refused(text.error());
        const auto written = write_output(*session.files, flags.plan_file, *text);
        if (!written) return failed(written.error());
    }
    return kOk;
}

int check_article(const PlanFlags& flags, const sizing::PriceList& prices) {
    const auto bill = known_bill(prices);
    if (!bill) return failed(bill.error());
    if (!print(flags.json ? known_bill_json(*bill) : known_bill_text(*bill))) return kFailed;
    return bill->same() ? kOk : kFailed;
}

int run(const PlanFlags& flags, const Session& session) {
    const auto prices = load_prices(*session.files, flags.prices);
    if (!prices) return refused(prices.error());
    if (!flags.check.empty()) return check_article(flags, *prices);
    const auto times = plan_times(flags);
    if (!times) return refused(times.error());
    const auto told = plan_assumptions(flags);
    if (!told) return refused(told.error());
    const sizing::Site site = plan_site(flags);
    if (const auto known = prices->check_region(site.region); !known) return refused(known.error());
    if (flags.watch) return watch_shards(flags, *times, *told, *prices, session);
    auto input = input_of(flags, *times, session);
    if (!input) return failed(input.error());
    const auto assumptions = plan_assumptions(flags, input->measured);
    if (!assumptions) return refused(assumptions.error());
    const sizing::Wish wish = plan_wish(flags);
    auto proposal = sizing::propose(input->workload, site, *assumptions, wish, *prices);
    if (!proposal) return failed(proposal.error());
    const PlanReport report{.input = std::move(*input),
                            .site = site,
                            .assumptions = *assumptions,
                            .wish = wish,
                            .l1_bytes = flags.from.empty() ? times->l1_bytes : 0,
                            .proposal = std::move(*proposal),
                            .not_priced = sizing::not_priced(*prices, site.region)};
    if (!print(flags.json ? plan_json(report) : plan_text(report))) return kFailed;
    return write_files(flags, report, *prices, session);
}

}  // namespace

void add_plan(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "plan",
        "How big a cache should be, and what it will cost, from a trace, a running server "
        "or a number of keys");
    const auto flags = std::make_shared<PlanFlags>();
    add_plan_flags(*command, *flags);
    command->callback(
        [&session, flags] { session.run = [&session, flags] { return run(*flags, session); }; });
}

}  // namespace aside::cli
