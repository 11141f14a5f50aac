// A command on its way out: an array of bulk strings.
#include <algorithm>
#include <charconv>

#include "wire/resp.h"
#include "wire/resp_number.h"

namespace aside::wire {

void append_resp_command(std::string& out, std::span<const std::string_view> words) {
    constexpr std::size_t kMaxHeadBytes = 1 + kMaxRespIntegerBytes + 2;
    std::size_t most = kMaxHeadBytes;
    for (const std::string_view word : words) most += kMaxHeadBytes + word.size() + 2;

    const auto put_head = [](char* at, char kind, std::size_t number) {
        *at++ = kind;
        if (number < 10) {
            *at++ = static_cast<char>('0' + number);
        } else {
            at = std::to_chars(at, at + kMaxRespIntegerBytes, number).ptr;
        }
        *at++ = '\r';
        *at++ = '\n';
        return at;
    };
    const std::size_t before = out.size();
    out.resize_and_overwrite(before + most, [&](char* bytes, std::size_t) {
        char* at = put_head(bytes + before, '*', words.size());
        for (const std::string_view word : words) {
            at = put_head(at, '$', word.size());
            at = std::copy(word.begin(), word.end(), at);
            *at++ = '\r';
            *at++ = '\n';
        }
        return static_cast<std::size_t>(at - bytes);
    });
}

}  // namespace aside::wire
