"""What the page of the report costs: the time to write it, as a share of what the conversion takes without it.

Each round has a process of its own: what a conversion has looked up once, a second one finds faster, and whoever calls
the program has one.
"""

import argparse
import gc
import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from migrate import Source, __version__, convert
from migrate.report import html, json, markdown
from migrate.report.markup import Links
from migrate.report.summary import summarise

BOUND = 1 / 3
LARGEST = 3_000_000


def measured(path: Path) -> tuple[float, float, int]:
    """The seconds of a conversion without the page, those of the page, its bytes; all 0 if the config is refused."""
    gc.disable()  # as the program does
    source = Source(path.as_posix(), path.read_text(encoding="utf-8"))
    began = time.perf_counter()
    outcome = convert(source)
    if outcome.text is None:
        return 0, 0, 0
    summary = summarise(outcome, __version__)
    markdown.render(summary, Links(frozenset()))
    json.render(summary)
    between = time.perf_counter()
    page = html.render(summary)
    return between - began, time.perf_counter() - between, len(page.encode())


def main() -> int:
    """Measure each config that is named; 1 if a page costs or weighs too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("configs", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    failed = False
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh, max_tasks_per_child=1) as pool:
        for path in given.configs:
            rounds = [found for found in pool.map(measured, [path] * given.rounds) if found[2]]
            if not rounds:
                print(f"{path}: is refused, so that there is no page")
                continue
            share = statistics.median(page / rest for rest, page, _ in rounds)
            took = statistics.median(page for _, page, _ in rounds)
            failed |= share > BOUND or rounds[0][2] >= LARGEST
            print(
                f"{path}: the page takes {took * 1000:.0f} ms, {share:.0%} of the rest; it has {rounds[0][2]:,} bytes"
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
