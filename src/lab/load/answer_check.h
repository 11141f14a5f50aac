// What makes an answer right: its status, and that its body belongs to the key.
//
// Thread rule: plain values; the functions may be called from several threads at once.
#pragma once

#include <bitset>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lab/load/exchange.h"
#include "lab/load/load_record.h"

namespace aside::lab::load {

using BodyCheck = std::function<bool(std::uint64_t key, std::string_view body)>;

struct AnswerCheck {
    static constexpr int kStatuses = 600;
    std::bitset<kStatuses> expected;
    BodyCheck body;  // of answers with a status of 2xx; empty: every body will do

    AnswerCheck();  // every status below 400

    // Why it counts as an error; nothing: it does not.
    std::optional<Mishap> mishap_of(const Exchange& exchange) const;
};

// "200,404" or "2xx,404". Errors: bad_input.
Result<std::bitset<AnswerCheck::kStatuses>> parse_statuses(std::string_view text);

// The body holds `text`, in which {} is the key's number.
BodyCheck holds(std::string text);
// The body says that it is what was asked for, by the last part of `path`: "id":"item-7" for
// /items/item-{}, anywhere. Errors: bad_input (no {} in the last part).
Result<std::string> id_member(std::string_view path);

}  // namespace aside::lab::load
