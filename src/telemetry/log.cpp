#include "telemetry/log.h"

#include <map>
#include <string>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/mutex.h"

namespace aside::telemetry {

namespace {

class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        std::string line(message.payload.data(), message.payload.size());
        write_(line += '\n');
    }
    void flush_() override {}

  private:
    std::function<void(std::string_view)> write_;
};

spdlog::sink_ptr make_sink(std::function<void(std::string_view)> write) {
    if (write) return std::make_shared<FunctionSink>(std::move(write));
    return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

}  // namespace

struct Logger::Impl {
    // The lines of one event in the second that began at `start`.
    struct Window {
        WallTime start{};
        Level level = Level::info;  // of what was held back last
        std::uint32_t written = 0;
        std::uint64_t held_back = 0;
    };

    LogFormat format;
    std::uint32_t per_second;
    std::function<WallTime()> now;
    std::shared_ptr<spdlog::async_logger> out;
    // Ends before `out`: its end writes what is queued and joins the thread, after which nobody
    // else touches the logger.
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::atomic<std::uint64_t> suppressed{0};

    Mutex mutex;
    std::map<std::string, Window, std::less<>> windows ASIDE_GUARDED_BY(mutex);

    void write(const LogLine& line) {
        out->log(spdlog::level::info, spdlog::string_view_t(format_line(format, line)));
    }
    void tell_held_back(std::string_view event, Window& window, WallTime time) {
        if (window.held_back == 0) return;
        const Field field("suppressed", std::exchange(window.held_back, 0));
        write({time, window.level, event, std::span(&field, 1)});
    }
    // True when the line may be written.
    bool admit(Level level, std::string_view event, WallTime time);
};

bool Logger::Impl::admit(Level level, std::string_view event, WallTime time) {
    MutexLock lock(mutex);
    auto found = windows.find(event);
    if (found == windows.end()) {
        if (windows.size() >= kMaxEvents) event = "log.other";
        found = windows.try_emplace(std::string(event)).first;
    }
    Window& window = found->second;
    // A wall clock that jumped back begins a new second, too.
    if (time - window.start >= std::chrono::seconds(1) || time < window.start) {
        tell_held_back(found->first, window, time);
        window.start = time;
        window.written = 0;
    }
    if (window.written < per_second) {
        ++window.written;
        return true;
    }
    window.level = level;
    ++window.held_back;
    suppressed.fetch_add(1, std::memory_order_relaxed);
    return false;
}

Logger::Logger(LogOptions options, std::function<WallTime()> now)
    : level_(options.level), impl_(std::make_unique<Impl>()) {
    impl_->format = options.format;
    impl_->per_second = options.per_second;
    impl_->now = std::move(now);
    impl_->pool = std::make_shared<spdlog::details::thread_pool>(options.queue_lines, 1U);
    impl_->out = std::make_shared<spdlog::async_logger>(
        "aside", make_sink(std::move(options.write)), impl_->pool,
        spdlog::async_overflow_policy::overrun_oldest);
    impl_->out->set_pattern("%v");
    impl_->out->flush_on(spdlog::level::info);
}

Logger::~Logger() {
    MutexLock lock(impl_->mutex);
    for (auto& [event, window] : impl_->windows) {
        impl_->tell_held_back(event, window, impl_->now());
    }
}

void Logger::log(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!enabled(level)) return;
    const WallTime time = impl_->now();
    if (!impl_->admit(level, event, time)) return;
    impl_->write({time, level, event, std::span(fields.begin(), fields.size())});
}

std::uint64_t Logger::dropped() const {
    return impl_->pool->overrun_counter();
}

std::uint64_t Logger::suppressed() const {
    return impl_->suppressed.load(std::memory_order_relaxed);
}

}  // namespace aside::telemetry
