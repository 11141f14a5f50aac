#include "aws/profile_files.h"

#include <algorithm>
#include <optional>

namespace aside::aws {
namespace {

constexpr std::string_view kSpace = " \t\r";

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// A comment behind a value begins with a space.
std::string_view without_comment(std::string_view value) {
    for (std::size_t i = 1; i < value.size(); ++i) {
        const bool mark = value[i] == '#' || value[i] == ';';
        if (mark && kSpace.find(value[i - 1]) != std::string_view::npos) return value.substr(0, i);
    }
    return value;
}

std::string lower_case(std::string_view name) {
    std::string lowered(name);
    for (char& c : lowered) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lowered;
}

// The profile that a section's title names; empty: it names something else.
std::string_view profile_of(std::string_view title, ProfileFile kind) {
    constexpr std::string_view kProfile = "profile";
    if (title == "default" || kind == ProfileFile::credentials) return title;
    if (!title.starts_with(kProfile) || title.size() == kProfile.size()) return {};
    if (kSpace.find(title[kProfile.size()]) == std::string_view::npos) return {};
    return trimmed(title.substr(kProfile.size()));
}

class Reader {
  public:
    Reader(ProfileFile kind, Profiles& profiles) : kind_(kind), profiles_(profiles) {}

    // Why the line is refused; null: it is not.
    const char* line(std::string_view raw) {
        const std::string_view text = trimmed(raw);
        if (text.empty() || text.front() == '#' || text.front() == ';') return nullptr;
        if (raw.front() == ' ' || raw.front() == '\t') {
            return setting_seen_ || skipping_ ? nullptr : "an indented line under no setting";
        }
        return text.front() == '[' ? section(text) : setting(text);
    }

  private:
    const char* section(std::string_view text) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return "a section without ']'";
        const std::string_view name = profile_of(trimmed(text.substr(1, end - 1)), kind_);
        setting_seen_ = false;
        skipping_ = name.empty();
        profile_ = skipping_ ? nullptr : &profiles_[std::string(name)];
        return nullptr;
    }

    const char* setting(std::string_view text) {
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) return "neither a section nor a setting";
        if (skipping_) return nullptr;
        if (!profile_) return "a setting before any section";
        const std::string_view name = trimmed(text.substr(0, equals));
        if (name.empty()) return "a setting without a name";
        (*profile_)[lower_case(name)] = trimmed(without_comment(text.substr(equals + 1)));
        setting_seen_ = true;
        return nullptr;
    }

    const ProfileFile kind_;
    Profiles& profiles_;
    Profile* profile_ = nullptr;
    bool skipping_ = false;      // in a section that is no profile
    bool setting_seen_ = false;  // of this section: what is indented belongs to it
};

}  // namespace

Result<void> read_profiles(std::string_view text, ProfileFile kind, Profiles& profiles) {
    Reader reader(kind, profiles);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) continue;
        if (const char* why = reader.line(line)) {
            return fail(Errc::bad_input, "line " + std::to_string(number) + ": " + why);
        }
    }
    return {};
}

}  // namespace aside::aws
