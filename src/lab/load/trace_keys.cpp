#include "lab/load/trace_keys.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/hash.h"

namespace aside::lab::load {
namespace {

struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return hash_bytes(key); }
};

class KeyNumbers {
  public:
    std::uint32_t of(std::string_view key) {
        if (const auto known = numbers_.find(key); known != numbers_.end()) return known->second;
        const auto number = static_cast<std::uint32_t>(numbers_.size());
        numbers_.emplace(key, number);
        return number;
    }
    std::uint64_t count() const { return numbers_.size(); }

  private:
    std::unordered_map<std::string, std::uint32_t, KeyHash, std::equal_to<>> numbers_;
};

// Times of a trace as those of a load: the first is 0, none is earlier than the one before.
class Schedule {
  public:
    explicit Schedule(double speed) : speed_(speed) {}

    Result<Duration> due(std::uint64_t time_ms) {
        if (!first_ms_) first_ms_ = time_ms;
        if (time_ms <= *first_ms_) return latest_;
        const double ns = static_cast<double>(time_ms - *first_ms_) * 1e6 / speed_;
        if (!(ns <= static_cast<double>(kMaxTraceSpan.count()))) {
            return fail(Errc::bad_input, "at this speed the trace lasts longer than a year");
        }
        latest_ = std::max(latest_, Duration(static_cast<Duration::rep>(ns)));
        return latest_;
    }
    bool has_times() const { return latest_ > Duration{}; }

  private:
    double speed_;
    std::optional<std::uint64_t> first_ms_;
    Duration latest_{};
};

class TraceOrder final : public KeyChoice {
  public:
    explicit TraceOrder(std::shared_ptr<const std::vector<std::uint32_t>> keys)
        : keys_(std::move(keys)) {}
    std::uint64_t next(Random&) override {
        const std::uint64_t key = (*keys_)[place_];
        place_ = place_ + 1 == keys_->size() ? 0 : place_ + 1;
        return key;
    }

  private:
    std::shared_ptr<const std::vector<std::uint32_t>> keys_;
    std::size_t place_ = 0;
};

}  // namespace

std::unique_ptr<KeyChoice> TraceLoad::choice() const {
    return std::make_unique<TraceOrder>(keys);
}

ArrivalPlan TraceLoad::arrivals() const {
    ArrivalPlan plan;
    plan.times = times;
    return plan;
}

Result<TraceLoad> read_trace(traces::TraceReader& trace, const TraceOptions& options) {
    if (!std::isfinite(options.speed) || options.speed <= 0) {
        return fail(Errc::bad_input, "a trace's speed is a number above 0");
    }
    TraceLoad load;
    std::vector<std::uint32_t> keys;
    std::vector<Duration> times;
    KeyNumbers numbers;
    Schedule schedule(options.speed);
    traces::Record record;
    while (true) {
        const auto more = trace.next(record);
        if (!more) return fail(more.error());
        if (!*more) break;
        if (record.operation == traces::Operation::write) {
            ++load.writes;
            continue;
        }
        if (keys.size() == options.max_requests) {
            return fail(Errc::bad_input, "the trace has more than the " +
                                             std::to_string(options.max_requests) +
                                             " requests that a load can hold");
        }
        keys.push_back(numbers.of(record.key));
        if (!options.with_times) continue;
        const auto due = schedule.due(record.time_ms);
        if (!due) return fail(due.error());
        times.push_back(*due);
    }
    if (keys.empty()) return fail(Errc::bad_input, "the trace reads nothing");
    if (options.with_times) {
        if (keys.size() > 1 && !schedule.has_times()) {
            return fail(Errc::bad_input, "the trace has no times: all of its requests are at once");
        }
        load.times = std::make_shared<const std::vector<Duration>>(std::move(times));
    }
    load.distinct_keys = numbers.count();
    load.keys = std::make_shared<const std::vector<std::uint32_t>>(std::move(keys));
    return load;
}

}  // namespace aside::lab::load
