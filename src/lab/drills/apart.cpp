#include "lab/drills/apart.h"

#include <cstdio>

#include "lab/shell_command.h"
#include "runtime/os/files.h"

namespace aside::lab {

namespace {

constexpr Duration kDrillLimit = std::chrono::minutes(2);
constexpr Duration kRemoveLimit = std::chrono::seconds(10);
constexpr std::uint64_t kShownBytes = 1 << 20;

void show_file(const std::string& file) {
    runtime::OsFiles files;
    const auto text = files.read_file(file, kShownBytes);
    if (text) std::fputs(text->c_str(), stdout);
    std::fflush(stdout);
}

}  // namespace

ApartEnd run_apart(ControlThread& control, const ToolSession& session, const Drill& drill,
                   const std::string& server_program) {
    std::vector<std::string> words = PrivateNetwork::entrance();
    if (words.empty()) {
        std::printf("skip %-4s %s: namespaces are not permitted here\n",
                    std::string(drill.id).c_str(), std::string(drill.title).c_str());
        return ApartEnd::not_permitted;
    }
    words.insert(words.end(), {session.program, "drill", std::string(drill.id),
                               "--" + std::string(kInsideFlag), "--server", server_program});
    std::uint64_t number = 0;
    control.on_worker([&] { number = control.worker().random().next(); });
    const std::string output = "/tmp/aside-drill-" + std::to_string(number);
    const Result<void> ended = run_program(words, kDrillLimit, output);
    show_file(output);
    (void)run_program({"rm", "-f", output}, kRemoveLimit);
    if (ended) return ApartEnd::passed;
    // Its own verdict is above, if it could give one.
    std::printf("FAIL %-4s %s\n", std::string(drill.id).c_str(),
                ended.error().code == Errc::timed_out ? "does not end" : "in its own process");
    return ApartEnd::failed;
}

}  // namespace aside::lab
