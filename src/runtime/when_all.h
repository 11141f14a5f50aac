// when_all: several tasks at once on one worker, and one place that waits for all of them.
//
//   std::vector<Task<>> loads;
//   for (auto& key : keys) loads.push_back(load(key, results[i]));
//   co_await when_all(worker, std::move(loads));
//
// Each task runs to its first suspension in turn, then they interleave. Results go where each task
// was told to put them; a task that fails says so there. Every task's frame is gone before the
// waiting one resumes, so they may refer to its locals. Thread rule: on `worker`. Ownership: takes
// the tasks; none may be empty.
#pragma once

#include <vector>

#include "runtime/task.h"
#include "runtime/worker.h"

namespace aside::runtime {

Task<> when_all(Worker& worker, std::vector<Task<>> tasks);

}  // namespace aside::runtime
