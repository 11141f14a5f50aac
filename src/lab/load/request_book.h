// The requests of a load that have been due and have not ended, in the order in which they were
// due.
//
// Places are used again, so that memory follows how many there are at once: at most the rate times
// the patience, for none waits longer. Thread rule: one owner. A RequestId is good until end();
// whoever keeps one longer compares the number.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace aside::lab::load {

class LoadConnection;

using RequestId = std::uint32_t;
inline constexpr RequestId kNoRequest = ~RequestId{0};

struct Request {
    std::uint64_t number = 0;  // by the schedule
    std::uint64_t key = 0;
    SteadyTime due;
    SteadyTime sent;
    LoadConnection* on = nullptr;  // null: it waits for a connection
    unsigned target = 0;
    bool moved = false;
    bool resent = false;
    bool live = false;

    RequestId before = kNoRequest, after = kNoRequest;
};

class RequestBook {
  public:
    // The latest due so far.
    RequestId add(std::uint64_t number, std::uint64_t key, SteadyTime due) {
        const RequestId id = take_place();
        requests_[id] = {.number = number, .key = key, .due = due, .sent = due, .live = true};
        requests_[id].before = last_;
        (last_ == kNoRequest ? first_ : requests_[last_].after) = id;
        last_ = id;
        ++live_;
        return id;
    }
    void end(RequestId id) {
        Request& request = requests_[id];
        (request.before == kNoRequest ? first_ : requests_[request.before].after) = request.after;
        (request.after == kNoRequest ? last_ : requests_[request.after].before) = request.before;
        request.live = false;
        free_.push_back(id);
        --live_;
    }
    Request& operator[](RequestId id) { return requests_[id]; }
    RequestId oldest() const { return first_; }
    std::size_t live() const { return live_; }

  private:
    RequestId take_place() {
        if (free_.empty()) {
            requests_.emplace_back();
            return static_cast<RequestId>(requests_.size() - 1);
        }
        const RequestId id = free_.back();
        free_.pop_back();
        return id;
    }

    std::vector<Request> requests_;
    std::vector<RequestId> free_;
    RequestId first_ = kNoRequest, last_ = kNoRequest;
    std::size_t live_ = 0;
};

}  // namespace aside::lab::load
