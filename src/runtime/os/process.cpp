#include "runtime/os/process.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace aside::runtime {

StopSignals::StopSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGTERM);
    ::sigaddset(&signals_, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

StopSignals::~StopSignals() {
    let_next_end_the_process();
}

int StopSignals::wait() {
    for (;;) {
        int number = 0;
        if (::sigwait(&signals_, &number) == 0) return number;
    }
}

int StopSignals::wait_for(Duration limit) {
    const ::timespec span{.tv_sec = limit.count() / 1'000'000'000,
                          .tv_nsec = limit.count() % 1'000'000'000};
    return std::max(::sigtimedwait(&signals_, nullptr, &span), 0);
}

void StopSignals::let_next_end_the_process() {
    ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

void let_writes_over_a_limit_fail() {
    std::signal(SIGXFSZ, SIG_IGN);
}

Result<std::uint64_t> raise_descriptor_limit() {
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return fail(Errc::io, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return fail(Errc::io, "setrlimit");
    return limit.rlim_cur;
}

bool error_is_terminal() {
    return ::isatty(STDERR_FILENO) == 1;
}

void end_process(int code) {
    std::fflush(stdout);
    ::_exit(code);
}

}  // namespace aside::runtime
