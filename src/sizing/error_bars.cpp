#include "sizing/error_bars.h"

#include <utility>

#include "sizing/outcome.h"

namespace aside::sizing {

namespace {

constexpr double kEnds[] = {-1, 1};

double ratio(double value) {
    return std::clamp(value, 0.0, 1.0);
}

// `use(Range ErrorBars::*, double)` for each figure but the bill's lines.
template <class Use>
void for_each_figure(const Outcome& outcome, Use use) {
    use(&ErrorBars::hit_ratio, outcome.hit_ratio());
    use(&ErrorBars::l1_hit_ratio, outcome.l1_hit_ratio);
    use(&ErrorBars::l2_hit_ratio, outcome.l2_hit_ratio);
    use(&ErrorBars::objects_steady, outcome.origin.objects_steady);
    use(&ErrorBars::objects_node_lost, outcome.origin.objects_node_lost);
    use(&ErrorBars::objects_cold, outcome.origin.objects_cold);
    use(&ErrorBars::index_steady, outcome.origin.index_steady);
    use(&ErrorBars::p50_ms, outcome.p50_ms);
    use(&ErrorBars::p99_ms, outcome.p99_ms);
    use(&ErrorBars::network, outcome.need.network);
    use(&ErrorBars::commands, outcome.need.commands);
    use(&ErrorBars::usd, outcome.bill.total_usd());
}

ErrorBars without_error(const Outcome& outcome) {
    ErrorBars bars;
    for_each_figure(outcome, [&](auto figure, double value) { bars.*figure = {value, value}; });
    for (const BillLine& line : outcome.bill.lines()) bars.lines.push_back({line.usd, line.usd});
    return bars;
}

void widen(ErrorBars& bars, const Outcome& outcome) {
    for_each_figure(outcome, [&](auto figure, double value) { (bars.*figure).take(value); });
    const auto& lines = outcome.bill.lines();
    for (std::size_t i = 0; i < bars.lines.size() && i < lines.size(); ++i)
        bars.lines[i].take(lines[i].usd);
}

}  // namespace

Result<void> add_error_bars(Outcome& outcome, const Workload& workload, const Site& site,
                            const Assumptions& assumptions, const PriceList& prices) {
    ErrorBars bars = without_error(outcome);
    Workload other = workload;
    for (const double curve : kEnds) {
        other.curve = workload.curve.shifted(curve * workload.curve_error);
        for (const double l1 : kEnds) {
            other.l1_hit_ratio = ratio(workload.l1_hit_ratio + l1 * workload.l1_error);
            if (workload.l1_alone_hit_ratio >= 0)
                other.l1_alone_hit_ratio =
                    ratio(workload.l1_alone_hit_ratio + l1 * workload.l1_error);
            for (const double index : kEnds) {
                other.index_load_ratio =
                    ratio(workload.index_load_ratio + index * workload.index_error);
                const auto end = outcome_of(other, site, assumptions, outcome.choice, prices);
                if (!end) return fail(end.error());
                widen(bars, *end);
            }
        }
    }
    outcome.error_bars = std::move(bars);
    return {};
}

}  // namespace aside::sizing
