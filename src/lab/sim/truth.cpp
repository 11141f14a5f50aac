#include "lab/sim/truth.h"

namespace aside::lab {

namespace {
constexpr std::size_t kViolationsKept = 20;
}

void Truth::holds(std::string_view name, const StoredValue* value, SteadyTime now) {
    const auto known = held_.find(name);
    if (value == nullptr) {
        if (known != held_.end()) held_.erase(known);
        return;
    }
    if (known == held_.end()) {
        held_.emplace(name, Held{now, value->expires});
        return;
    }
    if (known->second.expires <= now) known->second.since = now;
    known->second.expires = value->expires;
}

void Truth::lost(std::string_view name, SteadyTime now) {
    lost_[std::string(name)] = now;
    const auto open = name.find('{');
    const auto close = name.find('}', open == std::string_view::npos ? name.size() : open);
    if (close == std::string_view::npos) return;
    lost_[std::string(name.substr(open + 1, close - open - 1))] = now;
}

void Truth::violated(std::string what) {
    if (violations_.size() < kViolationsKept) violations_.push_back(std::move(what));
}

bool Truth::held_throughout(std::string_view name, SteadyTime from, SteadyTime to) const {
    const auto known = held_.find(name);
    return known != held_.end() && known->second.since < from && known->second.expires > to;
}

std::vector<std::string> Truth::names() const {
    std::vector<std::string> all;
    all.reserve(held_.size());
    for (const auto& [name, held] : held_) all.push_back(name);
    return all;
}

SteadyTime Truth::at(const Times& times, std::string_view name) {
    const auto found = times.find(name);
    return found == times.end() ? SteadyTime::min() : found->second;
}

}  // namespace aside::lab
