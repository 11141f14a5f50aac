#include <algorithm>
#include <cstdio>

#include "lab/arguments.h"
#include "lab/drills/all_drills.h"
#include "lab/drills/apart.h"
#include "lab/tool_commands.h"

namespace aside::lab {

namespace {

constexpr std::string_view kNames[] = {"theme", "server"};
constexpr std::string_view kFlags[] = {"list", "all", kInsideFlag};

void show(const Drill& drill, const DrillVerdict& verdict) {
    std::printf("%s %-4s %s (%.1f s)\n", verdict.passed ? "ok  " : "FAIL",
                std::string(drill.id).c_str(), std::string(drill.title).c_str(), verdict.seconds);
    for (const std::string& fact : verdict.facts) std::printf("         %s\n", fact.c_str());
    for (const std::string& failure : verdict.failures)
        std::printf("     NOT %s\n", failure.c_str());
    std::fflush(stdout);
}

std::vector<Drill> chosen(const Arguments& arguments) {
    std::vector<Drill> drills = all_drills();
    const std::string theme = arguments.text("theme", "");
    std::erase_if(drills, [&](const Drill& drill) {
        const auto& words = arguments.words();
        const bool named = std::ranges::find(words, drill.id) != words.end();
        return !arguments.has("all") && !named && drill.theme != theme;
    });
    return drills;
}

}  // namespace

int drill_command(const ToolSession& session, std::span<const std::string> words) {
    const auto arguments = Arguments::parse(words, kNames, kFlags);
    if (!arguments) return tool_failed(arguments.error());
    if (arguments->has("list")) {
        for (const Drill& drill : all_drills())
            std::printf("%-4s %-11s %s\n", std::string(drill.id).c_str(),
                        std::string(drill.theme).c_str(), std::string(drill.title).c_str());
        return kToolOk;
    }
    const std::vector<Drill> drills = chosen(*arguments);
    if (drills.empty()) return tool_failed({Errc::bad_input, "no such drill; --list names them"});
    auto control = ControlThread::start();
    if (!control) return tool_failed(control.error());
    const std::string server = arguments->text("server", session.server_program);
    DrillRunner runner(**control, server);
    const bool inside = arguments->has(kInsideFlag);
    std::size_t failed = 0, not_permitted = 0;
    for (const Drill& drill : drills) {
        if (drill.wish.private_network && !inside) {
            const ApartEnd end = run_apart(**control, session, drill, server);
            failed += end == ApartEnd::failed;
            not_permitted += end == ApartEnd::not_permitted;
            continue;
        }
        const DrillVerdict verdict = runner.run(drill);
        show(drill, verdict);
        failed += !verdict.passed;
    }
    if (!inside) {
        std::printf("%zu drills, %zu failed, %zu not permitted here\n", drills.size(), failed,
                    not_permitted);
    }
    if (failed != 0) return kToolFailed;
    return not_permitted == drills.size() ? kToolNotPermitted : kToolOk;
}

}  // namespace aside::lab
