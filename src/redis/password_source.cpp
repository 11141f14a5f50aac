#include "redis/password_source.h"

#include <algorithm>

#include "runtime/blocking.h"

namespace aside::redis {

namespace {

constexpr std::uint64_t kPasswordFileMaxBytes = 16 * 1024;

Result<std::string> read_first_line(runtime::Files& files, const std::string& path) {
    auto text = files.read_file(path, kPasswordFileMaxBytes);
    if (!text) return fail(text.error().code, "the password file: " + text.error().detail);
    text->resize(std::min(text->find('\n'), text->size()));
    while (text->ends_with('\r')) text->pop_back();
    if (text->empty()) return fail(Errc::bad_input, "the password file's first line is empty");
    return text;
}

}  // namespace

runtime::Task<Result<Credentials>> InlinePasswordSource::credentials(runtime::Worker&) {
    co_return Credentials{user_, password_};
}

runtime::Task<Result<Credentials>> FilePasswordSource::credentials(runtime::Worker& worker) {
    auto password =
        co_await runtime::run_blocking(worker, [this] { return read_first_line(files_, path_); });
    if (!password) co_return fail(password.error());
    co_return Credentials{user_, std::move(*password)};
}

}  // namespace aside::redis
