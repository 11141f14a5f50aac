#include "cli/output_file.h"

#include "cli/session.h"

namespace aside::cli {

Result<void> write_output(runtime::Files& files, const std::string& path, std::string_view bytes) {
    if (path == "-") {
        if (print(bytes)) return {};
        return fail(Errc::io, "standard output is closed");
    }
    const std::size_t slash = path.rfind('/');
    const std::string directory =
        slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (name.empty()) return fail(Errc::bad_input, path + " is no file's name");
    auto opened = files.open_directory(directory, false);
    if (!opened) return fail(opened.error().code, path + ": " + opened.error().detail);
    auto written = (*opened)->write(name, bytes);
    if (!written) return fail(written.error().code, path + ": " + written.error().detail);
    return {};
}

}  // namespace aside::cli
