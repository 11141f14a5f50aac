#include "lab/load/answer_check.h"

#include <charconv>
#include <vector>

namespace aside::lab::load {
namespace {

constexpr std::string_view kHole = "{}";

std::vector<std::string> parts_between_holes(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t at; (at = text.find(kHole)) != std::string_view::npos;) {
        parts.emplace_back(text.substr(0, at));
        text.remove_prefix(at + kHole.size());
    }
    parts.emplace_back(text);
    return parts;
}

bool is_class(std::string_view word) {
    return word.size() == 3 && word[0] >= '1' && word[0] <= '5' && word.substr(1) == "xx";
}

}  // namespace

AnswerCheck::AnswerCheck() {
    constexpr int kFirstError = 400;
    for (int status = 0; status < kFirstError; ++status)
        expected.set(static_cast<unsigned>(status));
}

std::optional<Mishap> AnswerCheck::mishap_of(const Exchange& exchange) const {
    switch (exchange.fate) {
        case Fate::answered:
            break;
        case Fate::refused:
            return Mishap::refused;
        case Fate::lost:
            return Mishap::lost;
        case Fate::timed_out:
            return Mishap::timed_out;
        case Fate::malformed:
            return Mishap::malformed;
    }
    const int status = exchange.status;
    if (status < 0 || status >= kStatuses || !expected[static_cast<unsigned>(status)])
        return Mishap::bad_status;
    if (body && status / 100 == 2 && !body(exchange.key, exchange.body)) return Mishap::wrong_body;
    return std::nullopt;
}

Result<std::bitset<AnswerCheck::kStatuses>> parse_statuses(std::string_view text) {
    std::bitset<AnswerCheck::kStatuses> statuses;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (is_class(word)) {
            const auto first = static_cast<unsigned>(word[0] - '0') * 100;
            for (unsigned status = first; status < first + 100; ++status) statuses.set(status);
            continue;
        }
        unsigned status = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), status);
        const bool whole = error == std::errc() && end == word.data() + word.size();
        if (!whole || status < 100 || status >= statuses.size())
            return fail(Errc::bad_input,
                        "'" + std::string(word) + "' is no status: 200,404 or 2xx");
        statuses.set(status);
    }
    if (statuses.none()) return fail(Errc::bad_input, "no status at all: 200,404 or 2xx");
    return statuses;
}

BodyCheck holds(std::string text) {
    return [parts = parts_between_holes(text)](std::uint64_t key, std::string_view body) {
        thread_local std::string wanted;
        wanted = parts.front();
        for (std::size_t i = 1; i < parts.size(); ++i) {
            char digits[20];
            wanted.append(digits, std::to_chars(digits, digits + sizeof digits, key).ptr);
            wanted += parts[i];
        }
        return body.find(wanted) != std::string_view::npos;
    };
}

Result<std::string> id_member(std::string_view path) {
    const std::string_view before_query = path.substr(0, path.find('?'));
    const std::string_view last = before_query.substr(before_query.rfind('/') + 1);
    if (last.find(kHole) == std::string_view::npos) {
        return fail(Errc::bad_input,
                    "the last part of the path names no key ({}): say what a body must hold");
    }
    return R"("id":")" + std::string(last) + '"';
}

}  // namespace aside::lab::load
