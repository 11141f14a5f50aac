#!/usr/bin/env python3
"""Miss ratios of the store on every trace of a folder, at 0.1, 1, 5, 10 and 20 % of its objects, as one table.

usage: replay_table.py DIR [--binary build/release/aside] [--only TRACE] [--jobs 2]

DIR holds *.csv.zst traces. With DIR/reference_missratio.csv (trace, unique_objects, cache_objects, s3fifo_t2, wtinylfu_1pct, ...)
each cell stands beside the better of S3-FIFO and W-TinyLFU, and the exit code is 1 when the mean is above MEAN_LIMIT or a cell is worse than
that better one by more than CELL_LIMIT points.
"""

import argparse
import csv
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SHARES = (0.001, 0.01, 0.05, 0.10, 0.20)
MIN_OBJECTS = 10
MEAN_LIMIT = 0.607
CELL_LIMIT = 6.0  # points
SUFFIX = ".csv.zst"


@dataclass
class Cell:
    trace: Path
    share: float
    objects: int
    s3fifo: float | None = None
    wtinylfu: float | None = None
    ours: float | None = None

    @property
    def name(self) -> str:
        return self.trace.name.removesuffix(SUFFIX)

    @property
    def better(self) -> float | None:
        return None if self.s3fifo is None else min(self.s3fifo, self.wtinylfu)

    @property
    def excess(self) -> float | None:
        return None if self.better is None else (self.ours - self.better) * 100


def count_objects(trace: Path) -> int:
    with subprocess.Popen(["zstd", "-dc", trace], stdout=subprocess.PIPE) as unpacked:
        return len({line.split(b",", 2)[1] for line in unpacked.stdout}) - 1  # the header's "key"


def read_reference(folder: Path) -> dict[tuple[str, int], dict[str, str]]:
    path = folder / "reference_missratio.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["trace"], int(row["cache_objects"])): row for row in csv.DictReader(file)}


def cells_of(trace: Path, reference: dict) -> list[Cell]:
    name = trace.name.removesuffix(SUFFIX)
    unique = next((int(row["unique_objects"]) for key, row in reference.items() if key[0] == name), None)
    if unique is None:
        unique = count_objects(trace)
    cells = []
    for share in SHARES:
        cell = Cell(trace, share, int(unique * share + 0.5))
        row = reference.get((name, cell.objects))
        if row is not None:
            cell.s3fifo, cell.wtinylfu = float(row["s3fifo_t2"]), float(row["wtinylfu_1pct"])
        if cell.objects >= MIN_OBJECTS:
            cells.append(cell)
    return cells


def replay(binary: Path, cell: Cell) -> None:
    command = [binary, "replay", cell.trace, "--entries", str(cell.objects), "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise SystemExit(f"replay_table: {' '.join(map(str, command))}: {answer.stderr.strip()}")
    cell.ours = json.loads(answer.stdout)["miss_ratio"]


def number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def print_table(cells: list[Cell]) -> None:
    print(f"{'trace':<26} {'objects':>8} {'share':>7} {'ours':>7} {'S3-FIFO':>8} {'W-TLFU':>7} {'better':>7} {'excess':>7}")
    for cell in cells:
        print(
            f"{cell.name:<26} {cell.objects:>8} {cell.share:>7.1%} {cell.ours:>7.4f} {number(cell.s3fifo, '.4f'):>8} "
            f"{number(cell.wtinylfu, '.4f'):>7} {number(cell.better, '.4f'):>7} {number(cell.excess, '+.2f'):>7}"
        )


def judge(cells: list[Cell]) -> bool:
    """Prints the mean and the worst cell; true when both are within their limits."""
    mean = sum(cell.ours for cell in cells) / len(cells)
    compared = [cell for cell in cells if cell.better is not None]
    print(f"\nmean of {len(cells)} cells: {mean:.4f}")
    if not compared:
        return True
    better = sum(cell.better for cell in compared) / len(compared)
    worst = max(compared, key=lambda cell: cell.excess)
    print(f"mean of the better of S3-FIFO and W-TinyLFU in {len(compared)} cells: {better:.4f}")
    print(f"worst cell: {worst.name} at {worst.objects}, {worst.excess:+.2f} points")
    if len(compared) != len(cells):
        return worst.excess <= CELL_LIMIT
    print(f"limits: mean {MEAN_LIMIT}, worst cell {CELL_LIMIT:+.2f} points")
    return mean <= MEAN_LIMIT and worst.excess <= CELL_LIMIT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--binary", type=Path, default=Path("build/release/aside"))
    parser.add_argument("--only", help="one trace, by name")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    traces = sorted(options.folder.glob(f"*{SUFFIX}"))
    if options.only:
        traces = [trace for trace in traces if trace.name == options.only + SUFFIX]
    if not traces:
        parser.error(f"no {SUFFIX} traces in {options.folder}")
    reference = read_reference(options.folder)
    cells = [cell for trace in traces for cell in cells_of(trace, reference)]
    if not cells:
        parser.error(f"no trace has {MIN_OBJECTS} objects at any share")

    started = time.monotonic()
    longest_first = sorted(cells, key=lambda cell: cell.trace.stat().st_size, reverse=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        for _ in pool.map(lambda cell: replay(options.binary, cell), longest_first):
            pass
    print_table(cells)
    within = judge(cells)
    print(f"{time.monotonic() - started:.0f} s")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
