#include "runtime/os/orphans.h"

#include <cerrno>
#include <csignal>
#include <sstream>
#include <string>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/os/descriptor.h"
#include "runtime/os/event_loop.h"
#include "runtime/os/files.h"

namespace aside::runtime {

namespace {

constexpr int kLookAgainMs = 5;
constexpr std::uint64_t kListBytes = 64UL << 10;

// None of them was reaped: their numbers are nobody else's.
void kill_children(const std::string& list) {
    std::istringstream children(OsFiles().read_file(list, kListBytes).value_or(""));
    for (::pid_t pid = 0; children >> pid;) ::kill(pid, SIGKILL);
}

}  // namespace

Result<void> adopt_orphans() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL) == 0) return {};
    return fail(system_error(errno, "PR_SET_CHILD_SUBREAPER"));
}

Result<void> end_children(Duration limit) {
    const std::string self = std::to_string(::getpid());
    const SteadyTime until = EventLoop::now() + limit;
    for (;;) {
        kill_children("/proc/" + self + "/task/" + self + "/children");
        const ::pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
        if (ended > 0) continue;
        if (ended < 0 && errno == ECHILD) return {};
        if (ended < 0 && errno != EINTR) return fail(system_error(errno, "waitpid"));
        if (EventLoop::now() >= until)
            return fail(Errc::timed_out, "a child does not end although it was killed");
        ::poll(nullptr, 0, kLookAgainMs);
    }
}

}  // namespace aside::runtime
