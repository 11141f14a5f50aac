#include "runtime/file_name.h"

namespace aside::runtime {

namespace {

Result<void> check_part(std::string_view part) {
    if (part == "..") return fail(Errc::denied, "a file name must not contain \"..\"");
    if (part.empty() || part == ".") return fail(Errc::bad_input, "a file name with an empty part");
    if (part.size() > kFileNamePartMax) {
        return fail(Errc::bad_input, "a part of a file name is over 255 bytes");
    }
    return {};
}

}  // namespace

Result<void> check_file_name(std::string_view name) {
    if (name.empty()) return fail(Errc::bad_input, "an empty file name");
    if (name.size() > kFileNameMax) return fail(Errc::bad_input, "a file name over 4,095 bytes");
    if (name.find('\0') != std::string_view::npos) {
        return fail(Errc::bad_input, "a file name with a NUL byte");
    }
    if (name.front() == '/') return fail(Errc::denied, "an absolute file name");
    for (;;) {
        const auto slash = name.find('/');
        if (auto fine = check_part(name.substr(0, slash)); !fine) return fine;
        if (slash == std::string_view::npos) return {};
        name.remove_prefix(slash + 1);
    }
}

}  // namespace aside::runtime
