#include "lab/trials/load_thread.h"

namespace aside::lab::trials {

namespace {

constexpr Duration kEndLimit = std::chrono::seconds(5);

template <class Call>
runtime::Task<> called(Call& call) {
    call();
    co_return;
}

}  // namespace

template <class Call>
void LoadThread::on_worker(Call call) {
    runtime::run_task(*runtime_, 0, [&](runtime::Worker&) { return called(call); });
}

Result<std::unique_ptr<LoadThread>> LoadThread::start() {
    auto created =
        runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1, .fine_timers = true});
    if (!created) return fail(std::move(created.error()));
    (*created)->start();
    return std::unique_ptr<LoadThread>(new LoadThread(std::move(*created)));
}

LoadThread::~LoadThread() {
    for (std::size_t run = 0; run < runs_.size(); ++run) {
        stop(run);
        await_end(run);
    }
    on_worker([this] { runs_.clear(); });
    runtime_->stop(kEndLimit);
    runtime_->join();
}

std::size_t LoadThread::begin(load::LoadSettings settings, load::ExchangeObserver& observer) {
    on_worker([&] {
        runs_.push_back(
            std::make_unique<load::LoadRun>(runtime_->worker(0), std::move(settings), observer));
        runs_.back()->start();
    });
    return runs_.size() - 1;
}

void LoadThread::stop(std::size_t run) {
    on_worker([&] { runs_[run]->stop(); });
}

void LoadThread::await_end(std::size_t run) {
    runtime::run_task(*runtime_, 0, [this, run](runtime::Worker&) { return runs_[run]->ended(); });
}

}  // namespace aside::lab::trials
