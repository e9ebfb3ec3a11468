"""The best levels of a small graph, found by looking at all that may be the best.

A graph is cut from the front: what has been placed so far is an order ideal (with each step all that it waits for),
and the next level is some of the steps that then wait for nothing. What a level costs depends on the ideal alone, so
the cheapest levels are a shortest way through the ideals; it is looked for with a bound from below (A*).
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from migrate.lower.plan.graph import Graph, bits, by_depth, union

_LARGEST = 40
"""More steps than this are not looked through."""
_MOST = 2000
"""How many levels are tried before the search is given up: about 10 ms."""
_FIELD = 40
"""How many bits each of the parts of a cost has: they are compared one after another, and added all at once."""


class Cost(NamedTuple):
    """What levels cost, the worst first.

    `gates` counts the pairs of a job and a manual step that it did not wait for and now does, `time` is the sum of
    the longest of each level, `strangers` counts the pairs of jobs of which one waits for the other without need,
    `late` is how many levels the steps stand behind the first, all together, and more than that for a manual step in
    the first level of a pipeline, which needs a step of its own before it.
    """

    gates: int
    time: int
    strangers: int
    late: int

    @property
    def packed(self) -> int:
        """One number that compares and adds like the four."""
        return ((self.gates << _FIELD | self.time) << _FIELD | self.strangers) << _FIELD | self.late


class Block(NamedTuple):
    """What the search asks of a graph: for each step what waits for it, and how long it takes to the end from there.

    The whole is `opening` if its first level is a pipeline's first, where no manual step may stand.
    """

    graph: Graph
    after: tuple[int, ...]
    tail: tuple[int, ...]
    opening: bool

    def vain(self, rest: int, level: int) -> tuple[int, int]:
        """How many pairs of a manual step of a level and a job behind it, and of two jobs, are there for nothing."""
        gates = strangers = 0
        jobs = rest & ~self.graph.idle
        for one in bits(level):
            pairs = (jobs & ~self.after[one]).bit_count()
            gates += pairs if self.graph.manual >> one & 1 else 0
            strangers += 0 if self.graph.idle >> one & 1 else pairs
        return gates, strangers

    def opens(self, rest: int, level: int) -> bool:
        """Whether a level with a manual step would be the first of a pipeline."""
        return self.opening and rest | level == self.graph.everything and bool(level & self.graph.manual)

    def step(self, rest: int, level: int) -> int:
        """The cost of a level behind which the `rest` stands; what the rest waits for in vain is paid at once."""
        gates, strangers = self.vain(rest, level)
        time = max(self.graph.weights[one] for one in bits(level))
        late = len(self.after) ** 2 if self.opens(rest, level) else 0
        return Cost(gates, time, strangers, late + rest.bit_count()).packed

    def bound(self, rest: int) -> int:
        """What the rest costs at least."""
        return Cost(0, max((self.tail[one] for one in bits(rest)), default=0), 0, 0).packed

    def free(self, rest: int) -> list[int]:
        """The steps of the rest that wait for nothing in it."""
        return [one for one in bits(rest) if not self.graph.before[one] & rest]

    def next_levels(self, rest: int) -> list[int]:
        """What may be the next level.

        If all that wait for nothing can stand together and nobody behind them minds, they do. Steps that are alike
        (the same wait for them, they take the same time) are taken in the order of the plan.
        """
        free = self.free(rest)
        together = union(free)
        left = rest & ~together
        if self.vain(left, together) == (0, 0) and not self.opens(left, together):
            return [together]
        alike: dict[tuple[int, int, int, int], list[int]] = {}
        for one in free:
            marks = self.graph.manual >> one & 1, self.graph.idle >> one & 1
            alike.setdefault((self.after[one], self.graph.weights[one], *marks), []).append(one)
        found = [0]
        for group in alike.values():
            parts = [union(group[:count]) for count in range(len(group) + 1)]
            if len(found) * len(parts) > _MOST:
                return []
            found = [level | part for level in found for part in parts]
        return found[1:]


def block(graph: Graph, *, opening: bool = False) -> Block:
    """The graph, with what the search asks of it."""
    after = [0] * len(graph.before)
    tail = list(graph.weights)
    for one in reversed(by_depth(graph.before)):
        for other in graph.direct[one]:
            after[other] |= after[one] | 1 << one
            tail[other] = max(tail[other], graph.weights[other] + tail[one])
    return Block(graph, tuple(after), tuple(tail), opening)


def cheapest(graph: Graph, *, opening: bool = False) -> tuple[int, ...] | None:
    """The levels that cost least, as bits; None if there is too much to look at. `opening` is as for a block."""
    if len(graph.before) > _LARGEST:
        return None
    search = block(graph, opening=opening)
    start = graph.everything
    known: dict[int, int] = {start: 0}
    came: dict[int, tuple[int, int]] = {}
    queue = [(search.bound(start), 0, start)]
    tried = 0
    while queue:
        _, cost, rest = heappop(queue)
        if not rest:
            return tuple(_way(came))
        if cost > known[rest]:
            continue
        levels = search.next_levels(rest)
        tried += len(levels)
        if not levels or tried > _MOST:
            return None
        for level in levels:
            left = rest & ~level
            new = cost + search.step(left, level)
            if left not in known or new < known[left]:
                known[left] = new
                came[left] = (rest, level)
                heappush(queue, (new + search.bound(left), new, left))
    return ()


def _way(came: dict[int, tuple[int, int]]) -> Iterator[int]:
    levels: list[int] = []
    rest = 0
    while rest in came:
        rest, level = came[rest]
        levels.append(level)
    yield from reversed(levels)
