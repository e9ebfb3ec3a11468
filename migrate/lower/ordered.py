"""What the order of a pipeline costs: its longest chain before and after, and who waits for whom without need."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from migrate.lower.plan.arrange import Arranged
from migrate.lower.plan.graph import bits
from migrate.lower.plan.order import slowest

_NAMED = 20
"""How many strangers are named."""


class Waiting(NamedTuple):
    """A job, by id, and the names of those that it waits for in vain: some, how many more, and the manual ones."""

    job: str
    strangers: tuple[str, ...]
    more: int
    gates: tuple[str, ...]


class Ordered(NamedTuple):
    """A start condition's order: the longest chain in CircleCI and here, in `unit`s, and the jobs that wait in vain.

    `chain` are the ids of CircleCI's, `slowest` those of the jobs on which the time depends here, one after the other.
    """

    where: str
    before: float
    after: float
    unit: str
    waiting: tuple[Waiting, ...]
    chain: tuple[str, ...] = ()
    slowest: tuple[str, ...] = ()


def ordered(where: str, arranged: Arranged, *, minutes: bool) -> Ordered:
    """What the order of a start condition costs."""
    before, after = (took / 60 if minutes else took for took in arranged.times)
    unit = "minutes" if minutes else "steps"
    return Ordered(where, before, after, unit, tuple(_waiting(arranged)), *_chains(arranged))


def _chains(arranged: Arranged) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the jobs of the longest chain in CircleCI, and of those on which the time depends here."""
    graph, final = arranged.graph, arranged.final
    ends = graph.ends()
    chain = graph.chain(max(range(len(ends)), key=lambda one: ends[one])) if ends else ()
    slow = slowest(graph, arranged.layout, chain)
    last = (final[0].id,) if final else ()
    tail: tuple[str, ...] = ()
    if arranged.ending:
        latest = max(arranged.ending, key=lambda one: ends[one])
        took = arranged.times[1] - arranged.waits.time
        if ends[latest] + took == arranged.times[0]:
            chain, tail = graph.chain(latest), last
    found, slowed = (tuple(arranged.jobs[one].id for one in some) for some in (chain, slow))
    return (*found, *tail), (*slowed, *last)


def _waiting(arranged: Arranged) -> Iterator[Waiting]:
    for one in bits(arranged.graph.everything & ~arranged.graph.idle):
        strangers, foreign = arranged.strangers(one), arranged.foreign(one)
        if strangers | foreign:
            names = tuple(arranged.jobs[other].name for other in islice(bits(strangers), _NAMED))
            gates = tuple(job.name for job in arranged.named(foreign))
            yield Waiting(arranged.jobs[one].id, names, strangers.bit_count() - len(names), gates)


__all__ = ["Ordered", "Waiting", "ordered"]
