"""The steps of one start condition as a graph: what each waits for, near and far.

Sets of steps are numbers with a bit for each: to compare two takes one operation and not one for each step.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from migrate.circleci.plan import Job


class Graph(NamedTuple):
    """Steps by number, in the order of the plan, and what orders them.

    `direct` are the steps that each waits for at first hand, `before` all that it waits for, as bits; `weights` how
    long each takes. Of the bits in `manual` each is started by a person; those in `idle` do nothing but wait for one.
    """

    direct: tuple[tuple[int, ...], ...]
    before: tuple[int, ...]
    weights: tuple[int, ...]
    manual: int = 0
    idle: int = 0

    @property
    def everything(self) -> int:
        """All steps, as bits."""
        return (1 << len(self.before)) - 1

    def ends(self) -> list[int]:
        """When each step ends, if it begins as soon as what it waits for has ended."""
        ends = [0] * len(self.before)
        for one in by_depth(self.before):
            ends[one] = self.weights[one] + max((ends[other] for other in self.direct[one]), default=0)
        return ends

    def through(self, some: int) -> tuple[int, ...]:
        """For each step, as bits, what it waits for only because of the steps in `some`."""
        free = [0] * len(self.before)
        for one in by_depth(self.before):
            for other in self.direct[one]:
                free[one] |= 0 if some >> other & 1 else free[other] | 1 << other
        return tuple(before & ~found for before, found in zip(self.before, free, strict=True))

    def chain(self, last: int) -> tuple[int, ...]:
        """The steps of the longest chain that ends with `last`, in their order."""
        ends, found = self.ends(), [last]
        while self.direct[found[-1]]:
            found.append(max(self.direct[found[-1]], key=lambda one: ends[one]))
        return tuple(reversed(found))

    def path(self) -> int:
        """How long the longest chain of steps takes that wait for each other."""
        return max(self.ends(), default=0)


def graph(
    direct: Sequence[Iterable[int]], weights: Sequence[int] | None = None, manual: int = 0, idle: int = 0
) -> Graph:
    """The graph of steps that wait at first hand for those in `direct`; without weights each takes one."""
    near = tuple(tuple(sorted(set(one))) for one in direct)
    before = [0] * len(near)
    for one in _after_what_they_need(near):
        for other in near[one]:
            before[one] |= before[other] | 1 << other
    return Graph(near, tuple(before), tuple(weights or (1,) * len(near)), manual, idle)


def _after_what_they_need(near: Sequence[Sequence[int]]) -> Iterator[int]:
    """All numbers, each after those that it waits for; without recursion, because chains may be long."""
    done: set[int] = set()
    begun: set[int] = set()
    for first in range(len(near)):
        waiting = [first]
        while waiting:
            one = waiting[-1]
            if one not in begun:
                begun.add(one)
                waiting += [other for other in near[one] if other not in begun]
                continue
            waiting.pop()
            if one not in done:
                done.add(one)
                yield one


def by_depth(before: Sequence[int]) -> list[int]:
    """The numbers so that each comes after those that it waits for: it waits for more than they do."""
    return sorted(range(len(before)), key=lambda one: (before[one].bit_count(), one))


def bits(of: int) -> Iterator[int]:
    """The numbers whose bits are set, from the lowest up."""
    while of:
        lowest = of & -of
        yield lowest.bit_length() - 1
        of ^= lowest


def union(numbers: Iterable[int]) -> int:
    """The numbers as bits."""
    found = 0
    for one in numbers:
        found |= 1 << one
    return found


def required(jobs: Iterable[Job]) -> dict[str, list[Job]]:
    """What each job requires of those that run with it, by id: a required job that does not run is ignored."""
    here = {(job.workflow, job.name): job for job in jobs}
    found = {}
    for job in here.values():
        others = (here.get((job.workflow, requirement.job)) for requirement in job.requires)
        found[job.id] = [other for other in others if other is not None]
    return found


def sources(jobs: Sequence[Job], steps: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """For each job, by id, the nearest jobs before it that are among `steps`.

    A required job that runs and becomes no step hands on what it requires itself.
    """
    near = required(jobs)
    found: dict[str, tuple[str, ...]] = {}
    for first in jobs:
        waiting = [first.id]
        while waiting:
            name = waiting[-1]
            through = [other.id for other in near[name] if other.id not in steps and other.id not in found]
            if through:
                waiting += through
                continue
            waiting.pop()
            handed = ((other.id,) if other.id in steps else found[other.id] for other in near[name])
            found[name] = tuple(dict.fromkeys(one for ids in handed for one in ids))
    return found
