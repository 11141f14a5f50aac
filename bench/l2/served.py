"""What `aside serve` spends on an item that comes from L2, and on one that comes from L1 with an L2 behind it."""

from aside_server import ALWAYS_FRESH, AsideServer, synthetic
from load import Server, in_turns, print_table
from verdict import median, print_rounds

REFERENCES, SIZE = 5, 1024
KEYS_OF_AN_ITEM = REFERENCES + 1  # its index entry is one
ITEM = "/items/item-%d"
OBJECT = "/objects/obj-%d"
WARM_SECONDS = 3

# L1 answers nothing by itself: each key of each request is read from L2. (What it holds is what remains when L2 and the
# origin fail. With 1 MiB of memory, where it holds next to nothing, a request costs the same.)
L1_OFF = ["--l1-max-age", "0"]
# L1 does not ask again while it is measured.
L1_LONG = ["--l1-max-age", "1h"]

L2_TO_L1, WITH_L2_TO_WITHOUT = 2.5, 1.02


def database(args):
    return synthetic(args.items, REFERENCES, SIZE)


def with_l2(cluster, args, *options):
    return AsideServer(database(args), "--l2", cluster.url, *ALWAYS_FRESH, *options)


def l1_off(cluster, args):
    return with_l2(cluster, args, *L1_OFF)


def measured(aside, name, pattern):
    """On core 0; the load and Redis have the other one, as far as the system gives it to them."""
    server = Server(name, aside.pid, aside.url, pattern)
    server.pin()
    return server


def warmed(aside, args, name="item from L2"):
    """Every item is in L2 afterwards."""
    server = measured(aside, name, ITEM)
    for seed in range(2):
        server.load(WARM_SECONDS, args.connections, args.items, seed)
    server.pin()
    return server


def round_of_items(aside, server, args, number):
    def reads():
        return {tier: aside.metric("aside_reads_total", tier=tier) for tier in ("l1", "l2", "origin")}

    before = reads()
    figures = server.load(args.seconds, args.connections, args.items, number + 1)
    requests = figures["requests_per_second"] * args.seconds
    for tier, count in reads().items():
        figures[tier] = (count - before[tier]) / requests
    figures["keys_per_second"] = figures["requests_per_second"] * REFERENCES
    figures["keys_per_cpu_second"] = REFERENCES * 1e6 / figures["cpu_us"]
    return figures


def measure_items(cluster, args, targets):
    """The same item from L2, with L1 off, and from L1."""
    with l1_off(cluster, args) as off, with_l2(cluster, args, *L1_LONG) as on:
        servers = {"item from L2": (off, warmed(off, args)), "item from L1": (on, warmed(on, args))}
        rounds = {name: [] for name in servers}
        for number in range(args.rounds):
            for name, (aside, server) in servers.items():
                rounds[name].append(round_of_items(aside, server, args, number))
    print_rounds(f"GET of an item of {REFERENCES} objects of {SIZE} bytes, {args.connections} connections, one worker; reads of each tier for a request",
                 [("CPU us/req", "cpu_us", 2), ("req/s", "requests_per_second", 0), ("p50 ms", "p50_ms", 2), ("p99 ms", "p99_ms", 2),
                  ("errors", "errors", 0), ("L1 reads", "l1", 2), ("L2 reads", "l2", 2), ("origin loads", "origin", 2)], rounds)
    from_l2, from_l1 = (median(r, "cpu_us") for r in rounds.values())
    targets.at_most("item from L2 with L1 off: CPU of aside, to the same from L1", from_l2 / from_l1, L2_TO_L1)


def measure_hits(cluster, args, targets):
    """A hit of L1 with an L2 behind it, and without."""
    for what, pattern in ("object", OBJECT), ("item", ITEM):
        with AsideServer(database(args), *ALWAYS_FRESH) as without, with_l2(cluster, args, *L1_LONG) as behind:
            servers = [Server("without L2", without.pid, without.url, pattern), Server("with L2", behind.pid, behind.url, pattern)]
            in_turns(servers, 2 * args.rounds, args.seconds, args.connections, args.items)
        print_table(f"L1 hits: GET of {'an item' if what == 'item' else 'an object'}, {args.connections} connections, one worker", servers, servers[0])
        targets.at_most(f"L1 hit of an {what}: CPU with L2, to without",
                        servers[1].median("cpu_us") / servers[0].median("cpu_us"), WITH_L2_TO_WITHOUT)
