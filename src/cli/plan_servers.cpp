#include "cli/plan_servers.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/plan_input.h"
#include "cli/token_file.h"
#include "http_client/single_call.h"
#include "runtime/os/run_task.h"

namespace aside::cli {

namespace {

constexpr Duration kCallLimit = std::chrono::seconds(5);

runtime::Task<> wait_for(runtime::Worker& worker, Duration span) {
    co_await runtime::sleep_for(worker, span);
}

runtime::Task<SteadyTime> time_of(runtime::Worker& worker) {
    co_return worker.now();
}

}  // namespace

Result<PlanServers> PlanServers::open(const std::vector<std::string>& urls, std::string token) {
    PlanServers servers;
    for (const std::string& text : urls) {
        auto url = parse_bench_url(text);
        if (!url) return fail(url.error().code, "--from " + text + ": " + url.error().detail);
        if (url->tls) return fail(Errc::bad_input, "--from: the admin port speaks no TLS");
        servers.urls_.push_back(std::move(*url));
    }
    servers.token_ = std::move(token);
    auto runtime = runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1});
    if (!runtime) return fail(std::move(runtime.error()));
    servers.runtime_ = std::move(*runtime);
    servers.runtime_->start();
    return servers;
}

Result<std::string> PlanServers::get(const BenchUrl& url, std::string_view target) {
    const http_client::SingleCall call{
        .to = url.endpoint, .target = std::string(target), .token = token_};
    const auto named = [&](const Error& error) {
        return fail(error.code, "http://" + url.host + std::string(target) + ": " + error.detail);
    };
    auto answer = runtime::run_task(*runtime_, 0, [&](runtime::Worker& worker) {
        return http_client::call_once(worker, call, kCallLimit);
    });
    if (!answer) return named(answer.error());
    if (answer->head.status == 404)
        return named(
            {Errc::unsupported, "there is none: is this an admin port, and curve.keys not 0?", 0});
    if (answer->head.status != 200)
        return named({Errc::denied, "status " + std::to_string(answer->head.status), 0});
    return std::move(answer->body);
}

void PlanServers::wait(Duration span) {
    runtime::run_task(*runtime_, 0,
                      [span](runtime::Worker& worker) { return wait_for(worker, span); });
}

SteadyTime PlanServers::now() {
    return runtime::run_task(*runtime_, 0, [](runtime::Worker& worker) { return time_of(worker); });
}

Result<std::vector<ServerLook>> PlanServers::look() {
    std::vector<ServerLook> looks;
    for (const BenchUrl& url : urls_) {
        auto curve = get(url, "/curve");
        if (!curve) return fail(std::move(curve.error()));
        auto read = wire::decode_curve(*curve);
        if (!read) return fail(read.error().code, url.host + ": " + read.error().detail);
        auto metrics = get(url, "/metrics");
        if (!metrics) return fail(std::move(metrics.error()));
        looks.push_back({std::move(*read), lab::MetricsPage::parse(*metrics)});
    }
    return looks;
}

Result<PlanInput> input_from_servers(const PlanFlags& flags, const PlanTimes& times,
                                     const Session& session) {
    auto token = read_token(*session.files, flags.token_file);
    if (!token) return fail(std::move(token.error()));
    auto servers = PlanServers::open(flags.from, std::move(*token));
    if (!servers) return fail(std::move(servers.error()));
    const auto before = servers->look();
    if (!before) return fail(before.error());
    servers->wait(times.watch_every);
    const auto after = servers->look();
    if (!after) return fail(after.error());
    auto curve = curve_of(*after);
    if (!curve) return fail(std::move(curve.error()));
    const double seconds = std::chrono::duration<double>(times.watch_every).count();
    const ServerRates rates = rates_between(*before, *after, seconds);
    const double requests = flags.rate > 0 ? flags.rate : rates.requests;
    if (requests <= 0)
        return fail(Errc::bad_input,
                    "nobody asked the servers for anything: --rate says what to plan for");

    const double references =
        rates.requests > 0 ? rates.references_per_request() : flags.references;
    PlanInput input{.plain = *curve};
    input.workload = {.curve = std::move(*curve),
                      .requests_per_second = requests,
                      .references_per_request = std::max(references, 1.0),
                      .body_bytes = mean_body_bytes(*after),
                      .l1_hit_ratio = rates.l1_hit_ratio,
                      .index_read_ratio = rates.index_read_ratio(),
                      .index_load_ratio = rates.index_load_ratio(),
                      .curve_error = curve_error(*after),
                      .l1_error = rates.l1_error,
                      .index_error = rates.index_error};
    const MeasuredSteps steps = measured_steps(*after);
    input.measured = steps.assumptions;
    input.source =
        fmt::format("{} running server{}: {:.1f} requests a second over {}", servers->count(),
                    servers->count() == 1 ? "" : "s", rates.requests, flags.seconds);
    if (!steps.names.empty())
        input.notes.push_back(fmt::format("times of {}: as those servers measured them",
                                          fmt::join(steps.names, ", ")));
    return input;
}

}  // namespace aside::cli
