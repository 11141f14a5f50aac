#include "lab/trials/clearing_away.h"

#include "lab/leftovers.h"
#include "runtime/os/child_process.h"
#include "runtime/os/orphans.h"
#include "runtime/os/process.h"

namespace aside::lab::trials {

namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(50);
constexpr Duration kEndLimit = std::chrono::seconds(10);
constexpr int kOfSignal = 128;

// Ends it when this process is told to stop.
Result<int> run_to_its_end(std::vector<std::string> words) {
    runtime::StopSignals signals;
    auto child =
        runtime::ChildProcess::start({.arguments = std::move(words), .inherit_output = true});
    if (!child) return fail(std::move(child.error()));
    int told = 0;
    while (told == 0 && (*child)->running()) told = signals.wait_for(kLookEvery);
    if (told == 0) told = signals.wait_for(Duration::zero());
    if (told != 0) return kOfSignal + told;
    const auto end = (*child)->wait(kEndLimit);
    if (!end) return fail(end.error());
    if (end->signal == 0) return end->exit_code;
    return fail(Errc::io,
                "the process of the drills was ended by signal " + std::to_string(end->signal));
}

}  // namespace

Result<int> run_and_clear_away(std::vector<std::string> words) {
    auto adopting = runtime::adopt_orphans();
    if (!adopting) return fail(std::move(adopting.error()));
    Result<int> code = run_to_its_end(std::move(words));
    const auto ended = runtime::end_children(kEndLimit);
    remove_leftovers();
    if (!ended) return fail(ended.error());
    return code;
}

}  // namespace aside::lab::trials
