// The bytes of a connection that were read and not yet dealt with: contiguous, small while idle,
// larger only while a request needs it.
//
// Thread rule: one owner. Ownership: views of `bytes()` hold until the next non-const call but
// `filled`. The caller keeps to limits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace aside::front {

class InputBuffer {
  public:
    static constexpr std::uint32_t kInitialBytes = 2 * 1024;

    std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }

    // Room to read into, never empty: makes some by moving, then by doubling. An empty buffer goes
    // back to its initial size.
    std::span<char> space() {
        if (empty()) {
            begin_ = end_ = 0;
            if (capacity_ != kInitialBytes) resize(kInitialBytes);
        }
        if (capacity_ - end_ < capacity_ / 4) make_room();
        return {data_.get() + end_, capacity_ - end_};
    }
    void filled(std::size_t bytes) { end_ += static_cast<std::uint32_t>(bytes); }
    void consume(std::size_t bytes) { begin_ += static_cast<std::uint32_t>(bytes); }

    // From here on `bytes()` starts at the buffer's front, and there are `room` bytes behind its
    // end: taking away behind `kept` and filling again move nothing that lies before `kept`.
    void settle(std::size_t room) {
        compact();
        if (capacity_ - end_ < room) resize(static_cast<std::uint32_t>(end_ + room));
    }
    void erase_behind(std::size_t kept, std::size_t bytes) {
        char* at = data_.get() + begin_ + kept;
        std::memmove(at, at + bytes, end_ - begin_ - kept - bytes);
        end_ -= static_cast<std::uint32_t>(bytes);
    }
    // What `settle` left room for.
    std::span<char> settled_space() { return {data_.get() + end_, capacity_ - end_}; }

  private:
    void compact() {
        if (begin_ == 0) return;
        std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    void make_room() {
        compact();
        if (capacity_ - end_ < capacity_ / 4) resize(capacity_ * 2);
    }
    void resize(std::uint32_t capacity) {
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (end_ > begin_) std::memcpy(larger.get(), data_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        data_ = std::move(larger);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> data_;
    std::uint32_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace aside::front
