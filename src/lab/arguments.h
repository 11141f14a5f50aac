// The lab tool's command line: words, then --name VALUE and --flag in any order.
//
// Thread rule: plain values. Errors: bad_input, naming the word.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aside::lab {

class Arguments {
  public:
    // `flags` take no value; of the others, `names` are known.
    static Result<Arguments> parse(std::span<const std::string> words,
                                   std::span<const std::string_view> names,
                                   std::span<const std::string_view> flags);

    const std::vector<std::string>& words() const { return words_; }
    bool has(std::string_view name) const { return values_.contains(std::string(name)); }
    std::string text(std::string_view name, std::string_view otherwise) const;
    Result<std::uint64_t> number(std::string_view name, std::uint64_t otherwise) const;

  private:
    std::vector<std::string> words_;
    std::map<std::string, std::string> values_;  // without the dashes
};

}  // namespace aside::lab
