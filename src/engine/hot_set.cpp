#include "engine/hot_set.h"

#include <utility>

#include "engine/engine.h"
#include "runtime/blocking.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

// How often it is asked whether a node of L2 came back empty.
constexpr Duration kTick = std::chrono::seconds(1);

}  // namespace

HotSet::HotSet(HotSetOptions options, Engine& engine, runtime::Directory& directory,
               std::string name, telemetry::Registry& registry, telemetry::Logger* log)
    : options_(options),
      engine_(engine),
      directory_(directory),
      name_(std::move(name)),
      log_(log),
      written_(registry.counter("aside_hot_set_writes_total", "Times the hot set was written",
                                {{"result", "written"}})),
      write_failed_(registry.counter("aside_hot_set_writes_total", "Times the hot set was written",
                                     {{"result", "failed"}})) {}

void HotSet::start(Worker& worker) {
    write_at_ = worker.now() + options_.period;
    timer_ = worker.make_timer([this, &worker] { tick(worker); });
    worker.spawn(begin(worker));
}

void HotSet::stop() {
    stopped_ = true;
    engine_.stop_warming();
    if (timer_) timer_->disarm();
}

Task<> HotSet::begin(Worker& worker) {
    Result<runtime::FileContent> file = co_await runtime::run_blocking(
        worker, [this] { return directory_.read(name_, options_.file_max_bytes); });
    if (stopped_) co_return;
    timer_->arm(worker.now() + kTick);
    if (!file) {
        if (file.error().code != Errc::not_found) tell("hot_set.unreadable", file.error());
        co_return;
    }
    co_await engine_.warm_up(worker, decode_hot_set(file->bytes, options_.keys),
                             options_.in_flight);
}

Task<> HotSet::write(Worker& worker) {
    const std::vector<WarmKey> keys = engine_.hot_set(options_.keys);
    if (keys.empty()) co_return;  // better the set of before than none
    const Result<void> done = co_await runtime::run_blocking(
        worker, [this, text = encode_hot_set(keys)] { return directory_.write(name_, text); });
    (done ? written_ : write_failed_).add(worker.index());
    if (!done) tell("hot_set.not_written", done.error());
}

void HotSet::tick(Worker& worker) {
    if (stopped_) return;
    timer_->arm(worker.now() + kTick);
    if (engine_.take_cold_notice()) {
        worker.spawn(engine_.warm_up(worker, engine_.hot_set(options_.keys), options_.in_flight));
    }
    if (worker.now() < write_at_) return;
    write_at_ = worker.now() + options_.period;
    worker.spawn(write(worker));
}

void HotSet::tell(std::string_view event, const Error& error) {
    if (log_) log_->warning(event, {{"file", name_}, {"error", to_string(error)}});
}

}  // namespace aside::engine
