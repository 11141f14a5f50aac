#include "lab/sim/fleet_judge.h"

#include <algorithm>
#include <cstdio>

#include "lab/sim/sim_bed.h"

namespace aside::lab {

namespace {

constexpr std::size_t kProblemsKept = 10;

std::string seconds_text(SteadyTime time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6f",
                  std::chrono::duration<double>(time.time_since_epoch()).count());
    return text;
}

}  // namespace

FleetJudge::FleetJudge(const Truth& truth, const FleetOrigin& origin, FleetBounds bounds)
    : truth_(truth),
      origin_(origin),
      bounds_(bounds),
      names_(std::string(kSimKeyPrefix)),
      writes_(origin.things()) {}

void FleetJudge::problem(std::string what) {
    if (problems_.size() < kProblemsKept) problems_.push_back(std::move(what));
}

FleetJudge::Asked FleetJudge::asked(ThingNumber thing, unsigned process, const WatchedTier& tier,
                                    SteadyTime now) const {
    Asked asked{.thing = thing, .tier = &tier, .process = process, .at = now};
    for (const Write& write : writes_[thing]) {
        asked.confirmed = std::max(asked.confirmed, write.generation);
        if (write.confirmed + bounds_.unheard_within <= now)
            asked.required = std::max(asked.required, write.generation);
    }
    return asked;
}

void FleetJudge::confirmed(ThingNumber thing, std::uint64_t generation, SteadyTime written,
                           SteadyTime now) {
    writes_[thing].push_back({generation, written, now});
}

std::uint64_t FleetJudge::confirmed_generation(ThingNumber thing) const {
    return writes_[thing].empty() ? 0 : writes_[thing].back().generation;
}

SteadyTime FleetJudge::confirmed_at(ThingNumber thing) const {
    return writes_[thing].empty() ? SteadyTime::min() : writes_[thing].back().confirmed;
}

std::string FleetJudge::describe(const Asked& asked, const Answer& answer, SteadyTime now) const {
    return origin_.name_of(asked.thing) + " in process " + std::to_string(asked.process) +
           ", asked at " + seconds_text(asked.at) + " s, answered at " + seconds_text(now) +
           " s, l1=" + std::to_string(answer.from_l1) + " l2=" + std::to_string(answer.from_l2) +
           " origin=" + std::to_string(answer.from_origin) + (answer.stale ? " stale" : "");
}

void FleetJudge::count(const Answer& answer) {
    ++tally.reads;
    if (answer.from_origin > 0) {
        ++tally.from_origin;
    } else if (answer.from_l2 > 0) {
        ++tally.from_l2;
    } else {
        ++tally.from_l1;
    }
    if (answer.stale) ++tally.stale;
}

bool FleetJudge::failed(std::string_view name, const Answer& answer, SteadyTime now) {
    if (answer.outcome != Outcome::failed) return false;
    ++tally.failed;
    if (origin_.failed_at + std::chrono::seconds(5) > now) {
        ++tally.failed_with_origin;
    } else {
        problem("failed at " + seconds_text(now) + " s: " + std::string(name) + ": " +
                to_string(answer.error));
    }
    return true;
}

void FleetJudge::answered_constant(std::string_view name, std::string_view body,
                                   const Answer& answer, SteadyTime now) {
    count(answer);
    if (failed(name, answer, now)) return;
    const bool found = answer.outcome == Outcome::ok;
    ++(found ? tally.ok : tally.absent);
    if (found == body.empty()) {
        problem(std::string(found ? "found, and never was: " : "absent, and was always there: ") +
                std::string(name) + " at " + seconds_text(now) + " s");
    } else if (found && answer.values()[0]->body() != body) {
        problem("wrong bytes of " + std::string(name) + " at " + seconds_text(now) + " s");
    }
}

void FleetJudge::answered(const Asked& asked, const Answer& answer, SteadyTime now) {
    count(answer);
    if (failed(origin_.name_of(asked.thing), answer, now)) return;
    if (answer.outcome == Outcome::absent) {
        ++tally.absent;
        if (absence_was_true(asked.thing, asked.required)) return;
        if (!absence_was_true(asked.thing, 0))
            return problem("absent, and was always there: " + describe(asked, answer, now));
        return judge_age(asked, asked.required - 1, answer, now);
    }
    ++tally.ok;
    const auto generation = generation_in(asked, answer, now);
    if (!generation) return;
    if (*generation < asked.confirmed) ++tally.older;
    if (*generation < asked.required) judge_age(asked, *generation, answer, now);
}

