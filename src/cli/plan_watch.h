// `aside plan --watch`: the shards wanted, as a metric that an autoscaler can follow.
//
//   aside_shards_wanted           with hysteresis (sizing/shard_wish.h)
//   aside_shards_needed{wall}     for what is asked now, by memory, network, commands
//   aside_shards                  that there are, as the servers' maps of L2 or --shards say
//   aside_watch_up                1 while the last look at the servers went well
//
// Thread rule: blocks until SIGINT or SIGTERM. Errors: those of the flags and of listening; a
// server that does not answer is told once, and the wish stays as it is.
#pragma once

#include "cli/plan_options.h"
#include "cli/session.h"
#include "sizing/price_list.h"

namespace aside::cli {

// Its exit code.
int watch_shards(const PlanFlags& flags, const PlanTimes& times,
                 const sizing::Assumptions& assumptions, const sizing::PriceList& prices,
                 const Session& session);

}  // namespace aside::cli
