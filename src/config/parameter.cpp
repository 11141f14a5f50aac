#include "config/parameter.h"

#include <array>
#include <numeric>

namespace aside::config {

namespace {

constexpr Parameter kParameters[] = {
#define ASIDE_PARAMETER(kind, id, name, fallback, range, prose) \
    {Kind::kind, name, fallback, range, prose},
#include "config/parameters.inc"
#undef ASIDE_PARAMETER
};

struct ShortFlag {
    std::string_view flag;
    std::string_view name;
};
constexpr ShortFlag kShortFlags[] = {
    {"--index", "index.url"},    {"--objects", "objects.url"}, {"--memory", "memory.capacity"},
    {"--listen", "http.listen"}, {"--admin", "admin.listen"},  {"--l2", "l2.url"},
};

// Levenshtein's distance, by rows.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::duration:
            return "duration";
        case Kind::bytes:
            return "bytes";
        case Kind::integer:
            return "integer";
        case Kind::ratio:
            return "ratio";
        case Kind::boolean:
            return "boolean";
        case Kind::text:
            return "text";
        case Kind::url:
            return "url";
        case Kind::endpoint:
            return "endpoint";
        case Kind::list:
            return "list";
        case Kind::choice:
            return "choice";
    }
    return "text";
}

std::span<const Parameter> parameters() {
    return kParameters;
}

const Parameter* find_parameter(std::string_view name) {
    const auto found = std::ranges::find(kParameters, name, &Parameter::name);
    return found == std::end(kParameters) ? nullptr : found;
}

std::size_t index_of(const Parameter& parameter) {
    return static_cast<std::size_t>(&parameter - std::data(kParameters));
}

std::string_view group_of(std::string_view name) {
    const auto dot = name.find('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

std::string environment_name(const Parameter& parameter) {
    std::string name = "ASIDE_";
    for (const char c : parameter.name) {
        name += c == '.' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return name;
}

std::string flag_name(const Parameter& parameter) {
    std::string name = "--";
    for (const char c : parameter.name) name += c == '.' || c == '_' ? '-' : c;
    return name;
}

std::string_view short_flag(const Parameter& parameter) {
    const auto found = std::ranges::find(kShortFlags, parameter.name, &ShortFlag::name);
    return found == std::end(kShortFlags) ? std::string_view() : found->flag;
}

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
    constexpr std::size_t kLongestWord = 100;
    if (word.size() > kLongestWord) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 4) + 1;
    for (const std::string& candidate : candidates) {
        const auto [shorter, longer] = std::minmax({word.size(), candidate.size()});
        if (longer - shorter >= best_distance) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace aside::config
