#include "lab/known_values.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/hash.h"
#include "memory/entry.h"

namespace aside::lab {

namespace {

constexpr std::string_view kBegin = R"({"key":")";
constexpr std::string_view kGeneration = R"(","generation":)";
constexpr std::string_view kFiller = R"(,"filler":")";
constexpr std::string_view kEnd = R"("})";
constexpr std::uint64_t kHashSeed = 0x1ab;
constexpr Duration kFresh = std::chrono::hours(1);

// Another text for each key and generation, so that halves of two bodies do not fit together: eight
// letters a step, for bodies are made and checked thousands of times a second. SplitMix64 (Steele,
// Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
class Letters {
  public:
    static constexpr std::size_t kStep = sizeof(std::uint64_t);
    using Bytes = std::array<char, kStep>;

    Letters(std::string_view key, std::uint64_t generation)
        : state_(hash_bytes(key, kHashSeed + generation)) {}

    Bytes next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        z ^= z >> 31;
        // 'a' to 'p', one of four bits of each byte.
        return std::bit_cast<Bytes>((z & 0x0f0f0f0f0f0f0f0fULL) + 0x6161616161616161ULL);
    }

  private:
    std::uint64_t state_;
};

// Takes `prefix` off the front, if it is there.
bool take(std::string_view& from, std::string_view prefix) {
    if (!from.starts_with(prefix)) return false;
    from.remove_prefix(prefix.size());
    return true;
}

// The number, as std::to_string writes it, off the front.
std::int64_t take_number(std::string_view& from) {
    std::int64_t number = -1;
    const auto [end, problem] = std::from_chars(from.data(), from.data() + from.size(), number);
    if (problem != std::errc() || number < 0) return -1;
    const auto digits = static_cast<std::size_t>(end - from.data());
    if (digits > 1 && from.front() == '0') return -1;
    from.remove_prefix(digits);
    return number;
}

}  // namespace

std::string known_key(std::uint64_t number) {
    return "obj-" + std::to_string(number);
}

std::string known_body(std::string_view key, std::uint64_t generation, std::size_t size) {
    std::string body;
    body.reserve(size);
    body.append(kBegin).append(key).append(kGeneration).append(std::to_string(generation));
    body.append(kFiller);
    Letters letters(key, generation);
    while (body.size() + kEnd.size() < size) {
        const auto bytes = letters.next();
        body.append(bytes.data(), std::min(bytes.size(), size - kEnd.size() - body.size()));
    }
    return body.append(kEnd);
}

std::int64_t generation_of(std::string_view key, std::string_view body) {
    if (!take(body, kBegin) || !take(body, key) || !take(body, kGeneration)) return -1;
    const std::int64_t generation = take_number(body);
    if (generation < 0 || !take(body, kFiller) || !body.ends_with(kEnd)) return -1;
    body.remove_suffix(kEnd.size());
    Letters letters(key, static_cast<std::uint64_t>(generation));
    while (!body.empty()) {
        const auto bytes = letters.next();
        const std::string_view part = body.substr(0, bytes.size());
        if (std::memcmp(part.data(), bytes.data(), part.size()) != 0) return -1;
        body.remove_prefix(part.size());
    }
    return generation;
}

ValueRef make_value(std::string_view key, std::string_view body, SteadyTime now, ValueKind kind) {
    static memory::LentBytes lent;
    const memory::NewValue wanted{.kind = kind,
                                  .absent = false,
                                  .key_hash = hash_bytes(key),
                                  .key = key,
                                  .validator = {},
                                  .body = body,
                                  .origin_time = now,
                                  .fresh_until = now + kFresh};
    return ValueRef::adopt(memory::Entry::make(wanted, lent, &std::malloc));
}

}  // namespace aside::lab
