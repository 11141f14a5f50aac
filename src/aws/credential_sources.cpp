#include "aws/credential_sources.h"

#include <algorithm>

#include "aws/error_meaning.h"
#include "aws/metadata_request.h"
#include "runtime/blocking.h"
#include "wire/http_date.h"
#include "wire/role_credentials.h"
#include "wire/uri_encode.h"

namespace aside::aws {
namespace {

using http_client::HttpAnswer;
using http_client::HttpClient;
using runtime::Task;
using runtime::Worker;

constexpr unsigned kOk = 200;
constexpr std::uint64_t kMaxTokenBytes = 64 * 1024;

// Their end on our steady clock. The server's own time is in its answer; without it ours must do.
Result<FetchedCredentials> fetched(const Worker& worker, const HttpAnswer& answer,
                                   Result<wire::RoleCredentials> role) {
    if (!role) return fail(std::move(role.error()));
    const auto told = wire::parse_http_date(answer.head.field("date"));
    const Duration left = role->expires - told.value_or(worker.wall_now());
    if (left <= Duration::zero()) {
        return fail(Errc::denied, "the credentials that were handed out have expired already");
    }
    return FetchedCredentials{
        AwsCredentials{std::move(role->access_key_id), std::move(role->secret_access_key),
                       std::move(role->session_token)},
        worker.now() + left};
}

std::unexpected<Error> unexpected_status(std::string_view what, unsigned status) {
    constexpr unsigned kServerErrors = 500;
    constexpr unsigned kTooManyRequests = 429;
    const bool passing = status >= kServerErrors || status == kTooManyRequests;
    return fail(passing ? Errc::busy : Errc::denied,
                std::string(what) + " answered with status " + std::to_string(status));
}

Result<Secret> read_token(runtime::Files& files, const std::string& path) {
    auto text = files.read_file(path, kMaxTokenBytes);
    if (!text) return fail(text.error().code, "the token file: " + text.error().detail);
    while (!text->empty() && std::string_view(" \t\r\n").find(text->back()) != std::string::npos) {
        text->pop_back();
    }
    if (text->empty()) return fail(Errc::bad_input, "the token file is empty");
    return Secret(std::move(*text));
}

class GivenSource final : public CredentialSource {
  public:
    explicit GivenSource(KeysGiven given) : given_(std::move(given)) {}
    std::string_view name() const override { return given_.from; }
    Task<Result<FetchedCredentials>> fetch(Worker&, SteadyTime) override {
        co_return FetchedCredentials{given_.credentials, kNever};
    }

  private:
    const KeysGiven given_;
};

// What asks a service over HTTP.
class ServiceSource : public CredentialSource {
  public:
    ServiceSource(ServiceEndpoint at, const SourceEnvironment& environment)
        : at_(std::move(at)),
          files_(environment.files),
          client_(metadata_client_options(at_, environment.tls_connect), environment.workers,
                  environment.registry) {}
    void thawed(SteadyTime now) override { client_.thawed(now); }
    void close(Worker& worker) override { client_.close(worker); }

  protected:
    Task<Result<HttpAnswer>> ask(Worker& worker, MetadataRequest request, SteadyTime deadline) {
        return ask_metadata(worker, client_, at_, std::move(request), deadline);
    }
    runtime::Files& files() { return files_; }

  private:
    const ServiceEndpoint at_;
    runtime::Files& files_;
    HttpClient client_;
};

class ContainerSource final : public ServiceSource {
  public:
    ContainerSource(ContainerRole role, const SourceEnvironment& environment)
        : ServiceSource(role.at, environment), role_(std::move(role)) {}
    std::string_view name() const override { return "container"; }

    Task<Result<FetchedCredentials>> fetch(Worker& worker, SteadyTime deadline) override {
        Secret token = role_.authorization;
        if (!role_.token_file.empty()) {
            auto read = co_await runtime::run_blocking(
                worker, [this] { return read_token(files(), role_.token_file); });
            if (!read) co_return fail(std::move(read.error()));
            token = std::move(*read);
        }
        MetadataRequest request{.method = "GET", .target = role_.target};
        if (!token.empty()) request.fields.push_back({"authorization", token.reveal()});
        const auto answer = co_await ask(worker, std::move(request), deadline);
        if (!answer) co_return fail(answer.error());
        if (answer->head.status != kOk) {
            co_return unexpected_status("the container's credentials service", answer->head.status);
        }
        co_return fetched(worker, *answer, wire::decode_role_json(answer->body));
    }

