// Test support: is this text well-formed, by a strict reading of XML, and what is in it?
#pragma once

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace aside::lab::report {

class MarkupCheck {
  public:
    explicit MarkupCheck(std::string_view text) : rest_(text) {
        if (rest_.starts_with("<!doctype html>\n")) rest_.remove_prefix(16);
        while (error_.empty() && !rest_.empty()) step();
        if (error_.empty() && !open_.empty()) error_ = "never closed: " + open_.back();
    }

    const std::string& error() const { return error_; }  // empty: well-formed
    const std::vector<std::string>& elements() const { return elements_; }
    // Of all attributes of that name, in order, as they are written.
    std::vector<std::string> attributes(std::string_view name) const {
        std::vector<std::string> values;
        for (const auto& [key, value] : attributes_) {
            if (key == name) values.push_back(value);
        }
        return values;
    }
    long count(std::string_view element) const {
        long found = 0;
        for (const std::string& name : elements_) found += name == element;
        return found;
    }

  private:
    void step() {
        if (rest_.front() == '<') return tag();
        const std::string_view text = rest_.substr(0, rest_.find('<'));
        check_text(text);
        if (open_.empty() && text.find_first_not_of('\n') != std::string_view::npos) {
            error_ = "text outside of everything";
        }
        rest_.remove_prefix(text.size());
    }

    void tag() {
        rest_.remove_prefix(1);
        const bool closes = take('/');
        const std::string name = take_name();
        if (name.empty()) return fail_at("no element's name");
        if (closes) {
            if (open_.empty() || open_.back() != name) return fail_at("closes nothing: " + name);
            open_.pop_back();
            if (!take('>')) fail_at("unended tag");
            return;
        }
        elements_.push_back(name);
        if (open_.empty() && roots_++ > 0) return fail_at("a second root");
        if (!take_attributes()) return;
        const bool empty = take('/');
        if (!take('>')) return fail_at("unended tag " + name);
        if (!empty) open_.push_back(name);
    }

    bool take_attributes() {
        std::set<std::string> seen;
        while (take(' ')) {
            const std::string name = take_name();
            if (name.empty() || !take('=') || !take('"')) return fail_at("bad attribute"), false;
            if (!seen.insert(name).second) return fail_at("twice: " + name), false;
            const auto end = rest_.find('"');
            if (end == std::string_view::npos) return fail_at("unended value"), false;
            check_text(rest_.substr(0, end));
            attributes_.emplace_back(name, rest_.substr(0, end));
            rest_.remove_prefix(end + 1);
        }
        return true;
    }

    void check_text(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '<') fail_at("a stray <");
            if (static_cast<unsigned char>(text[i]) < ' ' && text[i] != '\n' && text[i] != '\t') {
                fail_at("a control character");
            }
            if (text[i] != '&') continue;
            const std::string_view entity = text.substr(i, text.find(';', i) - i + 1);
            if (entity != "&amp;" && entity != "&lt;" && entity != "&gt;" && entity != "&quot;" &&
                entity != "&#39;") {
                fail_at("a stray &");
            }
        }
    }

    std::string take_name() {
        std::size_t size = 0;
        while (size < rest_.size() &&
               (std::isalnum(static_cast<unsigned char>(rest_[size])) != 0 || rest_[size] == '-')) {
            ++size;
        }
        std::string name(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return name;
    }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void fail_at(std::string what) {
        if (error_.empty()) error_ = what + " before: " + std::string(rest_.substr(0, 60));
    }

    std::string_view rest_;
    std::string error_;
    int roots_ = 0;
    std::vector<std::string> open_, elements_;
    std::vector<std::pair<std::string, std::string>> attributes_;
};

inline std::size_t occurrences(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace aside::lab::report
