#include "engine/read_log.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/hash_part.h"
#include "runtime/blocking.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

constexpr std::string_view kPrefix = "reads-", kSuffix = ".csv";

std::string head_of(double part) {
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "# sampled %.9g\ntime_ms,key,size,op,ttl_s\n", part);
    return text.data();
}

std::int64_t unix_ms(WallTime time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// In whole seconds, of which a trace knows no part; 0 would be for ever.
std::uint64_t lifetime_of(const FreshnessLimits& limits) {
    if (limits.fresh <= Duration{}) return 1;
    const auto span = std::chrono::duration_cast<std::chrono::seconds>(
        limits.fresh + limits.stale_while_revalidate);
    return std::max<std::uint64_t>(static_cast<std::uint64_t>(span.count()), 1);
}

}  // namespace

ReadLog::ReadLog(ReadLogOptions options, runtime::Directory& directory,
                 telemetry::Registry& registry, telemetry::Logger* log)
    : options_(options),
      highest_hash_(highest_hash_of(options.part)),
      lifetime_s_(lifetime_of(options.objects)),
      head_(head_of(options.part)),
      directory_(directory),
      log_(log),
      written_(registry.counter("aside_read_log_writes_total", "Files of the read log",
                                {{"result", "written"}})),
      write_failed_(registry.counter("aside_read_log_writes_total", "Files of the read log",
                                     {{"result", "failed"}})),
      left_out_(registry.counter("aside_read_log_left_out_total",
                                 "Reads that the read log had no room for", {})) {}

void ReadLog::note(Worker& worker, const Value& value) {
    if (value.kind() == ValueKind::index_entry || value.absent()) return;
    const std::uint64_t hash = hash_bytes(value.key());
    if (hash > highest_hash_) return;
    std::array<char, 96> line{};
    const int size = std::snprintf(
        line.data(), line.size(), "%lld,%llu,%zu,r,%llu\n",
        static_cast<long long>(unix_ms(worker.wall_now())), static_cast<unsigned long long>(hash),
        value.body().size(),
        static_cast<unsigned long long>(value.kind() == ValueKind::object ? lifetime_s_ : 0));
    MutexLock lock(mutex_);
    if (lines_.size() + static_cast<std::size_t>(size) > options_.file_max_bytes)
        left_out_.add(worker.index());
    else
        lines_.append(line.data(), static_cast<std::size_t>(size));
}

void ReadLog::start(Worker& worker) {
    timer_ = worker.make_timer([this, &worker] { tick(worker); });
    timer_->arm(worker.now() + options_.period);
}

void ReadLog::stop(Worker& worker) {
    if (timer_) timer_->disarm();
    worker.spawn(write(worker));
}

void ReadLog::tick(Worker& worker) {
    timer_->arm(worker.now() + options_.period);
    worker.spawn(write(worker));
}

Task<> ReadLog::write(Worker& worker) {
    std::string text = head_;
    {
        MutexLock lock(mutex_);
        if (lines_.empty()) co_return;
        text += lines_;
        lines_.clear();
    }
    std::array<char, 24> digits{};  // of one length: sorted by name is sorted by time
    std::snprintf(digits.data(), digits.size(), "%014lld",
                  static_cast<long long>(unix_ms(worker.wall_now())));
    const std::string name = std::string(kPrefix) + digits.data() + std::string(kSuffix);
    const Result<void> done = co_await runtime::run_blocking(
        worker, [this, &name, &text] { return write_file(name, text); });
    (done ? written_ : write_failed_).add(worker.index());
    if (!done && log_)
        log_->warning("read_log.not_written", {{"file", name}, {"error", to_string(done.error())}});
}

Result<void> ReadLog::write_file(const std::string& name, const std::string& text) {
    if (auto written = directory_.write(name, text); !written) return written;
    auto names = directory_.list("");
    if (!names) return fail(std::move(names.error()));
    std::erase_if(*names, [](const std::string& one) {
        return !one.starts_with(kPrefix) || !one.ends_with(kSuffix);
    });
    std::ranges::sort(*names);
    for (std::size_t i = 0; i + options_.files < names->size(); ++i) {
        auto removed = directory_.remove((*names)[i]);
        // The write before this one may still be at it, too.
        if (!removed && removed.error().code != Errc::not_found) return removed;
    }
    return {};
}

}  // namespace aside::engine
