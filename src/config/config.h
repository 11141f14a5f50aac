// What is in force: every parameter's value, and where it came from.
//
// Read once, at the start, from four sources: the defaults, over them a TOML file, over it the
// environment, over it the flags. Reading is strict: an unknown name, a wrong type or unit, a value
// out of range or two values that contradict each other refuse the whole, and every problem is told
// with its file and line, its variable or its flag. Values are not told: one may be a secret.
//
// This folder reads no file and no environment; it is given their content. Thread rule: a Config is
// an immutable value. Errors: bad_input; the detail has one problem a line, at most kMaxProblems.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/parameter.h"

namespace aside::config {

inline constexpr std::size_t kMaxProblems = 20;
inline constexpr std::size_t kMaxFileBytes = 1 << 20;

struct FileText {
    std::string path;  // for messages
    std::string text;
};

struct Sources {
    std::optional<FileText> file;
    std::vector<std::string> environment;  // "NAME=value"; only ASIDE_… is looked at
    std::vector<std::pair<std::string, std::string>> flags;  // {"--http-max-age", "3s"}
};

enum class Source : std::uint8_t { fallback, file, environment, flag };

class Config {
  public:
    // All defaults.
    Config();

    template <Kind kind>
    const ValueOf<kind>& get(Key<kind> key) const {
        return std::get<ValueOf<kind>>(settings_[key.index].value);
    }

    struct Setting {
        Value value;
        Source source = Source::fallback;
        std::string
            where;  // "aside.toml:3", "ASIDE_HTTP_MAX_AGE", "--http-max-age"; empty for a default
    };
    const Setting& setting(const Parameter& parameter) const {
        return settings_[index_of(parameter)];
    }
    void set(const Parameter& parameter, Setting setting) {
        settings_[index_of(parameter)] = std::move(setting);
    }

  private:
    std::vector<Setting> settings_;  // in the table's order
};

// `defaults`: what is in force where no source says anything, if not the table's. It is held
// against the rest, so that nobody can set what contradicts it.
Result<Config> load(const Sources& sources, Config defaults = {});

}  // namespace aside::config
