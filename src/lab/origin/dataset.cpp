#include "lab/origin/dataset.h"

#include <algorithm>
#include <charconv>

#include "lab/known_values.h"
#include "lab/origin/object_sizes.h"

namespace aside::lab {

namespace {

constexpr std::string_view kItemPrefix = "item-";
constexpr std::string_view kObjectPrefix = "obj-";

// The number behind the prefix, written as this program writes it.
std::uint32_t number_behind(std::string_view text, std::string_view prefix, std::uint32_t limit) {
    if (!text.starts_with(prefix)) return Dataset::kNoNumber;
    text.remove_prefix(prefix.size());
    std::uint32_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = problem == std::errc() && end == text.data() + text.size();
    const bool padded = text.size() > 1 && text.front() == '0';
    return whole && !padded && number < limit ? number : Dataset::kNoNumber;
}

bool take(std::string_view& from, std::string_view prefix) {
    if (!from.starts_with(prefix)) return false;
    from.remove_prefix(prefix.size());
    return true;
}

}  // namespace

Dataset::Dataset(DatasetOptions options) : options_(options), generations_(options.objects) {
    Random random(options.seed);
    sizes_.resize(options.objects);
    for (auto& bytes : sizes_) {
        bytes = draw_object_bytes(random);
        total_bytes_ += bytes;
    }
    // An item of more references than there are objects has each of them.
    const std::uint32_t each = std::min(options.references, options.objects);
    references_.resize(std::size_t{options.items} * each);
    for (std::size_t at = 0; at < references_.size(); ++at) {
        const auto first = references_.begin() + static_cast<std::ptrdiff_t>(at - at % each);
        const auto here = references_.begin() + static_cast<std::ptrdiff_t>(at);
        do {
            *here = static_cast<std::uint32_t>(random.below(options.objects));
        } while (std::find(first, here, *here) != here);
    }
}

std::span<const std::uint32_t> Dataset::references(std::uint32_t item) const {
    const std::size_t each = options_.items == 0 ? 0 : references_.size() / options_.items;
    return std::span(references_).subspan(item * each, each);
}

std::string Dataset::entity_tag(std::uint32_t object, std::uint32_t generation) {
    return '"' + std::to_string(object) + '-' + std::to_string(generation) + '"';
}

std::string Dataset::item_id(std::uint32_t item) {
    return std::string(kItemPrefix) + std::to_string(item);
}

std::string Dataset::object_key(std::uint32_t object) {
    return known_key(object);
}

std::uint32_t Dataset::item_of(std::string_view id) const {
    return number_behind(id, kItemPrefix, options_.items);
}

std::uint32_t Dataset::object_of(std::string_view key) const {
    return number_behind(key, kObjectPrefix, options_.objects);
}

std::uint32_t Dataset::write(std::uint32_t object) {
    return generations_[object].fetch_add(1, std::memory_order_acq_rel) + 1;
}

std::uint32_t Dataset::generation(std::uint32_t object) const {
    return generations_[object].load(std::memory_order_acquire);
}

std::string Dataset::body(std::uint32_t object, std::uint32_t generation) const {
    return known_body(object_key(object), generation, sizes_[object]);
}

bool Dataset::read_item(std::uint32_t item, std::string_view answer,
                        std::vector<std::uint32_t>& generations) const {
    generations.clear();
    if (!take(answer, R"({"id":")") || !take(answer, item_id(item))) return false;
    if (!take(answer, R"(","values":[)")) return false;
    bool first = true;
    for (const std::uint32_t object : references(item)) {
        if (!std::exchange(first, false) && !take(answer, ",")) return false;
        const std::string_view value = answer.substr(0, sizes_[object]);
        const std::int64_t generation = generation_of(object_key(object), value);
        if (generation < 0 || value.size() != sizes_[object]) return false;
        generations.push_back(static_cast<std::uint32_t>(generation));
        answer.remove_prefix(value.size());
    }
    return answer == "]}";
}

}  // namespace aside::lab
