// `aside_lab_tool s3`: lines in, lines out (s3_session.h). Credentials come from where AWS's
// clients look for them.
#include <array>
#include <cstdio>
#include <optional>

#include "aws/credential_sources.h"
#include "lab/arguments.h"
#include "lab/s3_session.h"
#include "lab/tool_commands.h"
#include "runtime/os/files.h"

namespace aside::lab {

namespace {

constexpr std::string_view kNames[] = {"bucket",   "prefix", "region",
                                       "endpoint", "host",   "young-ms"};
constexpr std::string_view kFlags[] = {"virtual"};

aws::Variables variables_of(const std::vector<std::string>& environment) {
    return [environment](std::string_view name) -> std::string {
        for (const std::string_view line : environment) {
            const std::size_t equals = line.find('=');
            if (line.substr(0, equals) == name) return std::string(line.substr(equals + 1));
        }
        return {};
    };
}

Result<origin::S3Options> options_of(const Arguments& arguments) {
    auto endpoint = runtime::parse_endpoint(arguments.text("endpoint", ""));
    if (!endpoint) return fail(std::move(endpoint.error()));
    origin::S3Options options;
    options.bucket = {.name = arguments.text("bucket", ""),
                      .prefix = arguments.text("prefix", ""),
                      .region = arguments.text("region", "us-east-1"),
                      .host = arguments.text("host", to_string(*endpoint)),
                      .in_path = !arguments.has("virtual")};
    options.http.name = "s3";
    options.http.endpoint = std::move(*endpoint);
    return options;
}

// False at the end of the input.
bool read_line(std::string& line) {
    std::array<char, 4096> piece;
    line.clear();
    while (std::fgets(piece.data(), piece.size(), stdin)) {
        line += piece.data();
        if (line.ends_with('\n')) {
            line.pop_back();
            return true;
        }
    }
    return false;
}

void converse(ControlThread& control, origin::S3Store& store) {
    S3Session session(control, store);
    std::string line;
    while (read_line(line)) {
        std::printf("%s\n", session.answer(line).c_str());
        std::fflush(stdout);
    }
}

Result<void> serve_s3(const ToolSession& session, const Arguments& arguments) {
    auto options = options_of(arguments);
    if (!options) return fail(std::move(options.error()));
    const auto young = arguments.number("young-ms", 5000);
    if (!young) return fail(young.error());
    runtime::OsFiles files;
    auto choice = aws::choose_credentials(variables_of(session.environment), {});
    if (!choice) return fail(std::move(choice.error()));
    auto control = ControlThread::start();
    if (!control) return fail(std::move(control.error()));
    telemetry::Registry registry(1);
    std::optional<aws::CredentialProvider> credentials;
    credentials.emplace(
        aws::make_source(
            std::move(*choice),
            {.files = files, .workers = 1, .registry = registry, .sts = {}, .tls_connect = {}}),
        aws::RenewalOptions{.backoff_cap_without = std::chrono::milliseconds(*young)}, registry,
        nullptr);
    std::optional<origin::S3Store> store;
    store.emplace(std::move(*options), 1U, *credentials, registry, nullptr);
    converse(**control, *store);
    // Timers and connections end where they live.
    (*control)->on_worker([&] {
        store->close((*control)->worker());
        credentials->close((*control)->worker());
    });
    (*control)->on_worker([&] {
        store.reset();
        credentials.reset();
    });
    return {};
}

}  // namespace

int s3_command(const ToolSession& session, std::span<const std::string> words) {
    const auto arguments = Arguments::parse(words, kNames, kFlags);
    if (!arguments) return tool_failed(arguments.error());
    const auto served = serve_s3(session, *arguments);
    return served ? kToolOk : tool_failed(served.error());
}

}  // namespace aside::lab
