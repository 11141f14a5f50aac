"""Rows of figures with what they should be."""

import statistics


class Targets:
    """Figures that must be at most, or at least, so much; printed when all are known."""

    def __init__(self):
        self.rows = []

    def at_most(self, what, value, limit):
        self.rows.append((what, "at most", limit, value, value <= limit))

    def at_least(self, what, value, limit):
        self.rows.append((what, "at least", limit, value, value >= limit))

    def print(self):
        print(f"\n{'target':<64}{'':>9}{'limit':>8}{'measured':>10}")
        for what, word, limit, value, met in self.rows:
            print(f"{what:<64}{word:>9}{limit:>8.2f}{value:>10.2f}  {'pass' if met else 'MISS'}", flush=True)

    def met(self):
        return all(met for *_, met in self.rows)


def median(rounds, figure):
    return statistics.median(figures[figure] for figures in rounds)


def print_rounds(title, columns, servers):
    """`columns`: (heading, figure, digits); `servers`: name -> rounds. Medians."""
    print(f"\n{title}\n\n{'':<28}" + "".join(f"{heading:>16}" for heading, _, _ in columns))
    for name, rounds in servers.items():
        print(f"{name:<28}" + "".join(f"{median(rounds, figure):>16.{digits}f}" for _, figure, digits in columns), flush=True)
