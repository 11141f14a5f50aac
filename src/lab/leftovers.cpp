#include "lab/leftovers.h"

#include <string_view>

#include "lab/shell_command.h"
#include "runtime/os/files.h"
#include "runtime/os/process_facts.h"

namespace aside::lab {

namespace {

constexpr std::string_view kWhere = "/tmp/", kName = "aside-lab-";
constexpr Duration kRemoveLimit = std::chrono::seconds(10);
constexpr std::uint64_t kStatBytes = 4096;

// Empty: not one of ours.
std::string_view maker_of(std::string_view name) {
    if (!name.starts_with(kName)) return {};
    name.remove_prefix(kName.size());
    const std::size_t end = name.find('-');
    const std::string_view maker = name.substr(0, end);
    const bool number = end != std::string_view::npos && !maker.empty() &&
                        maker.find_first_not_of("0123456789") == std::string_view::npos;
    return number ? maker : std::string_view{};
}

// A process that has ended may be shown for as long as nobody has asked how ("PID (NAME) Z …").
bool lives(std::string_view process) {
    runtime::OsFiles files;
    const auto stat = files.read_file("/proc/" + std::string(process) + "/stat", kStatBytes);
    if (!stat) return false;
    const std::size_t end_of_name = stat->rfind(") ");
    return end_of_name == std::string::npos || (*stat)[end_of_name + 2] != 'Z';
}

}  // namespace

std::string lab_directory(std::uint64_t number) {
    return std::string(kWhere) + std::string(kName) +
           std::to_string(runtime::process_facts().process_id) + "-" + std::to_string(number);
}

void remove_leftovers() {
    runtime::OsFiles files;
    const auto where = files.open_directory(std::string(kWhere), false);
    if (!where) return;
    const auto names = (*where)->list("");
    if (!names) return;
    for (const std::string& name : *names) {
        const std::string_view maker = maker_of(name);
        if (maker.empty() || lives(maker)) continue;
        (void)run_program({"rm", "-rf", std::string(kWhere) + name}, kRemoveLimit);
    }
}

}  // namespace aside::lab
