// What is wrong with a configuration, collected so that all of it can be told at once.
//
// Thread rule: one owner. Limit: kMaxProblems; what is more is only counted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace aside::config {

class Problems {
  public:
    void add(std::string_view where, std::string_view what) {
        if (++count_ > kMaxProblems) return;
        if (!text_.empty()) text_ += '\n';
        text_.append(where).append(": ").append(what);
    }
    bool empty() const { return count_ == 0; }
    Error to_error() const {
        std::string text = text_;
        if (count_ > kMaxProblems) {
            text += "\nand " + std::to_string(count_ - kMaxProblems) + " more";
        }
        return {Errc::bad_input, std::move(text), 0};
    }

  private:
    std::string text_;
    std::size_t count_ = 0;
};

// One value that somebody wrote, before it is understood.
struct Entry {
    const Parameter* parameter;
    std::string where;
    Result<Value> value;
};

// The file's entries, in its order.
std::vector<Entry> read_toml(const FileText& file, Problems& problems);

// Tells each pair of values that cannot both be meant.
void check_contradictions(const Config& config, Problems& problems);

}  // namespace aside::config
