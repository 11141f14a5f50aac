// What a person must act on: a right that is missing, a server out of memory. One log line an event
// (the logger bounds how often) and aside_l2_alarms_total{reason}.
//
// Thread rule: on the worker given. No password, key or value is ever part of it.
#pragma once

#include <string_view>

#include "redis/protocol/reply_meaning.h"
#include "redis/tier_state.h"

namespace aside::redis {

// `doing`: what Aside asked for ("CLUSTER SLOTS"); `said`: the server's words.
void raise_alarm(TierState& state, runtime::Worker& worker, ReplyError error,
                 const runtime::Endpoint& node, std::string_view doing, std::string_view said);

}  // namespace aside::redis
