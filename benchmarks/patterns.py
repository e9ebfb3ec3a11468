"""How long it takes to say regular expressions of filters in globs, the worst that there are among them."""

import time

from migrate.circleci.automata import examples
from migrate.lower.names.covers import cover

BOUND = 100
"""Milliseconds for one pattern."""

PATTERNS = (
    *("main", "release/.*", "(feature|fix|chore)/.+", "docs?/.*", ".*-rc[0-9]+", "v.*-.*", r".*\bci\b.*"),
    *(r"v?[0-9]+\.[0-9]+\.[0-9]+", r"v[0-9]+(\.[0-9]+){2}(-(alpha|beta|rc)\.[0-9]+)?", "(a|b|c|d)(e|f|g|h)/.*"),
    "(.*a.{12}|.*b.{12})",
)


def milliseconds(pattern: str) -> float:
    """The least of three times, nothing of it known before."""
    found = []
    for _ in range(3):
        cover.cache_clear()
        examples.cache_clear()
        began = time.perf_counter()
        cover(pattern)
        found.append((time.perf_counter() - began) * 1000)
    return min(found)


def main() -> None:
    """Print a line for each pattern, and whether all keep the bound."""
    cover("a")  # what loads when it is first used
    times = {pattern: milliseconds(pattern) for pattern in PATTERNS}
    for pattern, took in times.items():
        found = cover(pattern)
        print(f"{took:7.1f} ms  {'exact' if found.exact else '     '}  {pattern:55} {' '.join(found.globs)}")
    worst = max(times.values())
    print(f"{worst:7.1f} ms  the longest; at most {BOUND} ms is wanted")


if __name__ == "__main__":
    main()
