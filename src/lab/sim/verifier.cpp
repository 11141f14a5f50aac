#include "lab/sim/verifier.h"

#include <cstdio>

namespace aside::lab {

namespace {

constexpr std::size_t kProblemsKept = 10;
// How long after a lie its consequences may still be met: the rest of a pipeline.
constexpr Duration kLieEchoes = std::chrono::seconds(2);

std::string seconds_text(SteadyTime time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6f",
                  std::chrono::duration<double>(time.time_since_epoch()).count());
    return text;
}

}  // namespace

std::string Verifier::data_name(RemoteKey key) const {
    std::string name;
    names_.data_name(key, name);
    return name;
}

Verifier::Asked Verifier::asked(std::size_t key, RemoteKey name, SteadyTime deadline,
                                SteadyTime now) const {
    Asked asked{.key = key, .name = name, .at = now, .deadline = deadline};
    // Whatever was lost since the invalidation may have been the invalidation.
    const Required& required = required_[key];
    if (truth_.lost_at(data_name(name)) < required.from) asked.required = required.generation;
    return asked;
}

void Verifier::invalidated(std::size_t key, RemoteKey name, std::uint64_t generation,
                           SteadyTime from) {
    ++tally.invalidations;
    if (truth_.lost_at(data_name(name)) >= from) {
        ++tally.after_losses;
        return;
    }
    Required& required = required_[key];
    if (generation > required.generation) required = {generation, from};
}

void Verifier::problem(std::string what) {
    if (problems_.size() < kProblemsKept) problems_.push_back(std::move(what));
}

std::string Verifier::describe(const Asked& asked, const RemoteAnswer& answer,
                               SteadyTime now) const {
    return data_name(asked.name) + " slot " + std::to_string(answer.slot) + " from " +
           std::string(answer.node) + (answer.from_replica ? " (replica)" : "") + ", asked at " +
           seconds_text(asked.at) + " s, answered at " + seconds_text(now) + " s";
}

void Verifier::answered(const Asked& asked, const RemoteAnswer& answer, SteadyTime now) {
    ++tally.reads;
    if (now > asked.deadline + kLateAfter) {
        ++tally.late;
        problem("late: " + describe(asked, answer, now) + ", deadline " +
                seconds_text(asked.deadline) + " s");
    }
    if (answer.from_replica) ++tally.from_replica;
    switch (answer.state) {
        case RemoteState::hit:
            return hit(asked, answer, now);
        case RemoteState::miss:
            return miss(asked, answer, now);
        case RemoteState::unknown:
            ++tally.unknowns;
            ++tally.reasons[static_cast<std::size_t>(answer.reason)];
            return;
    }
}

void Verifier::hit(const Asked& asked, const RemoteAnswer& answer, SteadyTime now) {
    ++tally.hits;
    const auto generation = generation_of(asked.name.bytes, answer.body);
    if (!generation) return problem("wrong bytes: " + describe(asked, answer, now));
    if (*generation > origin_.newest(asked.key)) {
        return problem("bytes of the future: " + describe(asked, answer, now));
    }
    if (asked.name.kind == ValueKind::versioned_object || *generation >= asked.required) return;
    const std::string name = data_name(asked.name);
    if (truth_.lost_at(name) >= required_[asked.key].from) {
        ++tally.after_losses;
    } else if (truth_.stale_answer_at(name) >= asked.at) {
        ++tally.by_stale_owner;
    } else if (answer.from_replica) {
        ++tally.stale_from_replica;
    } else {
        problem("stale: generation " + std::to_string(*generation) + ", not " +
                std::to_string(asked.required) + ": " + describe(asked, answer, now));
    }
}

void Verifier::miss(const Asked& asked, const RemoteAnswer& answer, SteadyTime now) {
    ++tally.misses;
    const std::string name = data_name(asked.name);
    if (answer.from_replica) return problem("a replica's miss: " + describe(asked, answer, now));
    if (!truth_.held_throughout(name, asked.at, now)) return;
    if (truth_.stale_answer_at(name) >= asked.at) {
        ++tally.by_stale_owner;
    } else if (truth_.lied_at(name) + kLieEchoes >= asked.at) {
        ++tally.after_lies;
    } else {
        problem("false miss: " + describe(asked, answer, now));
    }
}

std::string to_string(const Tally& tally) {
    std::string text = "reads " + std::to_string(tally.reads);
    const auto add = [&](std::string_view name, std::uint64_t count) {
        if (count > 0) text += ", " + std::string(name) + " " + std::to_string(count);
    };
    add("hits", tally.hits);
    add("misses", tally.misses);
    add("unknown", tally.unknowns);
    for (std::size_t i = 0; i < kUnknownReasons; ++i) {
        add(name_of(static_cast<UnknownReason>(i)), tally.reasons[i]);
    }
    add("from replicas", tally.from_replica);
    add("stale from replicas", tally.stale_from_replica);
    add("by stale owners", tally.by_stale_owner);
    add("after lies", tally.after_lies);
    add("after losses", tally.after_losses);
    add("late", tally.late);
    add("leases won", tally.leases_won);
    add("held", tally.leases_held);
    add("unavailable", tally.leases_unavailable);
    add("fills stored", tally.fills_stored);
    add("refused", tally.fills_refused);
    add("paused", tally.fills_paused);
    add("dropped", tally.fills_dropped);
    add("invalidations", tally.invalidations);
    add("failed", tally.invalidations_failed);
    return text;
}

}  // namespace aside::lab
