#include "lab/trials/served_process.h"

#include <csignal>
#include <cstdlib>

#include "runtime/os/files.h"

namespace aside::lab::trials {

namespace {

constexpr Duration kStartLimit = std::chrono::seconds(10);
constexpr Duration kEndLimit = std::chrono::seconds(5);
constexpr Duration kAdminLimit = std::chrono::seconds(2);
constexpr std::uint64_t kOutputMax = 64 << 20;
constexpr std::size_t kShownBytes = 600;
constexpr std::uint64_t kPageBytes = 4096;

// Of the last "NAME on http://HOST:PORT" that was printed.
runtime::Endpoint told_after(std::string_view text, std::string_view words) {
    const std::size_t at = text.rfind(words);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + words.size());
    const auto endpoint = runtime::parse_endpoint(rest.substr(0, rest.find_first_of(",\n ")));
    return endpoint ? *endpoint : runtime::Endpoint{};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> aws_environment() {
    return {{"AWS_ACCESS_KEY_ID", "trial"},
            {"AWS_SECRET_ACCESS_KEY", "trial"},
            {"AWS_SESSION_TOKEN", ""},
            {"AWS_PROFILE", ""},
            {"AWS_CONFIG_FILE", "/dev/null"},  // not those of whoever runs the trial
            {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"},
            {"AWS_EC2_METADATA_DISABLED", "true"}};
}

Result<std::unique_ptr<ServedProcess>> ServedProcess::start(ControlThread& control,
                                                            std::vector<std::string> words,
                                                            std::string output_file) {
    auto child = runtime::ChildProcess::start({.arguments = words,
                                               .environment = aws_environment(),
                                               .directory = {},
                                               .output_file = output_file});
    if (!child) return fail(std::move(child.error()));
    std::unique_ptr<ServedProcess> served(
        new ServedProcess(control, std::move(words), std::move(output_file), std::move(*child)));
    auto listening = served->await_listening();
    if (!listening) return fail(std::move(listening.error()));
    return served;
}

Result<void> ServedProcess::await_listening() {
    runtime::OsFiles files;
    std::string printed;
    auto seen = control_.await(kStartLimit, words_[1] + " to listen", [&] {
        printed = files.read_file(output_file_, kOutputMax).value_or("");
        endpoint_ = told_after(printed, "serving on http://");
        admin_ = told_after(printed, "admin on http://");
        return endpoint_.port != 0 || !process_->running();
    });
    if (seen && endpoint_.port != 0) return {};
    return fail(Errc::io,
                "does not start: " + words_[0] + " " + words_[1] + ": " +
                    printed.substr(printed.size() - std::min(printed.size(), kShownBytes)));
}

Result<http_client::HttpAnswer> ServedProcess::ask_admin(std::string method, std::string target,
                                                         std::string body) {
    http_client::SingleCall call{.to = admin_,
                                 .method = std::move(method),
                                 .target = std::move(target),
                                 .body = std::move(body)};
    return control_.run([&](runtime::Worker& worker) {
        return http_client::call_once(worker, std::move(call), kAdminLimit);
    });
}

Result<void> ServedProcess::await_ready(Duration limit) {
    if (admin_.port == 0) return {};
    return control_.await(limit, "a process to be ready", [&] {
        const auto answer = ask_admin("GET", "/readyz", "");
        return answer && answer->head.status == 200;
    });
}

MetricsPage ServedProcess::metrics() {
    if (admin_.port == 0) return {};
    const auto answer = ask_admin("GET", "/metrics", "");
    return answer ? MetricsPage::parse(answer->body) : MetricsPage{};
}

Result<http_client::HttpAnswer> ServedProcess::order(std::string method, std::string target,
                                                     std::string body) {
    const std::string what = method + " " + target;
    auto answer = ask_admin(std::move(method), std::move(target), std::move(body));
    if (!answer || answer->head.status / 100 == 2) return answer;
    return fail(Errc::refused,
                what + ": " + std::to_string(answer->head.status) + " " + answer->body);
}

Result<void> ServedProcess::invalidate(const std::string& body) {
    const auto answer = order("POST", "/invalidate", body);
    if (!answer) return fail(answer.error());
    return {};
}

std::uint64_t ServedProcess::resident_bytes() const {
    runtime::OsFiles files;
    const auto text =
        files.read_file("/proc/" + std::to_string(process_->pid()) + "/statm", kPageBytes);
    if (!text) return 0;
    const std::size_t space = text->find(' ');
    if (space == std::string::npos) return 0;
    return std::strtoull(text->c_str() + space, nullptr, 10) * kPageBytes;
}

void ServedProcess::end() {
    (void)process_->signal(SIGTERM);
    if (!process_->wait(kEndLimit)) {
        (void)process_->signal(SIGKILL);
        (void)process_->wait(kEndLimit);
    }
}

}  // namespace aside::lab::trials
