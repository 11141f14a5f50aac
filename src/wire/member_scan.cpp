#include "wire/member_scan.h"

namespace aside::wire {
namespace {

constexpr std::size_t kMostMembers = 16;  // no record has as many

class Scan {
  public:
    explicit Scan(std::string_view text) : text_(text) {}

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char wanted) {
        skip_space();
        if (peek() != wanted) return false;
        ++at_;
        return true;
    }
    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
    }
    // A string, from its quote to its quote.
    std::string_view string() {
        const std::size_t start = at_;
        if (peek() != '"') return {};
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        at_ = std::min(at_ + 1, text_.size());
        return text_.substr(start, at_ - start);
    }
    std::string_view value() {
        skip_space();
        const std::size_t start = at_;
        if (peek() == '"') return string();
        if (peek() != '{' && peek() != '[') {
            at_ = std::min(text_.find_first_of(",}] \t\r\n", at_), text_.size());
            return text_.substr(start, at_ - start);
        }
        std::size_t depth = 0;
        do {
            at_ = std::min(text_.find_first_of("\"{}[]", at_), text_.size());
            const char mark = peek();
            if (mark == '"') {
                string();
                continue;
            }
            depth += mark == '{' || mark == '[' ? 1 : 0;
            depth -= mark == '}' || mark == ']' ? 1 : 0;
            at_ = std::min(at_ + 1, text_.size());
        } while (depth > 0 && at_ < text_.size());
        return text_.substr(start, at_ - start);
    }

  private:
    const std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<RawMember>> scan_members(std::string_view text) {
    Scan scan(text);
    std::vector<RawMember> members;
    if (!scan.take('{')) return fail(Errc::bad_input, "expected a JSON object");
    if (scan.take('}')) return members;
    do {
        scan.skip_space();
        std::string_view name = scan.string();
        if (name.size() < 2 || !scan.take(':')) return fail(Errc::bad_input, "not JSON");
        name = name.substr(1, name.size() - 2);
        if (members.size() == kMostMembers) return fail(Errc::bad_input, "too many members");
        members.push_back({name, scan.value()});
    } while (scan.take(','));
    return members;
}

}  // namespace aside::wire