bool FleetJudge::absence_was_true(ThingNumber thing, std::uint64_t from) const {
    for (std::uint64_t g = from; g <= origin_.model().newest(thing); ++g) {
        if (!origin_.exists(thing, g)) return true;
    }
    return false;
}

// Nothing: the bytes are wrong, which is told here.
std::optional<std::uint64_t> FleetJudge::generation_in(const Asked& asked, const Answer& answer,
                                                       SteadyTime now) {
    const auto wrong = [&](std::string_view what) {
        problem("wrong bytes (" + std::string(what) + "): " + describe(asked, answer, now));
        return std::nullopt;
    };
    const auto& values = answer.values();
    const std::uint64_t newest = origin_.model().newest(asked.thing);
    if (!origin_.is_item(asked.thing)) {
        if (values.size() != 1 || !values[0]) return wrong("not one value");
        const auto generation = generation_of(origin_.name_of(asked.thing), values[0]->body());
        if (!generation) return wrong("of another key");
        if (*generation > newest) return wrong("of the future");
        if (!origin_.exists(asked.thing, *generation)) return wrong("of what did not exist");
        return generation;
    }
    if (values.size() != 1 + FleetOrigin::kRefsMore) return wrong("not all values");
    for (const Value* value : values) {
        if (!value) return wrong("a value is missing");
    }
    const std::size_t number = asked.thing - origin_.objects();
    for (std::uint64_t g = newest + 1; g-- > 0;) {
        if (values[0]->body() != body_of(FleetOrigin::row_name(number, g), 0)) continue;
        const auto references = origin_.references(asked.thing, g);
        for (std::size_t i = 1; i < values.size(); ++i) {
            if (!generation_of(references[i].key, values[i]->body())) return wrong("of another");
        }
        return g;
    }
    return wrong("of no row of its");
}

const FleetJudge::Write* FleetJudge::required_write(const Asked& asked) const {
    const auto& writes = writes_[asked.thing];
    const auto found = std::ranges::find(writes, asked.required, &Write::generation);
    return found == writes.end() ? nullptr : &*found;
}

void FleetJudge::judge_age(const Asked& asked, std::uint64_t generation, const Answer& answer,
                           SteadyTime now) {
    const Write* const write = required_write(asked);
    if (!write) return;
    const std::string key = origin_.name_of(asked.thing);
    const RemoteKey remote{
        origin_.is_item(asked.thing) ? ValueKind::index_entry : ValueKind::object, key};
    std::string name;
    names_.data_name(remote, name);
    const auto seen = asked.tier->seen(remote);
    const auto recent = [&](SteadyTime at) {
        return at != SteadyTime::min() && at + bounds_.echo >= asked.at;
    };
    const SteadyTime lost = truth_.lost_at(name);
    if (lost >= write->written && lost + bounds_.fresh_max + bounds_.echo >= asked.at) {
        ++tally.pardon_lost;
    } else if (recent(truth_.stale_answer_at(name))) {
        ++tally.pardon_owner;
    } else if (recent(seen.unknown)) {
        ++tally.pardon_unknown;
    } else if (recent(seen.by_replica)) {
        ++tally.pardon_replica;
    } else if (recent(origin_.failed_at)) {
        ++tally.pardon_origin;
    } else {
        problem("older: generation " + std::to_string(generation) + ", not " +
                std::to_string(asked.required) + ", written at " + seconds_text(write->written) +
                " s, confirmed at " + seconds_text(write->confirmed) +
                " s: " + describe(asked, answer, now));
    }
}

std::string to_string(const FleetTally& tally) {
    std::string text = "reads " + std::to_string(tally.reads);
    const auto add = [&](std::string_view name, std::uint64_t count) {
        if (count > 0) text += ", " + std::string(name) + " " + std::to_string(count);
    };
    add("ok", tally.ok);
    add("absent", tally.absent);
    add("failed", tally.failed);
    add("stale", tally.stale);
    add("l1", tally.from_l1);
    add("l2", tally.from_l2);
    add("origin", tally.from_origin);
    add("failed with the origin", tally.failed_with_origin);
    add("writes", tally.writes);
    add("unconfirmed", tally.unconfirmed);
    add("older within the bound", tally.older);
    add("pardoned: lost", tally.pardon_lost);
    add("pardoned: stale owner", tally.pardon_owner);
    add("pardoned: unknown", tally.pardon_unknown);
    add("pardoned: replica", tally.pardon_replica);
    add("pardoned: origin", tally.pardon_origin);
    return text;
}

}  // namespace aside::lab
