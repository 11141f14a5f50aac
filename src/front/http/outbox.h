// Answers on their way out: text written here and values' bytes that lie elsewhere, in order, sent
// by gather writes.
//
// A connection takes an outbox when it has something to say and gives it back once all is written,
// so that ten thousand idle connections need a handful, and a hit allocates nothing: the memory
// stays with the outbox. Thread rule: one worker. Ownership: values are borrowed from the answers,
// which the outbox owns; `keep` makes them outlive a ReadSection.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/service.h"
#include "runtime/stream.h"

namespace aside::front {

class Outbox {
  public:
    // Where text is appended. What was appended before a `value` stays before it.
    std::string& text() { return text_; }
    // Bytes that live as long as the outbox's answers, or forever.
    void value(std::string_view bytes) {
        if (bytes.empty()) return;
        end_run();
        pieces_.push_back(bytes);
        value_bytes_ += bytes.size();
    }
    // Puts `text` before everything else. At most once, and before the first write.
    void put_first(std::string text);

    // An answer for the service to fill; it lives until clear().
    Answer& next_answer() {
        if (answers_used_ == answers_.size()) answers_.push_back(std::make_unique<Answer>());
        return *answers_[answers_used_++];
    }
    // Gives back the last one, unused.
    void return_answer() { --answers_used_; }
    // Everything still unsent outlives the ReadSection it was borrowed in.
    void keep() {
        for (std::size_t at = 0; at < answers_used_; ++at) answers_[at]->keep();
    }

    // Bytes not sent yet.
    std::uint64_t pending_bytes() const {
        return front_.size() + text_.size() + value_bytes_ - sent_;
    }

    // Bytes of values that the outbox keeps alive, sent or not.
    std::uint64_t held_bytes() const { return value_bytes_; }

    // All of it, in order, for who sends it otherwise; empty ones among them. From then on nothing
    // may be added.
    std::span<const std::string_view> pieces() {
        if (!sealed_) seal();
        return pieces_;
    }

    // Sends what the peer takes now; says how many bytes that was. From the first write to the
    // clear() nothing may be added.
    Result<std::uint64_t> write(runtime::Stream& stream);
    // Done: forgets everything, and gives back memory that only an unusual answer needed.
    void clear();

  private:
    static constexpr std::size_t kKeptTextBytes = 16 * 1024;
    static constexpr std::size_t kKeptPieces = 1024;
    static constexpr std::size_t kKeptAnswers = 16;

    void end_run() {
        if (text_.size() == run_start_) return;
        pieces_.emplace_back(static_cast<const char*>(nullptr),
                             text_.size() - run_start_);  // the address is known at the end
        run_start_ = text_.size();
    }
    void seal();
    void advance(std::size_t bytes);

    std::string front_;
    std::string text_;
    std::size_t run_start_ = 0;
    std::vector<std::string_view> pieces_;
    std::size_t first_piece_ = 0;
    std::uint64_t value_bytes_ = 0, sent_ = 0;
    bool sealed_ = false;
    std::vector<std::unique_ptr<Answer>> answers_;
    std::size_t answers_used_ = 0;
};

// The outboxes of a worker. Thread rule: that worker.
class OutboxPool {
  public:
    std::unique_ptr<Outbox> take() {
        if (free_.empty()) return std::make_unique<Outbox>();
        auto outbox = std::move(free_.back());
        free_.pop_back();
        return outbox;
    }
    void give_back(std::unique_ptr<Outbox> outbox) {
        outbox->clear();
        if (free_.size() < kKept) free_.push_back(std::move(outbox));
    }

  private:
    static constexpr std::size_t kKept = 16;
    std::vector<std::unique_ptr<Outbox>> free_;
};

}  // namespace aside::front