  private:
    const ContainerRole role_;
};

class InstanceSource final : public ServiceSource {
  public:
    InstanceSource(InstanceRole role, const SourceEnvironment& environment)
        : ServiceSource(std::move(role.at), environment) {}
    std::string_view name() const override { return "EC2 instance"; }

    Task<Result<FetchedCredentials>> fetch(Worker& worker, SteadyTime deadline) override {
        MetadataRequest begin{.method = "PUT", .target = "/latest/api/token"};
        begin.fields.push_back({"x-aws-ec2-metadata-token-ttl-seconds", "60"});
        const auto session = co_await ask(worker, std::move(begin), deadline);
        if (!session) co_return fail(explained(session.error()));
        if (session->head.status != kOk) {
            co_return unexpected_status("the instance's metadata service", session->head.status);
        }
        const Secret token(session->body);
        const auto role = co_await get(worker, kRoles, token, deadline);
        if (!role) co_return fail(role.error());
        if (role->head.status == 404) {
            co_return fail(Errc::denied, "the instance has no role");
        }
        if (role->head.status != kOk) {
            co_return unexpected_status("the instance's metadata service", role->head.status);
        }
        std::string target(kRoles);
        wire::append_uri_encoded(target, role->body.substr(0, role->body.find('\n')));
        const auto answer = co_await get(worker, target, token, deadline);
        if (!answer) co_return fail(answer.error());
        if (answer->head.status != kOk) {
            co_return unexpected_status("the instance's metadata service", answer->head.status);
        }
        co_return fetched(worker, *answer, wire::decode_role_json(answer->body));
    }

  private:
    static constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";

    // In a container on an instance whose hop limit is 1 the answer to the PUT never arrives.
    static Error explained(Error error) {
        if (error.code == Errc::timed_out) {
            error.detail =
                "no answer from the instance's metadata service: this is no EC2 instance, or it "
                "runs us in a container and its metadata hop limit is 1 (set it to 2)";
        }
        return error;
    }
    // `target` must live until the task ends.
    Task<Result<HttpAnswer>> get(Worker& worker, std::string_view target, const Secret& token,
                                 SteadyTime deadline) {
        MetadataRequest request{.method = "GET", .target = target};
        request.fields.push_back({"x-aws-ec2-metadata-token", token.reveal()});
        return ask(worker, std::move(request), deadline);
    }
};

class WebIdentitySource final : public ServiceSource {
  public:
    WebIdentitySource(WebIdentity identity, const SourceEnvironment& environment)
        : ServiceSource(environment.sts, environment), identity_(std::move(identity)) {}
    std::string_view name() const override { return "web identity"; }

    Task<Result<FetchedCredentials>> fetch(Worker& worker, SteadyTime deadline) override {
        const auto token = co_await runtime::run_blocking(
            worker, [this] { return read_token(files(), identity_.token_file); });
        if (!token) co_return fail(token.error());
        MetadataRequest request{.method = "POST", .target = "/"};
        request.fields.push_back({"content-type", "application/x-www-form-urlencoded"});
        request.body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=";
        wire::append_uri_encoded(request.body, identity_.role_arn);
        request.body += "&RoleSessionName=";
        wire::append_uri_encoded(request.body, identity_.session_name);
        request.body += "&WebIdentityToken=";
        wire::append_uri_encoded(request.body, token->reveal());
        const auto answer = co_await ask(worker, std::move(request), deadline);
        if (!answer) co_return fail(answer.error());
        if (answer->head.status == kOk) {
            co_return fetched(worker, *answer, wire::decode_role_xml(answer->body));
        }
        // STS says why in its body; a balancer before it has another.
        const auto told = wire::decode_sts_error(answer->body);
        if (!told) co_return unexpected_status("STS", answer->head.status);
        const ErrorMeaning meaning = meaning_of(answer->head.status, told->code, told->message);
        co_return fail(meaning.code, told->code + ": " + told->message);
    }

  private:
    const WebIdentity identity_;
};

}  // namespace

std::unique_ptr<CredentialSource> make_source(CredentialChoice choice,
                                              const SourceEnvironment& environment) {
    if (auto* given = std::get_if<KeysGiven>(&choice)) {
        return std::make_unique<GivenSource>(std::move(*given));
    }
    if (auto* identity = std::get_if<WebIdentity>(&choice)) {
        return std::make_unique<WebIdentitySource>(std::move(*identity), environment);
    }
    if (auto* container = std::get_if<ContainerRole>(&choice)) {
        return std::make_unique<ContainerSource>(std::move(*container), environment);
    }
    return std::make_unique<InstanceSource>(std::move(std::get<InstanceRole>(choice)), environment);
}

}  // namespace aside::aws
