#include "lab/trials/copies.h"

#include <algorithm>
#include <ranges>

namespace aside::lab::trials {

void Copies::add(std::uint32_t object, Event event) {
    if (object < history_.size()) history_[object].push_back(event);
}

void Copies::moved(unsigned node, std::uint32_t object, SteadyTime at) {
    Event event{at, at, static_cast<std::uint16_t>(node), true};
    if (object >= history_.size()) return;
    for (const Event& before : history_[object] | std::views::reverse) {
        if (!before.present) continue;
        event.born = before.born;
        break;
    }
    add(object, event);
}

void Copies::copy_each_other(unsigned node, unsigned other) {
    shards_.emplace_back(node, other);
    shards_.emplace_back(other, node);
}

void Copies::gone(unsigned node, std::uint32_t object, SteadyTime at) {
    taken_away_ += object < history_.size();
    add(object, {at, at, static_cast<std::uint16_t>(node), false});
    for (const auto& [one, other] : shards_) {
        if (one == node) add(object, {at, at, static_cast<std::uint16_t>(other), false});
    }
}

void Copies::filled(SteadyTime written, std::span<const Duration> ages) {
    for (std::size_t object = 0; object < std::min(ages.size(), history_.size()); ++object) {
        for (Event& event : history_[object]) event.born = written - ages[object];
    }
}

Copies::NodeFate& Copies::fate(unsigned node) {
    if (node >= fates_.size()) fates_.resize(node + 1);
    return fates_[node];
}

void Copies::emptied(unsigned node, SteadyTime at) {
    fate(node).emptied.push_back(at);
}

void Copies::out_of_reach(unsigned node, SteadyTime at) {
    auto& out = fate(node).out;
    if (out.empty() || out.back().to != kNever) out.push_back({at, kNever});
}

void Copies::in_reach(unsigned node, SteadyTime at) {
    auto& out = fate(node).out;
    if (!out.empty() && out.back().to == kNever) out.back().to = at;
}

void Copies::silent(unsigned node, SteadyTime from, SteadyTime to) {
    fate(node).silent.push_back({from, to});
}

SteadyTime Copies::lived_until(const Event& stored, SteadyTime taken) const {
    const SteadyTime until = std::min(taken, stored.born + life_);
    if (stored.node >= fates_.size()) return until;
    for (const SteadyTime at : fates_[stored.node].emptied) {
        if (at >= stored.at) return std::min(until, at);
    }
    return until;
}

void Copies::cut(Span span, const std::vector<Span>& out, std::vector<Span>& into) {
    for (const Span& gap : out) {
        if (gap.from >= span.to) break;
        if (gap.to <= span.from) continue;
        if (gap.from > span.from) into.push_back({span.from, gap.from});
        span.from = gap.to;
        if (span.from >= span.to) return;
    }
    if (span.from < span.to) into.push_back(span);
}

std::vector<Copies::Span> Copies::held_spans(std::uint32_t object, bool told) const {
    static const NodeFate none;
    const auto& events = history_[object];
    std::vector<Span> spans;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (!events[i].present) continue;
        // Until the node's next word on it: a store anew begins a span of its own.
        SteadyTime taken = kNever;
        for (std::size_t next = i + 1; next < events.size(); ++next) {
            if (events[next].node != events[i].node) continue;
            taken = events[next].at;
            break;
        }
        const NodeFate& of = events[i].node < fates_.size() ? fates_[events[i].node] : none;
        std::vector<Span> reached;
        cut({events[i].at, lived_until(events[i], taken)}, of.out, reached);
        for (const Span span : reached) cut(span, told ? of.silent : none.silent, spans);
    }
    std::ranges::sort(spans, {}, &Span::from);
    return spans;
}

bool Copies::covered(const std::vector<Span>& spans, SteadyTime from, SteadyTime to) {
    for (const Span& span : spans) {
        if (span.from > from) return false;
        from = std::max(from, span.to);
        if (from > to) return true;
    }
    return false;
}

bool Copies::held(std::uint32_t object, SteadyTime from, SteadyTime to) const {
    return object < history_.size() && covered(held_spans(object, false), from, to);
}

bool Copies::held_and_told(std::uint32_t object, SteadyTime from, SteadyTime to) const {
    return object < history_.size() && covered(held_spans(object, true), from, to);
}

std::string Copies::history(std::uint32_t object, SteadyTime since) const {
    std::string text;
    if (object >= history_.size()) return text;
    for (const Event& event : history_[object]) {
        const std::chrono::duration<double> at = event.at - since;
        text += (text.empty() ? "" : ", ") +
                std::string(event.present ? "stored by " : "gone from ") +
                std::to_string(event.node) + " at " + std::to_string(at.count());
    }
    return text;
}

bool Copies::emptied_in_reach(const NodeFate& fate, SteadyTime after, SteadyTime until) {
    return std::ranges::any_of(fate.emptied, [&](SteadyTime when) {
        return when > after && when <= until &&
               std::ranges::none_of(fate.out, [when](const Span& out) {
                   return out.from <= when && when <= out.to;
               });
    });
}

bool Copies::stored_within(std::uint32_t object, SteadyTime from, SteadyTime to) const {
    if (object >= history_.size()) return false;
    return std::ranges::any_of(history_[object], [&](const Event& event) {
        return event.present && event.at >= from && event.at <= to;
    });
}

bool Copies::taken_away_within(std::uint32_t object, SteadyTime from, SteadyTime to) const {
    for (const NodeFate& fate : fates_) {
        if (emptied_in_reach(fate, from, to)) return true;
    }
    if (object >= history_.size()) return false;
    return std::ranges::any_of(history_[object], [&](const Event& event) {
        return !event.present && event.at > from && event.at <= to;
    });
}

}  // namespace aside::lab::trials
