#include "lab/shell_command.h"

#include "runtime/os/child_process.h"
#include "runtime/os/files.h"

namespace aside::lab {

namespace {

constexpr std::uint64_t kOutputMax = 4 << 20;
constexpr std::size_t kShown = 500;

std::string end_of_output(const std::string& file) {
    if (file.empty()) return {};
    runtime::OsFiles files;
    const auto text = files.read_file(file, kOutputMax);
    if (!text) return {};
    return ": " + text->substr(text->size() - std::min(text->size(), kShown));
}

}  // namespace

Result<void> run_program(const std::vector<std::string>& words, Duration limit,
                         const std::string& output_file) {
    auto child = runtime::ChildProcess::start(
        {.arguments = words, .environment = {}, .directory = {}, .output_file = output_file});
    if (!child) return fail(std::move(child.error()));
    const auto end = (*child)->wait(limit);
    if (!end) return fail(end.error());
    if (end->exit_code == 0 && end->signal == 0) return {};
    return fail(Errc::io, words.front() + " ended with " + std::to_string(end->exit_code) +
                              end_of_output(output_file));
}

}  // namespace aside::lab
