#include "redis/alarm.h"

#include <string>

namespace aside::redis {

namespace {

std::string_view event_of(ReplyError error) {
    switch (error) {
        case ReplyError::no_auth:
        case ReplyError::wrong_pass:
        case ReplyError::no_perm:
            return "l2.denied";
        case ReplyError::out_of_memory:
            return "l2.out_of_memory";
        case ReplyError::misconf:
            return "l2.misconf";
        case ReplyError::no_replicas:
            return "l2.no_replicas";
        case ReplyError::max_clients:
            return "l2.max_clients";
        case ReplyError::no_cluster:
            return "l2.no_cluster";
        default:
            return "l2.alarm";
    }
}

}  // namespace

void raise_alarm(TierState& state, runtime::Worker& worker, ReplyError error,
                 const runtime::Endpoint& node, std::string_view doing, std::string_view said) {
    state.registry
        .counter("aside_l2_alarms_total", "Answers of L2 that a person must act on",
                 {{"reason", std::string(name_of(error))}})
        .add(worker.index());
    if (state.log == nullptr) return;
    state.log->warning(event_of(error), {{"node", runtime::to_string(node)},
                                         {"reason", name_of(error)},
                                         {"doing", doing},
                                         {"said", said}});
}

}  // namespace aside::redis
