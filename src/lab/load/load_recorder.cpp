#include "lab/load/load_recorder.h"

#include <algorithm>

namespace aside::lab::load {
namespace {

bool is_timed(Fate fate) {
    return fate == Fate::answered || fate == Fate::timed_out;
}

void count(LoadFigures& into, const Exchange& exchange, std::optional<Mishap> mishap) {
    ++into.due;
    into.moved += exchange.moved ? 1 : 0;
    mishap ? ++into.mishaps[static_cast<std::size_t>(*mishap)] : ++into.well;
    into.l1 += exchange.sources.l1;
    into.l2 += exchange.sources.l2;
    into.origin += exchange.sources.origin;
    into.body_bytes += exchange.body.size();
    if (is_timed(exchange.fate)) into.latency.record(exchange.latency());
}

// Who waited for the target's answer to another is as late as whoever asked the target.
void count_cdn(LoadFigures& into, const CdnExchange& exchange) {
    ++into.due;
    // Those who shared a failed fetch were answered with the CDN's own error.
    ++(exchange.well ? into.from_cdn : into.mishaps[static_cast<std::size_t>(Mishap::bad_status)]);
    if (exchange.waited) into.latency.record(exchange.latency());
}

}  // namespace

LoadFigures& LoadRecorder::second_of(SteadyTime due) {
    const auto since = std::max((due - began_) / std::chrono::seconds(1), Duration::rep{0});
    const auto second = static_cast<std::size_t>(since);
    if (second >= seconds_.size()) seconds_.resize(second + 1);
    return seconds_[second];
}

void LoadRecorder::exchange_ended(const Exchange& exchange) {
    const auto mishap = check_.mishap_of(exchange);
    count(second_of(exchange.due), exchange, mishap);
    count(recent_, exchange, mishap);
    last_end_ = std::max(last_end_, exchange.ended);
    if (exchange.fate == Fate::answered && exchange.status < AnswerCheck::kStatuses)
        ++statuses_[static_cast<std::size_t>(exchange.status)];
}

void LoadRecorder::cdn_answered(const CdnExchange& exchange) {
    count_cdn(second_of(exchange.due), exchange);
    count_cdn(recent_, exchange);
    last_end_ = std::max(last_end_, exchange.ended);
}

LoadRecord LoadRecorder::take(const LoadRun& run) {
    LoadRecord record;
    record.seconds = std::move(seconds_);
    for (std::size_t status = 0; status < statuses_.size(); ++status) {
        if (statuses_[status] > 0) record.statuses[static_cast<int>(status)] = statuses_[status];
    }
    const LoadRun::Counts counts = run.counts();
    record.connections_opened = counts.connections_opened;
    record.latest_start = counts.latest_start;
    record.took = last_end_ - began_;
    record.connect_error = run.connect_error();
    record.unfinished = counts.due - counts.ended;
    return record;
}

}  // namespace aside::lab::load
