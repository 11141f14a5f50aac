// The bytes of a load's requests: all but the key's number is made once.
//
// Thread rule: one owner. Errors: bad_input (a path or a field that would make another request of
// it).
#pragma once

#include <charconv>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aside::lab::load {

struct RequestPattern {
    std::string path;                                   // {} is the key's number
    std::function<std::string(std::uint64_t)> path_of;  // in place of `path`
    std::string host;
    std::string fields;  // more of them, each "Name: value\r\n"
};

class RequestText {
  public:
    explicit RequestText(const RequestPattern& pattern);

    // Good until the next call.
    std::string_view of(std::uint64_t key) {
        text_.resize(kMethod.size());
        if (path_of_) {
            text_ += path_of_(key);
        } else {
            for (std::size_t i = 0; i < path_parts_.size(); ++i) {
                if (i > 0) append_number(key);
                text_ += path_parts_[i];
            }
        }
        return text_ += end_;
    }

  private:
    static constexpr std::string_view kMethod = "GET ";

    void append_number(std::uint64_t key) {
        char digits[20];
        text_.append(digits, std::to_chars(digits, digits + sizeof digits, key).ptr);
    }

    std::function<std::string(std::uint64_t)> path_of_;
    std::vector<std::string> path_parts_;  // a key's number stands between them
    std::string end_;
    std::string text_{kMethod};
};

Result<void> check(const RequestPattern& pattern);

}  // namespace aside::lab::load
