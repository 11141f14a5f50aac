#include "lab/known_values.h"

#include <charconv>
#include <cstdlib>

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

}  // namespace

std::string known_key(std::uint64_t number) {
    return "obj-" + std::to_string(number);
}

std::string known_body(std::string_view key, std::uint64_t generation, std::size_t size) {
    std::string body;
    body.append(kBegin).append(key).append(kGeneration).append(std::to_string(generation));
    body.append(kFiller);
    // Another text for each key and generation, so that halves of two bodies do not fit together.
    std::uint64_t state = hash_bytes(key, kHashSeed + generation);
    while (body.size() + kEnd.size() < size) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        body += static_cast<char>('a' + (state >> 33) % 26);
    }
    return body.append(kEnd);
}

std::int64_t generation_of(std::string_view key, std::string_view body) {
    const std::size_t at = kBegin.size() + key.size() + kGeneration.size();
    if (body.size() < at) return -1;
    std::int64_t generation = -1;
    std::from_chars(body.data() + at, body.data() + body.size(), generation);
    if (generation < 0) return -1;
    const bool same = body == known_body(key, static_cast<std::uint64_t>(generation), body.size());
    return same ? generation : -1;
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
