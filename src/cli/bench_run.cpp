#include "cli/bench_run.h"

#include "runtime/os/process_facts.h"
#include "runtime/os/run_task.h"

namespace aside::cli {
namespace {

namespace load = lab::load;

constexpr Duration kEndLimit = std::chrono::seconds(5);
// Look-ups of names and reads of certificates, one a connection that is being opened.
constexpr std::size_t kBlockingCallsMax = 65536;

load::LoadSettings with_cdn(load::LoadSettings settings, std::optional<load::CdnModel>& cdn) {
    settings.cdn = cdn ? &*cdn : nullptr;
    return settings;
}

runtime::Task<load::LoadFigures> look(load::LoadRecorder& recorder) {
    co_return recorder.take_recent();
}

}  // namespace

BenchRun::Part::Part(runtime::Worker& worker, const BenchPlan& plan, unsigned index)
    : cdn(plan.cdn ? std::optional<load::CdnModel>(std::in_place, plan.keys, *plan.cdn)
                   : std::nullopt),
      recorder(plan.check),
      run(worker, with_cdn(plan.settings_of(index), cdn), recorder) {}

BenchRun::BenchRun(const BenchPlan& plan, std::unique_ptr<runtime::OsRuntime> runtime)
    : plan_(plan), runtime_(std::move(runtime)), running_(plan.threads) {
    for (unsigned i = 0; i < plan.threads; ++i) {
        parts_.push_back(std::make_unique<Part>(runtime_->worker(i), plan, i));
    }
}

Result<std::unique_ptr<BenchRun>> BenchRun::create(const BenchPlan& plan) {
    auto runtime = runtime::OsRuntime::create(
        {.workers = plan.threads, .blocking_queue_limit = kBlockingCallsMax, .fine_timers = true});
    if (!runtime) return fail(std::move(runtime.error()));
    return std::unique_ptr<BenchRun>(new BenchRun(plan, std::move(*runtime)));
}

runtime::Task<> BenchRun::run_part(unsigned index) {
    Part& part = *parts_[index];
    part.recorder.begin(runtime_->worker(index).now());
    part.run.start();
    co_await part.run.ended();
    running_.fetch_sub(1);
}

void BenchRun::start() {
    cpu_before_ = runtime::process_facts().cpu_time;
    runtime_->start();
    for (unsigned i = 0; i < plan_.threads; ++i) {
        runtime::Worker& worker = runtime_->worker(i);
        worker.post([this, i, &worker] { worker.spawn(run_part(i)); });
    }
}

load::LoadFigures BenchRun::recent() {
    load::LoadFigures all;
    for (unsigned i = 0; i < plan_.threads; ++i) {
        all.merge(runtime::run_task(*runtime_, i,
                                    [&](runtime::Worker&) { return look(parts_[i]->recorder); }));
    }
    return all;
}

void BenchRun::on_each(void (load::LoadRun::*what)()) {
    for (unsigned i = 0; i < plan_.threads; ++i) {
        runtime_->worker(i).post([this, i, what] { (parts_[i]->run.*what)(); });
    }
}

void BenchRun::stop() {
    on_each(&load::LoadRun::stop);
}

void BenchRun::abandon() {
    on_each(&load::LoadRun::abandon);
}

load::LoadRecord BenchRun::finish() {
    runtime_->stop(kEndLimit);
    runtime_->join();
    load::LoadRecord record;
    for (const auto& part : parts_) record.merge(part->recorder.take(part->run));
    record.settings = plan_.described;
    record.cpu_time = runtime::process_facts().cpu_time - cpu_before_;
    return record;
}

}  // namespace aside::cli
