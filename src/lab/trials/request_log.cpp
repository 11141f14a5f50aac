#include "lab/trials/request_log.h"

#include <algorithm>

namespace aside::lab::trials {

namespace {

constexpr std::int64_t kAgeSlackSeconds = 1;  // Age counts whole seconds
constexpr int kOk = 200, kBadGateway = 502;

}  // namespace

void RequestLog::demand(std::uint32_t object, std::uint32_t generation, SteadyTime at) {
    const MutexLock lock(mutex_);
    demands_.push_back({object, generation, at});
}

void RequestLog::exchange_ended(const load::Exchange& exchange) {
    RequestRecord record{.due = exchange.due,
                         .ended = exchange.ended,
                         .number = static_cast<std::uint32_t>(exchange.key),
                         .of_object = asked_ == Asked::objects,
                         .status = static_cast<std::uint16_t>(exchange.status),
                         .fate = exchange.fate,
                         .target = static_cast<std::uint8_t>(exchange.target),
                         .moved = exchange.moved,
                         .sources = exchange.sources};
    if (!record.failed()) verify(exchange, record);
    requests_.push_back(record);
}

// Who waited for another's answer has that one's bytes, or its failure, which are looked at there.
// What the model of a CDN had by itself says nothing of the design behind it.
void RequestLog::cdn_answered(const load::CdnExchange& exchange) {
    if (!exchange.waited) return;
    requests_.push_back({.due = exchange.due,
                         .ended = exchange.ended,
                         .number = static_cast<std::uint32_t>(exchange.key),
                         .of_object = asked_ == Asked::objects,
                         .status = static_cast<std::uint16_t>(exchange.well ? kOk : kBadGateway)});
}

bool RequestLog::read(const RequestRecord& record, std::string_view body) {
    if (!record.of_object) return data_.read_item(record.number, body, generations_);
    generations_.clear();
    for (std::uint32_t written = 0; written <= data_.generation(record.number); ++written) {
        if (body != data_.body(record.number, written)) continue;
        generations_.push_back(written);
        return true;
    }
    return false;
}

void RequestLog::verify(const load::Exchange& exchange, RequestRecord& record) {
    // All that is asked for exists.
    record.wrong = exchange.status != kOk || !read(record, exchange.body);
    if (record.wrong) return;
    const auto oldest = std::chrono::duration_cast<std::chrono::seconds>(workload_.oldest());
    record.too_old = exchange.age_s > oldest.count() + kAgeSlackSeconds || holds_older(record);
}

bool RequestLog::holds_older(const RequestRecord& record) {
    const MutexLock lock(mutex_);
    const auto generation_of = [&](std::uint32_t object) -> std::uint32_t {
        if (record.of_object)
            return object == record.number ? generations_.front() : Dataset::kNoNumber;
        const auto references = data_.references(record.number);
        const auto at = std::ranges::find(references, object);
        if (at == references.end()) return Dataset::kNoNumber;
        return generations_[static_cast<std::size_t>(at - references.begin())];
    };
    return std::ranges::any_of(demands_, [&](const Demand& demand) {
        return record.due >= demand.at && generation_of(demand.object) < demand.generation;
    });
}

}  // namespace aside::lab::trials
