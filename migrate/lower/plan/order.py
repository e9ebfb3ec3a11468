"""`requires` becomes sequence and parallel groups: a job stands behind everything that it waits for.

Bitbucket runs a list from top to bottom and knows no graph; jobs that do not wait for each other form a parallel
group, and what follows waits for all of it (reference bitbucket.md, section 3.7). Of all such lists the one is taken
in which the fewest jobs stand behind a manual step that they did not wait for; among those the shortest; among those
the one in which the fewest jobs wait for jobs that they did not require; and what may come early does.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from migrate.lower.plan.graph import Graph, bits, by_depth, graph, union
from migrate.lower.plan.ideals import cheapest
from migrate.lower.plan.slack import spread

Levels = tuple[tuple[int, ...], ...]


class Child(NamedTuple):
    """Steps that a child pipeline runs, in its own groups, while its parent goes on beside it."""

    levels: Levels


Layout = tuple[tuple[int | Child, ...], ...]
"""Groups that run one after another, of steps and of child pipelines."""


class Waits(NamedTuple):
    """What a layout makes of a graph: for each step what it waits for, as bits, and how long everything takes."""

    earlier: tuple[int, ...]
    time: int


def waits(whole: Graph, layout: Layout) -> Waits:
    """What each step waits for, and how long the layout takes, the longest of each group after the other."""
    earlier = [0] * len(whole.before)
    done = time = 0
    for group in layout:
        here = longest = 0
        for item in group:
            levels_of = item.levels if isinstance(item, Child) else ((item,),)
            inner = took = 0
            for level in levels_of:
                for one in level:
                    earlier[one] = done | inner
                inner |= union(level)
                took += max(whole.weights[one] for one in level)
            here |= inner
            longest = max(longest, took)
        done |= here
        time += longest
    return Waits(tuple(earlier), time)


def slowest(whole: Graph, layout: Layout, wanted: Iterable[int]) -> tuple[int, ...]:
    """The steps on which the time of a layout depends, the slowest of each group, of equals one that is `wanted`."""
    first = frozenset(wanted)

    def heaviest(level: Iterable[int]) -> int:
        return max(level, key=lambda one: (whole.weights[one], one in first))

    found: list[int] = []
    for group in layout:
        ways = [
            [heaviest(level) for level in (item.levels if isinstance(item, Child) else ((item,),))] for item in group
        ]
        found += max(ways, key=lambda way: (sum(whole.weights[one] for one in way), not first.isdisjoint(way)))
    return tuple(found)


@lru_cache(maxsize=256)
def levels(whole: Graph) -> Levels:
    """The steps in groups that run one after another, each step in the order of the plan.

    Small graphs are looked through, large ones get what a search within the slack of each step finds. Start
    conditions with the same graph get the same levels, so that they are kept.
    """
    found: list[tuple[int, ...]] = []
    for part in series(whole):
        chosen = tuple(bits(part))
        if len(chosen) == 1:
            found.append(chosen)
            continue
        inner = within(whole, part)
        cheap = cheapest(inner, opening=not found)
        groups = [tuple(bits(level)) for level in cheap] if cheap is not None else [tuple(g) for g in spread(inner)]
        found += [tuple(chosen[one] for one in group) for group in groups]
    return tuple(found)


def series(whole: Graph, part: int | None = None) -> Iterator[int]:
    """The parts of which each step waits for every step of the part before, as fine as they get, as bits."""
    chosen = [one for one in by_depth(whole.before) if part is None or part >> one & 1]
    common = [0] * len(chosen)
    shared = whole.everything
    for place in range(len(chosen) - 1, -1, -1):
        common[place] = shared
        shared &= whole.before[chosen[place]]
    placed = since = 0
    for place, one in enumerate(chosen):
        placed |= 1 << one
        since |= 1 << one
        if place == len(chosen) - 1 or not placed & ~common[place]:
            yield since
            since = 0


def within(whole: Graph, part: int) -> Graph:
    """The graph of some of the steps, numbered anew in the same order; what leads through others is kept."""
    chosen = list(bits(part))
    number = {one: place for place, one in enumerate(chosen)}
    if part == whole.everything:
        return whole
    near = [[number[other] for other in _near(whole, one, part)] for one in chosen]
    weights = [whole.weights[one] for one in chosen]
    manual, idle = (union(number[one] for one in bits(mask & part)) for mask in (whole.manual, whole.idle))
    return graph(near, weights, manual, idle)


def _near(whole: Graph, one: int, part: int) -> Iterator[int]:
    """The steps of the part that a step waits for: those at first hand, and what others hand on."""
    beside = [other for other in whole.direct[one] if part >> other & 1]
    yield from beside
    known = union(beside)
    for other in beside:
        known |= whole.before[other]
    yield from bits(whole.before[one] & part & ~known)


__all__ = ["Child", "Layout", "Levels", "Waits", "levels", "series", "waits", "within"]
