#include "redis/link/pipeline.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace aside::redis {

namespace {

constexpr std::uint32_t kFirstRing = 16;
constexpr std::size_t kRoomMin = 4 * 1024;
constexpr std::size_t kFirstInput = 16 * 1024;
constexpr std::size_t kBusyInput = 256 * 1024;   // a stream that fills every read is given as much
constexpr std::size_t kKeepInput = 1024 * 1024;  // more is given back when it is empty again
constexpr std::size_t kKeepOutput = 1024 * 1024;
constexpr std::size_t kCompactOutput = 64 * 1024;

}  // namespace

Pipeline::Pipeline(const PipelineLimits& limits, PushHandler* pushes)
    : limits_(limits), pushes_(pushes), ring_(kFirstRing), reader_(limits.replies) {}

// --- towards the server

void Pipeline::grow_ring() {
    std::vector<Slot> larger(ring_.size() * 2);
    for (std::uint32_t i = 0; i < count_; ++i) larger[i] = slot(i);
    ring_.swap(larger);
    first_ = 0;
}

void Pipeline::started(PipelineRequest& request, SteadyTime now, std::uint32_t replies_ignored) {
    if (count_ == ring_.size()) grow_ring();
    clock_ = std::max(clock_, now);
    request.sent_at = now;
    slot(count_++) = {.request = &request,
                      .replies = replies_ignored + 1,
                      .sent_at = now,
                      .deadline = request.deadline};
    next_deadline_ = std::min(next_deadline_, request.deadline);
}

void Pipeline::sent(std::size_t bytes) {
    sent_bytes_ += bytes;
    if (sent_bytes_ == output_.size()) {
        output_.clear();
        sent_bytes_ = 0;
        if (output_.capacity() > kKeepOutput) output_.shrink_to_fit();
    } else if (sent_bytes_ > kCompactOutput && sent_bytes_ > output_.size() / 2) {
        output_.erase(0, sent_bytes_);
        sent_bytes_ = 0;
    }
}

// --- ends of requests

PipelineRequest* Pipeline::bury(Slot& slot) {
    slot.buried_at = clock_;
    ++tombstones_;
    return std::exchange(slot.request, nullptr);
}

PipelineRequest* Pipeline::pop() {
    PipelineRequest* const request = std::exchange(slot(0).request, nullptr);
    if (request == nullptr) --tombstones_;
    first_ = (first_ + 1) & static_cast<std::uint32_t>(ring_.size() - 1);
    --count_;
    return request;
}

void Pipeline::give_up(PipelineRequest& request) {
    for (std::uint32_t i = 0; i < count_; ++i) {
        if (slot(i).request != &request) continue;
        bury(slot(i));
        return;
    }
}

SteadyTime Pipeline::expire(SteadyTime now) {
    clock_ = std::max(clock_, now);
    if (now < next_deadline_) return next_deadline_;
    // Those that are told may start others: they go behind these and are looked at next time.
    const std::uint32_t looked_at = count_;
    next_deadline_ = kNever;
    for (std::uint32_t i = 0; i < std::min(looked_at, count_); ++i) {
        if (slot(i).request == nullptr) continue;
        if (slot(i).deadline > now) {
            next_deadline_ = std::min(next_deadline_, slot(i).deadline);
        } else {
            bury(slot(i))->failed(Errc::timed_out);
        }
    }
    return next_deadline_;
}

void Pipeline::fail_all(Errc why) {
    stop();
    while (count_ > 0) {
        if (PipelineRequest* const request = pop()) request->failed(why);
    }
}

void Pipeline::thawed(SteadyTime now) {
    clock_ = std::max(clock_, now);
    thawed_at_ = now;
}

// --- from the server

void Pipeline::make_room(std::size_t free_bytes) {
    const std::size_t held = input_end_ - input_begin_;
    if (held == 0 && input_capacity_ > kKeepInput) input_capacity_ = 0;
    if (held + free_bytes <= input_capacity_) {
        std::memmove(input_.get(), input_.get() + input_begin_, held);
    } else {
        input_capacity_ = std::bit_ceil(std::max(held + free_bytes, kFirstInput));
        auto larger = std::make_unique_for_overwrite<char[]>(input_capacity_);
        if (held > 0) std::memcpy(larger.get(), input_.get() + input_begin_, held);
        input_ = std::move(larger);
    }
    input_begin_ = 0;
    input_end_ = held;
}

std::span<char> Pipeline::room() {
    const std::size_t held = input_end_ - input_begin_;
    const std::size_t missing = wanted_bytes_ > held ? wanted_bytes_ - held : 0;
    const std::size_t needed = std::max(missing, kRoomMin);
    const bool give_back = held == 0 && input_capacity_ > kKeepInput;
    if (give_back || input_capacity_ - input_end_ < needed) make_room(needed);
    return {input_.get() + input_end_, input_capacity_ - input_end_};
}

bool Pipeline::received(std::size_t bytes, SteadyTime now) {
    clock_ = std::max(clock_, now);
    last_heard_ = now;
    input_end_ += bytes;
    const bool filled = input_end_ == input_capacity_;
    while (!stopped_ && input_begin_ < input_end_) {
        const auto result = reader_.read({input_.get() + input_begin_, input_end_ - input_begin_});
        if (result == wire::RespReader::Result::broken)
            return broken(std::string(reader_.problem()));
        if (result == wire::RespReader::Result::more) {
            wanted_bytes_ = reader_.wanted_bytes();
            break;
        }
        wanted_bytes_ = 0;
        input_begin_ += reader_.frame_bytes();
        if (!deliver(reader_.root())) return false;
    }
    if (stopped_) return false;
    if (input_begin_ == input_end_) input_begin_ = input_end_ = 0;
    if (filled && input_capacity_ < kBusyInput)
        make_room(2 * input_capacity_ - (input_end_ - input_begin_));
    return true;
}

bool Pipeline::deliver(const wire::RespNode& frame) {
    if (frame.type == wire::RespType::push) {
        if (pushes_ != nullptr) pushes_->pushed(frame);
        return true;
    }
    const bool error = frame.type == wire::RespType::error;
    if (count_ == 0) {
        if (!error) return broken("a reply that nobody asked for");
        last_words_ = classify(frame.text);
        return broken("an error that nobody asked for: " + std::string(name_of(*last_words_)));
    }
    last_reply_ = last_heard_;
    // The slot is settled before its owner is told: that may start, give up, or stop everything.
    PipelineRequest* told = nullptr;
    if (--slot(0).replies == 0) {
        told = pop();
    } else if (error && slot(0).request != nullptr) {
        told = bury(slot(0));
    }
    if (told != nullptr) told->replied(frame);
    return true;
}

bool Pipeline::broken(std::string problem) {
    problem_ = std::move(problem);
    stop();
    return false;
}

// --- its state

bool Pipeline::worn_out(SteadyTime now) const {
    const SteadyTime silent_since = std::max({last_heard_, oldest_sent(), thawed_at_});
    if (tombstones_ > limits_.tombstones && now - silent_since >= limits_.tombstones_silence)
        return true;
    if (now - std::max(last_reply_, thawed_at_) < limits_.tombstones_silence) return false;
    for (std::uint32_t i = 0, seen = 0; seen < tombstones_; ++i) {
        if (slot(i).request != nullptr) continue;
        if (now - slot(i).buried_at > limits_.tombstone_age) return true;
        ++seen;
    }
    return false;
}

SteadyTime Pipeline::oldest_sent() const {
    return count_ == 0 ? kNever : slot(0).sent_at;
}

}  // namespace aside::redis
