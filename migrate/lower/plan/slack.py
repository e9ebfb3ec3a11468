"""Good levels of a graph that is too large for looking at all: each step as early as may be, then moved if that helps.

Of two jobs on different levels of which neither waits for the other, the later one waits for the earlier in vain. How
many such pairs there are depends on the sizes of the levels alone: the more jobs stand together, the fewer.
"""

from collections import Counter

from migrate.lower.plan.graph import Graph, bits, by_depth

_PASSES = 8
"""How often all steps are looked at again; each time takes a few milliseconds for a thousand steps."""


def spread(graph: Graph) -> list[list[int]]:
    """The levels: in as many as the longest chain has, and no job behind a gate that it could stand before."""
    early = _early(graph)
    found = [_moved(graph, early)]
    if not graph.manual:
        found.append(_moved(graph, _late(graph, early)))
    return min(map(_levels, found), key=lambda levels: _price(graph, levels))


def _early(graph: Graph) -> list[int]:
    """The earliest level of each step; a manual step is late enough for all that waits for fewer gates than it lets go.

    Steps are placed gate by gate: first those behind none, then the gates that they can stand before, and so on.
    """
    gates = [0] * len(graph.before)
    order = by_depth(graph.before)
    for one in order:
        gates[one] = max((gates[p] + (graph.manual >> p & 1) for p in graph.direct[one]), default=0)
    level = [0] * len(graph.before)
    floor = 0
    for one in sorted(order, key=lambda one: (gates[one], graph.manual >> one & 1)):
        level[one] = max((level[p] + 1 for p in graph.direct[one]), default=0)
        if graph.manual >> one & 1:
            level[one] = max(level[one], floor)
        else:
            floor = max(floor, level[one])
    return level


def _late(graph: Graph, early: list[int]) -> list[int]:
    """The latest level of each step, with as many levels as before."""
    late = [max(early)] * len(early)
    for one in reversed(by_depth(graph.before)):
        for other in graph.direct[one]:
            late[other] = min(late[other], late[one] - 1)
    return late


def _moved(graph: Graph, level: list[int]) -> list[int]:
    """The levels after each step was moved to the fullest level that it can go to, as long as that helps.

    A step stays behind what it waits for and before what waits for it, and comes behind no further gate.
    """
    level = list(level)
    counts = Counter(level)
    size = [counts[place] for place in range(max(level, default=0) + 1)]
    longest = [0] * len(size)
    waiting: list[list[int]] = [[] for _ in level]
    for one, others in enumerate(graph.direct):
        longest[level[one]] = max(longest[level[one]], graph.weights[one])
        for other in others:
            waiting[other].append(one)
    walls = sorted({level[one] for one in bits(graph.manual)})
    for _ in range(_PASSES):
        before = tuple(level)
        for one in bits(graph.everything & ~graph.manual):
            now = level[one]
            first = max((level[other] + 1 for other in graph.direct[one]), default=0)
            last = min((level[other] - 1 for other in waiting[one]), default=len(size) - 1)
            last = next((place for place in walls if now <= place < last), last)
            fullest = max(range(first, last + 1), key=size.__getitem__)
            if fullest != now and size[fullest] >= size[now] and graph.weights[one] <= longest[fullest]:
                level[one] = fullest
                size[now] -= 1
                size[fullest] += 1
        if before == tuple(level):
            break
    return level


def _levels(level: list[int]) -> list[list[int]]:
    groups: list[list[int]] = [[] for _ in range(max(level, default=-1) + 1)]
    for one, place in enumerate(level):
        groups[place].append(one)
    return [group for group in groups if group]


def _price(graph: Graph, levels: list[list[int]]) -> tuple[int, int, int]:
    time = sum(max(graph.weights[one] for one in group) for group in levels)
    together = sum(len(group) * (len(group) - 1) for group in levels)
    return time, -together, sum(place * len(group) for place, group in enumerate(levels))


__all__ = ["spread"]
