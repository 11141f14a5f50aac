#include "redis/read_plan.h"

#include <algorithm>

namespace aside::redis {

namespace {

UnknownReason reason_of(Standing standing) {
    switch (standing) {
        case Standing::suspect:
            return UnknownReason::suspect;
        case Standing::full:
            return UnknownReason::queue_full;
        case Standing::ready:
        case Standing::unproven:
        case Standing::connecting:
        case Standing::reconnecting:
        case Standing::slow:
        case Standing::down:
            break;
    }
    return UnknownReason::not_connected;
}

UnknownReason reason_of(Errc why) {
    switch (why) {
        case Errc::timed_out:
            return UnknownReason::timed_out;
        case Errc::overloaded:
            return UnknownReason::queue_full;
        case Errc::denied:
            return UnknownReason::denied;
        case Errc::connection_lost:
        case Errc::protocol:
            return UnknownReason::connection_lost;
        default:
            return UnknownReason::not_connected;
    }
}

}  // namespace

bool ReadPlan::tried(NodeId node) const {
    return std::find(tried_.begin(), tried_.begin() + tried_count_, node) !=
           tried_.begin() + tried_count_;
}

void ReadPlan::forget_trying(NodeId node) {
    const auto end = tried_.begin() + tried_count_;
    const auto at = std::find(tried_.begin(), end, node);
    if (at == end) return;
    std::copy(at + 1, end, at);
    --tried_count_;
}

// Once for each node, and not for all that redirects lead to.
bool ReadPlan::may_retry_lost(NodeId node) {
    for (NodeId& retried : retried_lost_) {
        if (retried == node) return false;
        if (retried != kNoNode) continue;
        retried = node;
        return true;
    }
    return false;
}

// The first reason of the weightiest copy stands: that a replica lacks the key says little.
void ReadPlan::note(UnknownReason reason, Weight weight) {
    if (weight <= noted_) return;
    noted_ = weight;
    reason_ = reason;
}

ReadPlan::Weight ReadPlan::weight_of(const Lane& lane, ReadScene& scene) const {
    const bool speaks = lane.redirected || lane.node == scene.copies(slot_).primary;
    return speaks ? Weight::of_primary : Weight::of_replica;
}

void ReadPlan::look_at(NodeId node, bool primary, ReadScene& scene, bool noting, Choice& choice) {
    // Who is being dialled is waited for: looking at the rest would dial all of them.
    const bool chosen = choice.ready != kNoNode || choice.connecting != kNoNode;
    if (chosen || node == kNoNode || tried(node)) return;
    const Standing standing = scene.standing(node);
    if (standing == Standing::ready) {
        choice.ready = node;
    } else if (standing == Standing::unproven) {
        if (choice.unproven == kNoNode) choice.unproven = node;
    } else if (standing == Standing::connecting) {
        choice.connecting = node;
    } else if (standing == Standing::reconnecting) {
        if (choice.reconnecting == kNoNode) choice.reconnecting = node;
    } else if (standing == Standing::slow) {
        if (choice.slow == kNoNode) choice.slow = node;
    } else if (noting) {
        note(reason_of(standing), primary ? Weight::of_primary : Weight::of_replica);
    }
}

ReadPlan::Choice ReadPlan::choose(ReadScene& scene, bool noting) {
    Choice choice;
    if (tried_count_ == kTriedMax) return choice;
    const SlotCopies copies = scene.copies(slot_);
    if (zones_ && copies.primary != kNoNode && !scene.near(copies.primary)) {
        for (const NodeId replica : copies.replicas) {
            if (scene.near(replica)) look_at(replica, false, scene, noting, choice);
        }
    }
    look_at(copies.primary, true, scene, noting, choice);
    for (const NodeId replica : copies.replicas) look_at(replica, false, scene, noting, choice);
    if (choice.ready != kNoNode && choice.slow != kNoNode) went_round_ = true;
    return choice;
}

PlanStep ReadPlan::ask(std::size_t lane, NodeId node, bool redirected, bool asking) {
    lanes_[lane] = {.node = node, .under_way = true, .redirected = redirected, .asking = asking};
    if (tried_count_ < kTriedMax && !tried(node)) tried_[tried_count_++] = node;
    ++asks_;
    return {.kind = PlanStep::Kind::ask,
            .lane = static_cast<std::uint8_t>(lane),
            .asking = asking,
            .node = node};
}

PlanStep ReadPlan::give_up() const {
    return {.kind = PlanStep::Kind::done, .state = RemoteState::unknown, .reason = reason_};
}

PlanStep ReadPlan::start(ReadScene& scene) {
    return elsewhere(0, scene);
}

// This lane's ask has come to nothing: the next copy, or what the other lane brings, or the end.
PlanStep ReadPlan::elsewhere(std::size_t lane, ReadScene& scene) {
    lanes_[lane].under_way = false;
    if (lanes_[1 - lane].under_way) return {};
    const Choice choice = choose(scene, true);
    if (choice.up() != kNoNode) return ask(lane, choice.up(), false, false);
    if (choice.connecting != kNoNode) return ask(lane, choice.connecting, false, false);
    if (choice.reconnecting != kNoNode) return ask(lane, choice.reconnecting, false, false);
    const NodeId primary = scene.copies(slot_).primary;
    const bool down = primary != kNoNode && !tried(primary) && tried_count_ < kTriedMax;
    if (down && scene.seek(primary)) return ask(lane, primary, false, false);
    return give_up();
}

PlanStep ReadPlan::value(std::size_t lane) {
    lanes_[lane].under_way = false;
    return {.kind = PlanStep::Kind::done, .state = RemoteState::hit};
}

PlanStep ReadPlan::nil(std::size_t lane, bool vouched, ReadScene& scene) {
    const Weight weight = weight_of(lanes_[lane], scene);
    if (vouched && weight == Weight::of_primary) {
        return {.kind = PlanStep::Kind::done, .state = RemoteState::miss};
    }
    note(UnknownReason::untrusted_nil, weight);
    return elsewhere(lane, scene);
}

PlanStep ReadPlan::mismatch(std::size_t lane, ReadScene& scene) {
    note(UnknownReason::mismatch, weight_of(lanes_[lane], scene));
    return elsewhere(lane, scene);
}

PlanStep ReadPlan::error(std::size_t lane, const ReplyMeaning& meaning, ReadScene& scene) {
    note(meaning.reason, weight_of(lanes_[lane], scene));
    switch (meaning.read) {
        case ReadStep::ask_other:
        case ReadStep::retry_once:  // the map may name another owner by now; else the copies
            return elsewhere(lane, scene);
        case ReadStep::follow:
        case ReadStep::follow_asking:
        case ReadStep::unknown:
            break;
    }
    lanes_[lane].under_way = false;
    return lanes_[1 - lane].under_way ? PlanStep{} : give_up();
}

PlanStep ReadPlan::redirect(std::size_t lane, const ReplyMeaning& meaning, std::optional<NodeId> to,
                            bool to_itself, ReadScene& scene) {
    const bool asking = meaning.read == ReadStep::follow_asking;
    if (!to || (to_itself && asked_afresh_)) {
        note(UnknownReason::redirected, Weight::of_primary);
        return elsewhere(lane, scene);
    }
    if (++hops_ > redirects_max_) {
        note(UnknownReason::redirected, Weight::of_primary);
        lanes_[lane].under_way = false;
        return lanes_[1 - lane].under_way ? PlanStep{} : give_up();
    }
    if (to_itself) {
        asked_afresh_ = true;
        note(UnknownReason::redirected, Weight::of_primary);
        PlanStep step = ask(lane, *to, true, asking);
        step.kind = PlanStep::Kind::ask_afresh;
        return step;
    }
    const Standing standing = scene.standing(*to);
    if (standing != Standing::down && standing != Standing::suspect && standing != Standing::full)
        return ask(lane, *to, true, asking);
    note(reason_of(standing), Weight::of_primary);
    return elsewhere(lane, scene);
}

PlanStep ReadPlan::failed(std::size_t lane, Errc why, ReadScene& scene) {
    const UnknownReason reason = reason_of(why);
    if (reason == UnknownReason::connection_lost && may_retry_lost(lanes_[lane].node)) {
        // Once more there: at once where another connection to the node is up (then what comes of
        // that is the reason), but not before the other lane's ask has come to nothing too; and
        // after all other copies where one is being opened.
        const Lane lost = lanes_[lane];
        const Standing standing = scene.standing(lost.node);
        const bool first = retried_lost_.back() == kNoNode;  // later ones as any other copy
        if (first && !lanes_[1 - lane].under_way && standing == Standing::ready) {
            return ask(lane, lost.node, lost.redirected, lost.asking);
        }
        if (standing == Standing::ready || standing == Standing::reconnecting)
            forget_trying(lost.node);
    }
    note(reason, weight_of(lanes_[lane], scene));
    return elsewhere(lane, scene);
}

PlanStep ReadPlan::late(bool hedge, ReadScene& scene) {
    const std::size_t free = lanes_[0].under_way ? 1 : 0;
    if (lanes_[free].under_way || !lanes_[1 - free].under_way) return {};
    const Choice choice = choose(scene, false);
    if (choice.ready != kNoNode) return ask(free, choice.ready, false, false);
    if (hedge) return {};
    if (choice.up() != kNoNode) return ask(free, choice.up(), false, false);
    if (choice.connecting != kNoNode) return ask(free, choice.connecting, false, false);
    if (choice.reconnecting != kNoNode) return ask(free, choice.reconnecting, false, false);
    return {};
}

PlanStep ReadPlan::over() {
    note(UnknownReason::timed_out, Weight::of_primary);
    return give_up();
}

}  // namespace aside::redis
