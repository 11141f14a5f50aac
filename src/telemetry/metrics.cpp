#include "telemetry/metrics.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "base/mutex.h"

namespace aside::telemetry {

namespace {

using Cell = detail::Cells::Cell;
constexpr std::size_t kLineBytes = 64;

[[noreturn]] void refuse_name(std::string_view name, const char* rule) {
    std::fprintf(stderr, "aside: metric '%.*s': %s\n", static_cast<int>(name.size()), name.data(),
                 rule);
    std::abort();
}

bool well_formed(std::string_view name) {
    if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
    return std::ranges::all_of(
        name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void check_name(std::string_view name, prometheus::MetricType type) {
    if (!well_formed(name)) refuse_name(name, "names are [a-z][a-z0-9_]*");
    if (type == prometheus::MetricType::Counter && !name.ends_with("_total")) {
        refuse_name(name, "a counter's name ends in _total");
    }
    if (type == prometheus::MetricType::Histogram && !name.ends_with("_seconds")) {
        refuse_name(name, "a histogram's name ends in _seconds");
    }
    if (type == prometheus::MetricType::Gauge && name.ends_with("_total")) {
        refuse_name(name, "only a counter's name ends in _total");
    }
}

prometheus::ClientMetric::Histogram export_histogram(const Histogram& histogram) {
    prometheus::ClientMetric::Histogram out;
    std::uint64_t cumulative = 0;
    for (std::size_t bucket = 0; bucket + 1 < Histogram::kBuckets; ++bucket) {
        cumulative += histogram.in_bucket(bucket);
        // One exported bucket a power of two: the finer ones are for quantile().
        if (bucket % Histogram::kPerPower == 0) {
            out.bucket.push_back(
                {cumulative, static_cast<double>(Histogram::bound_of(bucket)) / 1e9});
        }
    }
    // The count is what the buckets hold, so that the two agree while others go on counting.
    out.sample_count = cumulative + histogram.in_bucket(Histogram::kBuckets - 1);
    out.sample_sum = static_cast<double>(histogram.sum().count()) / 1e9;
    return out;
}

}  // namespace

struct Registry::Impl {
    struct Series {
        Counter* counter = nullptr;
        Histogram* histogram = nullptr;
        std::function<double()> read;
    };
    struct Family {
        std::string help;
        prometheus::MetricType type = prometheus::MetricType::Untyped;
        std::map<Labels, Series> series;
    };
    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };

    mutable Mutex mutex;
    std::map<std::string, Family, std::less<>> families ASIDE_GUARDED_BY(mutex);
    std::size_t series_count ASIDE_GUARDED_BY(mutex) = 0;
    std::size_t used_cells ASIDE_GUARDED_BY(mutex) = Histogram::kCells;
    std::deque<Counter> counters ASIDE_GUARDED_BY(mutex);
    std::deque<Histogram> histograms ASIDE_GUARDED_BY(mutex);
    std::atomic<std::uint64_t> dropped{0};

    const unsigned workers;
    std::unique_ptr<void, Free> memory;
    Cell* cells = nullptr;  // in `memory`, at the start of a cache line

    // What is handed out beyond the limits: one of each, in the cells at the front of each block,
    // which nothing exports.
    Counter counter_sink;
    Histogram histogram_sink;

    Impl(unsigned worker_count, Cell* first)
        : workers(worker_count),
          cells(first),
          counter_sink(cells_at(0)),
          histogram_sink(cells_at(0)) {}

    detail::Cells cells_at(std::size_t first) const { return {cells + first, kMaxCells, workers}; }
    // Null beyond the limit on series.
    Series* find(std::string_view name, std::string_view help, Labels labels,
                 prometheus::MetricType type) ASIDE_REQUIRES(mutex);
    // Where `count` cells were taken, or nothing beyond their limit.
    std::optional<std::size_t> take_cells(std::size_t count) ASIDE_REQUIRES(mutex);
};

Registry::Registry(unsigned workers) : workers_(workers) {
    // calloc, because its large blocks are untouched pages: cells nobody counts in cost no memory.
    const std::size_t bytes = (workers + 1UL) * kMaxCells * sizeof(Cell);
    std::unique_ptr<void, Impl::Free> memory(std::calloc(1, bytes + kLineBytes));
    if (!memory) std::abort();
    const auto address = reinterpret_cast<std::uintptr_t>(memory.get());
    const auto line = (address + kLineBytes - 1) / kLineBytes * kLineBytes;
    impl_ = std::make_unique<Impl>(workers, reinterpret_cast<Cell*>(line));
    impl_->memory = std::move(memory);
    gauge("aside_metrics_dropped_series", "Series over the limit, which count into nothing", {},
          [impl = impl_.get()] { return static_cast<double>(impl->dropped.load()); });
}

Registry::~Registry() = default;

Registry::Impl::Series* Registry::Impl::find(std::string_view name, std::string_view help,
                                             Labels labels, prometheus::MetricType type) {
    check_name(name, type);
    std::ranges::sort(labels);
    auto family = families.find(name);
    if (family == families.end()) {
        family = families.emplace(std::string(name), Family{std::string(help), type, {}}).first;
    }
    if (family->second.type != type) refuse_name(name, "registered with two types");
    const auto known = family->second.series.find(labels);
    if (known != family->second.series.end()) return &known->second;
    if (series_count == kMaxSeries) {
        dropped.fetch_add(1);
        return nullptr;
    }
    ++series_count;
    return &family->second.series[std::move(labels)];
}

std::optional<std::size_t> Registry::Impl::take_cells(std::size_t count) {
    if (used_cells + count > kMaxCells) {
        dropped.fetch_add(1);
        return std::nullopt;
    }
    return std::exchange(used_cells, used_cells + count);
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
    MutexLock lock(impl_->mutex);
    auto* series = impl_->find(name, help, labels, prometheus::MetricType::Counter);
    if (!series) return impl_->counter_sink;
    if (series->read) refuse_name(name, "registered both as a counter and as an observed one");
    if (!series->counter) {
        const auto cells = impl_->take_cells(1);
        series->counter =
            cells ? &impl_->counters.emplace_back(impl_->cells_at(*cells)) : &impl_->counter_sink;
    }
    return *series->counter;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, const Labels& labels) {
    MutexLock lock(impl_->mutex);
    auto* series = impl_->find(name, help, labels, prometheus::MetricType::Histogram);
    if (!series) return impl_->histogram_sink;
    if (!series->histogram) {
        const auto cells = impl_->take_cells(Histogram::kCells);
        series->histogram = cells ? &impl_->histograms.emplace_back(impl_->cells_at(*cells))
                                  : &impl_->histogram_sink;
    }
    return *series->histogram;
}

void Registry::gauge(std::string_view name, std::string_view help, const Labels& labels,
                     std::function<double()> read) {
    MutexLock lock(impl_->mutex);
    auto* series = impl_->find(name, help, labels, prometheus::MetricType::Gauge);
    if (series) series->read = std::move(read);
}

void Registry::observed_counter(std::string_view name, std::string_view help, const Labels& labels,
                                std::function<std::uint64_t()> read) {
    MutexLock lock(impl_->mutex);
    auto* series = impl_->find(name, help, labels, prometheus::MetricType::Counter);
    if (!series) return;
    if (series->counter) refuse_name(name, "registered both as a counter and as an observed one");
    series->read = [read = std::move(read)] { return static_cast<double>(read()); };
}

std::uint64_t Registry::total(std::string_view name, const Labels& labels) const {
    MutexLock lock(impl_->mutex);
    const auto family = impl_->families.find(name);
    if (family == impl_->families.end()) return 0;
    std::uint64_t sum = 0;
    const auto in = [](const Labels& there) {
        return
            [&there](const auto& label) { return std::ranges::find(there, label) != there.end(); };
    };
    for (const auto& [there, series] : family->second.series) {
        if (!std::ranges::all_of(labels, in(there))) continue;
        if (series.counter) sum += series.counter->value();
        if (series.read) sum += static_cast<std::uint64_t>(series.read());
    }
    return sum;
}

std::string Registry::render() const {
    std::vector<prometheus::MetricFamily> out;
    {
        MutexLock lock(impl_->mutex);
        for (const auto& [name, family] : impl_->families) {
            auto& exported = out.emplace_back();
            exported.name = name;
            exported.help = family.help;
            exported.type = family.type;
            for (const auto& [labels, series] : family.series) {
                auto& metric = exported.metric.emplace_back();
                for (const auto& [key, value] : labels) metric.label.push_back({key, value});
                if (series.histogram) metric.histogram = export_histogram(*series.histogram);
                if (series.counter) {
                    metric.counter.value = static_cast<double>(series.counter->value());
                }
                if (series.read) {
                    const bool is_gauge = family.type == prometheus::MetricType::Gauge;
                    (is_gauge ? metric.gauge.value : metric.counter.value) = series.read();
                }
            }
        }
    }
    return prometheus::TextSerializer().Serialize(out);
}

std::uint64_t Histogram::count() const {
    std::uint64_t total = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) total += in_bucket(bucket);
    return total;
}

Duration Histogram::sum() const {
    return Duration(static_cast<Duration::rep>(cells_.sum(kBuckets)));
}

Duration Histogram::quantile(double q) const {
    std::array<std::uint64_t, kBuckets> held{};
    std::uint64_t total = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket)
        total += held[bucket] = in_bucket(bucket);
    if (total == 0) return Duration{};
    const double wanted = q * static_cast<double>(total);
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    for (; bucket + 1 < kBuckets; ++bucket) {
        seen += held[bucket];
        if (static_cast<double>(seen) >= wanted) break;
    }
    // The last bucket has no bound of its own: it answers with the largest one there is.
    return Duration(
        static_cast<Duration::rep>(bound_of(std::min<std::size_t>(bucket, kBuckets - 2))));
}

}  // namespace aside::telemetry
