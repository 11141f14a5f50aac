#include <algorithm>
#include <cstdio>

#include "lab/arguments.h"
#include "lab/drills/all_drills.h"
#include "lab/drills/apart.h"
#include "lab/tool_commands.h"

namespace aside::lab {

namespace {

constexpr std::string_view kNames[] = {"theme", "server"};
constexpr std::string_view kFlags[] = {"list", "all", "long", kInsideFlag};

void show(const Drill& drill, const DrillVerdict& verdict) {
    const std::string id(drill.id), title(drill.title);
    if (verdict.passed && !verdict.skipped.empty()) {
        std::printf("skip %-4s %s: %s\n", id.c_str(), title.c_str(), verdict.skipped.c_str());
        return;
    }
    std::printf("%s %-4s %s (%.1f s)\n", verdict.passed ? "ok  " : "FAIL", id.c_str(),
                title.c_str(), verdict.seconds);
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
    const std::string server = session.server(arguments->text("server", session.server_program));
    DrillSettings settings{.upgrades = {}, .long_ones = arguments->has("long")};
    for (const std::string& program : session.upgrades)
        settings.upgrades.push_back(session.server(program));
    DrillRunner runner(**control, server, std::move(settings));
    const bool inside = arguments->has(kInsideFlag);
    std::size_t failed = 0, skipped = 0;
    for (const Drill& drill : drills) {
        if (drill.wish.private_network && !inside) {
            const ApartEnd end = run_apart(**control, session, drill, server);
            failed += end == ApartEnd::failed;
            skipped += end == ApartEnd::not_permitted;
            continue;
        }
        const DrillVerdict verdict = runner.run(drill);
        show(drill, verdict);
        failed += !verdict.passed;
        skipped += verdict.passed && !verdict.skipped.empty();
    }
    if (!inside) {
        std::printf("%zu drills, %zu failed, %zu skipped\n", drills.size(), failed, skipped);
    }
    if (failed != 0) return kToolFailed;
    return skipped == drills.size() ? kToolSkipped : kToolOk;
}

}  // namespace aside::lab
