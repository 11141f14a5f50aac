#include "lab/arguments.h"

#include <algorithm>
#include <charconv>

namespace aside::lab {

Result<Arguments> Arguments::parse(std::span<const std::string> words,
                                   std::span<const std::string_view> names,
                                   std::span<const std::string_view> flags) {
    Arguments parsed;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (!word.starts_with("--")) {
            parsed.words_.push_back(word);
            continue;
        }
        const std::string name = word.substr(2);
        if (std::ranges::find(flags, name) != flags.end()) {
            parsed.values_[name] = "yes";
        } else if (std::ranges::find(names, name) == names.end()) {
            return fail(Errc::bad_input, "no option " + word);
        } else if (++i == words.size()) {
            return fail(Errc::bad_input, word + " needs a value");
        } else {
            parsed.values_[name] = words[i];
        }
    }
    return parsed;
}

std::string Arguments::text(std::string_view name, std::string_view otherwise) const {
    const auto at = values_.find(std::string(name));
    return at == values_.end() ? std::string(otherwise) : at->second;
}

Result<std::uint64_t> Arguments::number(std::string_view name, std::uint64_t otherwise) const {
    const auto at = values_.find(std::string(name));
    if (at == values_.end()) return otherwise;
    const std::string& text = at->second;
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc() && end == text.data() + text.size()) return number;
    return fail(Errc::bad_input, "--" + at->first + " is no number: " + text);
}

}  // namespace aside::lab
