// Test support: values that nobody stores.
#pragma once

#include <string>
#include <utility>

#include "base/value.h"

namespace aside::redis {

struct TestValueFacts {
    ValueKind kind = ValueKind::object;
    std::string key;
    std::string body;
    std::string validator;
    bool absent = false;
    SteadyTime origin_time{};
    SteadyTime fresh_until = kNever;
};

class TestValue final : public Value {
  public:
    static ValueRef make(const TestValueFacts& facts) {
        return ValueRef::adopt(new TestValue(facts));
    }
    // Where only key and body matter.
    static ValueRef make(std::string key, std::string body) {
        return make({.key = std::move(key), .body = std::move(body), .fresh_until = {}});
    }

  private:
    explicit TestValue(const TestValueFacts& facts)
        : bytes_(facts.key + facts.validator + facts.body) {
        kind_ = facts.kind;
        absent_ = facts.absent;
        key_size_ = static_cast<std::uint16_t>(facts.key.size());
        validator_size_ = static_cast<std::uint16_t>(facts.validator.size());
        body_size_ = static_cast<std::uint32_t>(facts.body.size());
        data_ = bytes_.data();
        renew(facts.origin_time, facts.fresh_until);
        destroy_ = [](const Value* value) noexcept { delete static_cast<const TestValue*>(value); };
    }
    const std::string bytes_;
};

}  // namespace aside::redis
