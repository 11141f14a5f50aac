#include "cli/synthetic.h"

#include "base/random.h"

namespace aside::cli {
namespace {

void append_letters(std::string& into, std::uint64_t count, std::uint64_t seed) {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    Random random(seed);
    while (count > 0) {
        std::uint64_t bits = random.next();
        for (int i = 0; i < 10 && count > 0; ++i, --count, bits >>= 6) into += kLetters[bits & 63];
    }
}

}  // namespace

Reference synthetic_object(std::uint64_t number, bool versioned) {
    return {"obj-" + std::to_string(number), versioned ? "1" : ""};
}

std::vector<Reference> synthetic_references(std::uint64_t item, std::uint64_t items,
                                            std::uint64_t references, bool versioned) {
    std::vector<Reference> named;
    named.reserve(references);
    for (std::uint64_t i = 0; i < references; ++i) {
        named.push_back(synthetic_object((item + i) % items, versioned));
    }
    return named;
}

std::string synthetic_body(std::uint64_t number, std::uint64_t size_bytes) {
    if (size_bytes == 1) return std::to_string(number % 10);
    std::string body;
    body.reserve(size_bytes);
    body = "{\"id\":\"obj-" + std::to_string(number) + "\",\"data\":\"";
    std::string_view end = "\"}";
    if (body.size() + end.size() > size_bytes) {
        body = "\"";
        end = "\"";
    }
    append_letters(body, size_bytes - body.size() - end.size(), number);
    body += end;
    return body;
}

}  // namespace aside::cli
