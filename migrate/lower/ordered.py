"""What the order of a pipeline costs: its longest chain before and after, and who waits for whom without need."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from migrate.lower.plan.arrange import Arranged
from migrate.lower.plan.graph import bits

_NAMED = 20
"""How many strangers are named."""


class Waiting(NamedTuple):
    """A job, by id, and the names of those that it waits for in vain: some, how many more, and the manual ones."""

    job: str
    strangers: tuple[str, ...]
    more: int
    gates: tuple[str, ...]


class Ordered(NamedTuple):
    """A start condition's order: the longest chain in CircleCI and here, in `unit`s, and the jobs that wait in vain."""

    where: str
    before: float
    after: float
    unit: str
    waiting: tuple[Waiting, ...]


def ordered(where: str, arranged: Arranged, *, minutes: bool) -> Ordered:
    """What the order of a start condition costs."""
    before, after = (took / 60 if minutes else took for took in arranged.times)
    return Ordered(where, before, after, "minutes" if minutes else "steps", tuple(_waiting(arranged)))


def _waiting(arranged: Arranged) -> Iterator[Waiting]:
    for one in bits(arranged.graph.everything & ~arranged.graph.idle):
        strangers, foreign = arranged.strangers(one), arranged.foreign(one)
        if strangers | foreign:
            names = tuple(arranged.jobs[other].name for other in islice(bits(strangers), _NAMED))
            gates = tuple(job.name for job in arranged.named(foreign))
            yield Waiting(arranged.jobs[one].id, names, strangers.bit_count() - len(names), gates)


__all__ = ["Ordered", "Waiting", "ordered"]
