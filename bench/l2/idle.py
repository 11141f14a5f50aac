"""What a process that nobody asks anything costs the cluster."""

import time

from served import L1_LONG, with_l2

SETTLE_SECONDS = 10
ROUNDS_A_MINUTE, NODES_A_ROUND = 3, 3


def measure_idle(cluster, args, targets):
    """Rounds of topology of an idle process, and how many nodes each asked."""
    with with_l2(cluster, args, *L1_LONG) as aside:
        time.sleep(SETTLE_SECONDS)  # the start has rounds of its own

        def counts():
            return aside.metric("aside_l2_refresh_rounds_total"), cluster.calls("cluster|slots")

        before = counts()
        time.sleep(args.idle_minutes * 60)
        rounds, asked = (now - then for now, then in zip(counts(), before))
    print(f"\nIdle for {args.idle_minutes} minutes: {rounds:.0f} rounds of topology, CLUSTER SLOTS asked {asked} times")
    targets.at_most("idle: topology rounds a minute", rounds / args.idle_minutes, ROUNDS_A_MINUTE)
    targets.at_most("idle: nodes asked in a round", asked / max(rounds, 1), NODES_A_ROUND)
