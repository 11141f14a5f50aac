// A file descriptor with an owner, and what errno means. Thread rule: plain values. Ownership:
// closes what it holds.
#pragma once

#include <string_view>
#include <utility>

#include <unistd.h>

#include "base/result.h"

namespace aside::runtime {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~Descriptor() { reset(); }

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    int release() { return std::exchange(number_, -1); }
    void reset(int number = -1) {
        if (number_ >= 0) ::close(number_);
        number_ = number;
    }

  private:
    int number_ = -1;
};

// The error that a failed system call left in errno, `what` naming the call and its object for
// people.
Error system_error(int number, std::string_view what);

}  // namespace aside::runtime
