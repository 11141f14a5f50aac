// Writes down what becomes of one run's requests, second by second.
//
//   LoadRecorder recorder(check);
//   LoadRun run(worker, std::move(settings), recorder);
//   recorder.begin(worker.now());    // both on the worker
//   run.start();
//   …
//   LoadRecord record = recorder.take(run);
//
// Thread rule: the run's worker. It borrows the check.
#pragma once

#include <array>

#include "lab/load/answer_check.h"
#include "lab/load/load_record.h"
#include "lab/load/load_run.h"

namespace aside::lab::load {

class LoadRecorder final : public ExchangeObserver {
  public:
    explicit LoadRecorder(const AnswerCheck& check) : check_(check) {}

    void begin(SteadyTime began) { began_ = last_end_ = began; }
    void exchange_ended(const Exchange& exchange) override;
    void cdn_answered(const CdnExchange& exchange) override;

    // What ended since this was asked last, for whoever looks on.
    LoadFigures take_recent() { return std::exchange(recent_, {}); }
    LoadRecord take(const LoadRun& run);

  private:
    LoadFigures& second_of(SteadyTime due);

    const AnswerCheck& check_;
    SteadyTime began_{}, last_end_{};
    std::vector<LoadFigures> seconds_;
    std::array<std::uint64_t, AnswerCheck::kStatuses> statuses_{};
    LoadFigures recent_;
};

}  // namespace aside::lab::load
