// What a front counts: requests by status, how long they took, connections, and why connections
// were ended.
//
// Thread rule: counting on the worker named; the registry adds up. Ownership: the registry must
// outlive it.
#pragma once

#include <array>
#include <string>

#include "telemetry/metrics.h"

namespace aside::front {

// Why a connection was ended by us.
enum class Ended : std::uint8_t {
    header_timeout,
    body_timeout,
    idle_timeout,
    send_timeout,
    slowest_reader,
    too_many,
    refused
};
inline constexpr std::size_t kEndedKinds = 7;

class FrontMetrics {
  public:
    // `front` is the label: "http" or "admin".
    FrontMetrics(telemetry::Registry& registry, const std::string& front);

    void answered(unsigned worker, unsigned status) { requests_[index_of(status)]->add(worker); }
    void took(unsigned worker, Duration span) { seconds_->observe(worker, span); }
    void sent(unsigned worker, std::uint64_t bytes) { sent_bytes_->add(worker, bytes); }
    void accepted(unsigned worker) { accepted_->add(worker); }
    void ended(unsigned worker, Ended why) { ended_[static_cast<std::size_t>(why)]->add(worker); }

  private:
    static constexpr std::array<unsigned, 19> kStatuses{200, 304, 400, 401, 403, 404, 405,
                                                        408, 413, 414, 417, 421, 431, 500,
                                                        501, 502, 503, 504, 505};
    static std::size_t index_of(unsigned status);

    std::array<telemetry::Counter*, kStatuses.size() + 1>
        requests_;  // the last one: any other status
    std::array<telemetry::Counter*, kEndedKinds> ended_;
    telemetry::Histogram* seconds_;
    telemetry::Counter* sent_bytes_;
    telemetry::Counter* accepted_;
};

}  // namespace aside::front
