#include "runtime/os/process_facts.h"

#include <cstdio>

#include <sys/resource.h>
#include <unistd.h>

#include "runtime/os/files.h"

namespace aside::runtime {

namespace {

std::uint64_t resident_bytes(OsFiles& files) {
    const auto text = files.read_file("/proc/self/statm", 4096);
    unsigned long long pages = 0;
    if (!text || std::sscanf(text->c_str(), "%*u %llu", &pages) != 1) return 0;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors(OsFiles& files) {
    const auto directory = files.open_directory("/proc/self/fd", false);
    if (!directory) return 0;
    const auto names = (*directory)->list("");
    // Two of them are of this look itself.
    return names && names->size() > 2 ? names->size() - 2 : 0;
}

Duration cpu_time() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto span = [](const timeval& time) {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    return span(used.ru_utime) + span(used.ru_stime);
}

}  // namespace

ProcessFacts process_facts() {
    OsFiles files;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return {::getpid(), resident_bytes(files), open_descriptors(files), limit.rlim_cur, cpu_time()};
}

}  // namespace aside::runtime
