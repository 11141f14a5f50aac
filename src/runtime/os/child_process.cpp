#include "runtime/os/child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {  // which glibc 2.36 forgets to say
#include <sys/pidfd.h>
}

#include "runtime/os/event_loop.h"

namespace aside::runtime {

namespace {

constexpr int kPollMaxMs = 60'000;  // then the clock is looked at again

// Everything a child needs between fork and exec, where it must neither allocate nor lock.
struct Launch {
    std::vector<std::string> environment;
    std::vector<char*> argument_pointers;
    std::vector<char*> environment_pointers;
    const char* directory = nullptr;
    Descriptor input;
    Descriptor output;
    Descriptor report_read;
    Descriptor report_write;  // takes errno when exec fails, and closes when it does not
    int parent = 0;
    int niceness = 0;
};

std::string_view name_of_variable(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

std::vector<std::string> merged_environment(const ChildOptions& options) {
    std::vector<std::string> merged;
    for (const auto& [name, value] : options.environment) merged.push_back(name + "=" + value);
    if (!options.inherit_environment) return merged;
    const auto replaced = [&](std::string_view variable) {
        return std::ranges::any_of(options.environment, [&](const auto& added) {
            return added.first == name_of_variable(variable);
        });
    };
    for (char** at = environ; *at != nullptr; ++at) {
        if (!replaced(*at)) merged.emplace_back(*at);
    }
    return merged;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

Result<Launch> prepare(const ChildOptions& options) {
    if (options.arguments.empty()) return fail(Errc::bad_input, "a child needs a program");
    Launch launch;
    launch.environment = merged_environment(options);
    launch.argument_pointers = pointers(options.arguments);
    launch.environment_pointers = pointers(launch.environment);
    if (!options.directory.empty()) launch.directory = options.directory.c_str();
    launch.input.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!launch.input) return fail(system_error(errno, "/dev/null"));
    if (!options.inherit_output) {
        const std::string file = options.output_file.empty() ? "/dev/null" : options.output_file;
        launch.output.reset(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
        if (!launch.output) return fail(system_error(errno, file));
    }
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) return fail(system_error(errno, "pipe"));
    launch.report_read.reset(report[0]);
    launch.report_write.reset(report[1]);
    launch.parent = ::getpid();
    launch.niceness = options.niceness;
    return launch;
}

[[noreturn]] void give_up(const Launch& launch) {
    const int number = errno;
    [[maybe_unused]] const auto told = ::write(launch.report_write.get(), &number, sizeof number);
    ::_exit(127);
}

// The child's part, in which only async-signal-safe calls are allowed.
[[noreturn]] void become(const Launch& launch) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != launch.parent) ::_exit(127);  // it ended before the line above
    // Descriptors 0 to 2 lose the close-on-exec mark by dup2.
    if (::dup2(launch.input.get(), STDIN_FILENO) < 0) give_up(launch);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
        if (launch.output && ::dup2(launch.output.get(), output) < 0) give_up(launch);
    }
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    if (launch.directory != nullptr && ::chdir(launch.directory) != 0) give_up(launch);
    if (launch.niceness != 0) (void)::nice(launch.niceness);  // a wish
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGXFSZ, SIG_DFL);
    ::sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::execvpe(launch.argument_pointers[0], launch.argument_pointers.data(),
              launch.environment_pointers.data());
    give_up(launch);
}

// 0 when the program runs, else the errno of what the child could not do.
int exec_result(Launch& launch) {
    launch.report_write.reset();
    int number = 0;
    for (;;) {
        const ssize_t count = ::read(launch.report_read.get(), &number, sizeof number);
        if (count == sizeof number) return number;
        if (count >= 0) return 0;
        if (errno != EINTR) return errno;
    }
}

void reap(int pid) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

ChildEnd end_of(const siginfo_t& info) {
    if (info.si_code == CLD_EXITED) return {.exit_code = info.si_status, .signal = 0};
    return {.exit_code = 0, .signal = info.si_status};
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const ChildOptions& options) {
    auto launch = prepare(options);
    if (!launch) return fail(std::move(launch.error()));
    const int pid = ::fork();
    if (pid < 0) return fail(Errc::overloaded, system_error(errno, "fork").detail);
    if (pid == 0) become(*launch);
    const int number = exec_result(*launch);
    if (number != 0) {
        reap(pid);
        return fail(system_error(number, options.arguments.front()));
    }
    Descriptor handle(::pidfd_open(pid, 0));
    if (!handle) {
        Error error = system_error(errno, "pidfd_open");
        ::kill(pid, SIGKILL);
        reap(pid);
        return fail(std::move(error));
    }
    return std::unique_ptr<ChildProcess>(new ChildProcess(pid, std::move(handle)));
}

ChildProcess::~ChildProcess() {
    if (end_) return;
    (void)signal(SIGKILL);
    reap(pid_);
}

Result<void> ChildProcess::signal(int number) {
    if (::pidfd_send_signal(handle_.get(), number, nullptr, 0) == 0) return {};
    if (errno == ESRCH) return fail(Errc::not_found, "the child has ended");
    return fail(system_error(errno, "pidfd_send_signal"));
}

Result<ChildEnd> ChildProcess::wait(Duration limit) {
    const SteadyTime begun = EventLoop::now();
    while (!end_) {
        const Duration left = limit - (EventLoop::now() - begun);
        const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        const int timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left_ms, 0, kPollMaxMs));
        pollfd ended{.fd = handle_.get(), .events = POLLIN, .revents = 0};
        const int ready = ::poll(&ended, 1, timeout_ms);
        if (ready < 0 && errno != EINTR) return fail(system_error(errno, "poll"));
        if (ready == 0 && left <= Duration::zero()) {
            return fail(Errc::timed_out, "the child still runs");
        }
        if (ready <= 0) continue;
        siginfo_t info{};
        if (::waitid(P_PIDFD, static_cast<::id_t>(handle_.get()), &info, WEXITED) == 0) {
            end_ = end_of(info);
        } else if (errno != EINTR) {
            return fail(system_error(errno, "waitid"));
        }
    }
    return *end_;
}

bool ChildProcess::running() {
    return !wait(Duration::zero());
}

}  // namespace aside::runtime
