#include "cli/origin_probe.h"

#include <algorithm>

#include "base/error_meaning.h"
#include "runtime/finish_by.h"
#include "runtime/when_all.h"
#include "wire/json_text.h"

namespace aside::cli {
namespace {

constexpr const char* kName = "aside-ready-probe";
constexpr std::uint64_t kMaxBytes = 64 * 1024;

// It is there and lets us read, whatever stands under that name.
bool answered(const Error* error) {
    return !error || error->code == Errc::too_large || error->code == Errc::corrupt;
}

bool passes(const Error& error) {
    const HealthSign sign = health_sign(error.code);
    return sign == HealthSign::failed || sign == HealthSign::throttled;
}

}  // namespace

OriginProbe::OriginProbe(OriginProbeOptions options, const Stores& stores, telemetry::Logger* log)
    : options_(options), stores_(stores), log_(log) {
    index_.settled = !options_.index;
    objects_.settled = !options_.objects;
}

void OriginProbe::start(runtime::Worker& worker) {
    timer_ = worker.make_timer([this, &worker] { worker.spawn(round(worker)); });
    if (!is_settled(index_) || !is_settled(objects_)) worker.spawn(round(worker));
}

void OriginProbe::stop() {
    stopped_ = true;
    if (timer_) timer_->disarm();
}

bool OriginProbe::is_settled(const Asked& asked) const {
    const MutexLock lock(mutex_);
    return asked.settled;
}

runtime::Task<> OriginProbe::round(runtime::Worker& worker) {
    std::vector<runtime::Task<>> both;
    both.push_back(ask_index(worker));
    both.push_back(ask_objects(worker));
    co_await runtime::when_all(worker, std::move(both));
    if (stopped_ || (is_settled(index_) && is_settled(objects_))) co_return;
    constexpr std::uint32_t kMostDoublings = 10;
    const Duration most = std::min(
        options_.longest_pause, options_.first_pause * (1 << std::min(rounds_++, kMostDoublings)));
    // Between half of it and all, so that a fleet does not ask as one.
    const auto half = static_cast<std::uint64_t>(most.count() / 2);
    const auto drawn = static_cast<Duration::rep>(half + worker.random().below(half + 1));
    timer_->arm(worker.now() + Duration(drawn));
}

runtime::Task<> OriginProbe::ask_index(runtime::Worker& worker) {
    if (is_settled(index_)) co_return;
    const SteadyTime deadline = worker.now() + options_.timeout;
    const auto loaded =
        co_await stores_.index->load(worker, kName, {.deadline = deadline, .max_bytes = kMaxBytes});
    keep(index_, loaded ? nullptr : &loaded.error());
}

runtime::Task<> OriginProbe::ask_objects(runtime::Worker& worker) {
    if (is_settled(objects_)) co_return;
    const SteadyTime deadline = worker.now() + options_.timeout;
    const auto loaded = co_await stores_.objects->load(
        worker, Reference{kName, {}}, {.deadline = deadline, .max_bytes = kMaxBytes});
    keep(objects_, loaded ? nullptr : &loaded.error());
}

void OriginProbe::keep(Asked& asked, const Error* error) {
    if (stopped_) return;
    std::optional<Error> before;
    {
        const MutexLock lock(mutex_);
        before = std::move(asked.error);
        asked.settled = answered(error);
        asked.error = asked.settled ? std::nullopt : std::optional(*error);
    }
    if (!log_) return;
    if (answered(error)) {
        if (before) log_->info("origin.answers", {{"store", asked.name}});
    } else if (!before || before->code != error->code) {
        log_->warning("origin.unready", {{"store", asked.name}, {"error", to_string(*error)}});
    }
}

std::string OriginProbe::unready() const {
    std::string text;
    const MutexLock lock(mutex_);
    for (const Asked* const asked : {&index_, &objects_}) {
        const bool forgiven = asked->error && options_.have_l2 && passes(*asked->error);
        if (asked->settled || forgiven) continue;
        text.append(text.empty() ? "" : ", ").append(asked->name).append(": ");
        text += asked->error ? aside::name_of(asked->error->code) : "no answer yet";
    }
    return text;
}

std::string OriginProbe::facts() const {
    if (!options_.index && !options_.objects) return {};
    std::string json = R"("stores":{)";
    const MutexLock lock(mutex_);
    for (const Asked* const asked : {&index_, &objects_}) {
        if (!json.ends_with('{')) json += ',';
        wire::append_json_string(json, asked->name);
        json += ':';
        const std::string error = asked->error ? to_string(*asked->error) : "no answer yet";
        wire::append_json_string(json, asked->settled ? "answers" : error);
    }
    return json + "}";
}

}  // namespace aside::cli
