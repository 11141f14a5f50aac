#include "lab/load/load_record.h"

namespace aside::lab::load {

void LoadFigures::merge(const LoadFigures& other) {
    due += other.due;
    well += other.well;
    from_cdn += other.from_cdn;
    moved += other.moved;
    for (std::size_t i = 0; i < kMishaps; ++i) mishaps[i] += other.mishaps[i];
    l1 += other.l1;
    l2 += other.l2;
    origin += other.origin;
    body_bytes += other.body_bytes;
    latency.merge(other.latency);
}

LoadFigures LoadRecord::total() const {
    LoadFigures all;
    for (const LoadFigures& second : seconds) all.merge(second);
    return all;
}

void LoadRecord::merge(const LoadRecord& other) {
    if (seconds.size() < other.seconds.size()) seconds.resize(other.seconds.size());
    for (std::size_t i = 0; i < other.seconds.size(); ++i) seconds[i].merge(other.seconds[i]);
    for (const auto& [status, count] : other.statuses) statuses[status] += count;
    connections_opened += other.connections_opened;
    latest_start = std::max(latest_start, other.latest_start);
    took = std::max(took, other.took);
    if (connect_error.empty()) connect_error = other.connect_error;
    unfinished += other.unfinished;
}

}  // namespace aside::lab::load
