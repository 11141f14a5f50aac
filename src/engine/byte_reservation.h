// Bytes a load in progress has reserved of origin.max_bytes_in_flight, given back when it ends.
// Shared between the load's task and the store's thread, which asks for them once it knows how
// large the body is.
//
// Thread rule: `try_take` from any thread, one at a time; `adopt` and destruction by the load's
// task.
#pragma once

#include <atomic>

#include "engine/admission_queue.h"

namespace aside::engine {

class ByteReservation {
  public:
    explicit ByteReservation(AdmissionQueue& budget) : budget_(budget) {}
    ~ByteReservation() {
        if (held_ > 0) budget_.leave(held_);
    }
    ByteReservation(const ByteReservation&) = delete;
    ByteReservation& operator=(const ByteReservation&) = delete;

    // True when `bytes` are reserved in all, those held before included.
    bool try_take(std::uint64_t bytes) {
        const std::uint64_t held = held_;
        if (bytes <= held) return true;
        if (!budget_.try_enter(bytes - held)) return false;
        held_ = bytes;
        return true;
    }
    // `bytes` more have been entered on its behalf.
    void adopt(std::uint64_t bytes) { held_ += bytes; }

  private:
    AdmissionQueue& budget_;
    std::atomic<std::uint64_t> held_{0};
};

}  // namespace aside::engine
