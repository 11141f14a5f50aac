// A value that owns its bytes and is kept nowhere. Thread rule: immutable, as Value says.
#pragma once

#include <string>

#include "base/hash.h"
#include "base/value.h"

namespace aside::lab {

class PlainValue final : public Value {
  public:
    static ValueRef make(std::string body) {
        return ValueRef::adopt(new PlainValue(std::move(body)));
    }

  private:
    explicit PlainValue(std::string body) : bytes_(std::move(body)) {
        body_size_ = static_cast<std::uint32_t>(bytes_.size());
        content_hash_ = hash_bytes(bytes_);
        data_ = bytes_.data();
        destroy_ = [](const Value* value) noexcept {
            delete static_cast<const PlainValue*>(value);
        };
    }
    ~PlainValue() = default;

    const std::string bytes_;
};

}  // namespace aside::lab
