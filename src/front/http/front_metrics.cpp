#include "front/http/front_metrics.h"

#include <algorithm>

namespace aside::front {
namespace {

constexpr std::array<const char*, kEndedKinds> kEndedNames{
    "header_timeout", "body_timeout", "idle_timeout", "send_timeout",
    "slowest_reader", "too_many",     "refused"};

}  // namespace

std::size_t FrontMetrics::index_of(unsigned status) {
    return static_cast<std::size_t>(std::ranges::find(kStatuses, status) - kStatuses.begin());
}

FrontMetrics::FrontMetrics(telemetry::Registry& registry, const std::string& front) {
    const auto requests = [&](const std::string& status) {
        return &registry.counter("aside_requests_total", "Requests answered.",
                                 {{"front", front}, {"status", status}});
    };
    for (std::size_t at = 0; at < kStatuses.size(); ++at)
        requests_[at] = requests(std::to_string(kStatuses[at]));
    requests_.back() = requests("other");
    for (std::size_t at = 0; at < kEndedKinds; ++at) {
        ended_[at] = &registry.counter("aside_connections_ended_total",
                                       "Connections ended by this side, by reason.",
                                       {{"front", front}, {"reason", kEndedNames[at]}});
    }
    seconds_ = &registry.histogram(
        "aside_request_seconds", "From a request's arrival to its answer's last byte handed over.",
        {{"front", front}});
    sent_bytes_ = &registry.counter("aside_sent_bytes_total",
                                    "Bytes of answers handed to the network.", {{"front", front}});
    accepted_ = &registry.counter("aside_connections_accepted_total", "Connections accepted.",
                                  {{"front", front}});
}

}  // namespace aside::front
