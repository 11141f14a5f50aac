// Bytes that must not be shown: a key, a token, a password. Whatever prints one prints "***"; its
// memory is wiped when it ends.
//
// Thread rule: a plain value. Ownership: owns its bytes; copies own theirs.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace aside {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.wipe(); }
    Secret& operator=(Secret other) noexcept {
        bytes_.swap(other.bytes_);
        return *this;
    }
    ~Secret() { wipe(); }

    // To use it, not to show it.
    std::string_view reveal() const { return bytes_; }
    bool empty() const { return bytes_.empty(); }
    bool operator==(const Secret&) const = default;

    template <class Stream>
    friend Stream& operator<<(Stream& stream, const Secret&) {
        stream << "***";
        return stream;
    }

  private:
    void wipe() {
        // Through volatile: a store into memory that is about to be freed may else be left out.
        volatile char* const at = bytes_.data();
        for (std::size_t i = 0; i < bytes_.size(); ++i) at[i] = 0;
        bytes_.clear();
    }
    std::string bytes_;
};

}  // namespace aside
