"""What differs between the two sides of one event: jobs, their order, and the gates before them."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from migrate.verify import bitbucket_side, circleci_side
from migrate.verify.bitbucket_side import Instance
from migrate.verify.circleci_side import Running
from migrate.verify.matching import bits, given

_SUCCESS = "success"
_MOST_ORDERS = 24
"""Ways in which the jobs of one name are given its steps, until nothing differs."""
_MOST_TOGETHER = 128
"""Ways for all names together."""


class Kind(StrEnum):
    """What differs for a job."""

    MISSING = "missing"
    """CircleCI runs it, Bitbucket does not."""
    EXTRA = "extra"
    """Bitbucket runs it unasked, CircleCI does not run it."""
    OFFERED = "offered"
    """CircleCI does not run it, Bitbucket lets a person start it."""
    ORDER = "order"
    """It does not wait for a job that it requires."""
    GATE = "gate"
    """It does not wait for an approval that it waited for, or no longer behind the same jobs."""
    HELD = "held"
    """A person must start it, or something before it, where CircleCI asked nobody."""
    STATUS = "status"
    """It runs after other ends of a job that it requires."""
    UNKNOWN = "unknown"
    """Whether it runs cannot be told."""


class Difference(NamedTuple):
    """One thing that differs; `job` is the id of a job, empty where a step is no job's, and `name` what it is called.

    `other` names the job, approval or step that it is about; `gate` is the id of the job that is held, if it is one's.
    """

    kind: Kind
    job: str
    name: str
    other: str = ""
    gate: str = ""


class State(StrEnum):
    """What becomes of a job on an event."""

    RUNS = "runs"
    ASKS = "asks"
    """It runs once a person, or a failure, lets it."""
    NOT = "not"


class Compared(NamedTuple):
    """The states of jobs by their ids, on both sides, for those that run on one; and what differs."""

    before: Mapping[str, State]
    after: Mapping[str, State]
    differences: tuple[Difference, ...]


class Names(NamedTuple):
    """How jobs and steps find each other: the ids of the jobs by the name of their steps, and what was added.

    `excused` are the ids of jobs of which a note says that they are left out: if of several jobs of one name some
    have no step, it is these; and if one has a manual step, it is one of those that are `held`.
    """

    jobs: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    added: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    def title(self, running: Running) -> str:
        """The name of a job's step."""
        return self.titles.get(running.job.name, running.job.name)


def compare(before: circleci_side.Run, after: bitbucket_side.Run, names: Names) -> Compared:
    """Hold the two sides of an event against each other."""
    best = _Comparison(before, after, names, {})
    for order in _orders(best):
        other = _Comparison(before, after, names, order)
        best = min(best, other, key=lambda one: one.weight)
        if not best.found:
            break
    return Compared(best.states_before(), best.states_after(), best.found)


def _orders(first: "_Comparison") -> Iterator[dict[str, list[str]]]:
    """Other ways to give the jobs of one name its steps, if something differs: by workflow, then all of them."""
    shared = first.shared if first.found else {}
    homes = list(dict.fromkeys(job.partition("/")[0] for jobs in shared.values() for job in jobs))
    for ranked in islice(itertools.permutations(homes), 1, _MOST_ORDERS):
        rank = {home: place for place, home in enumerate(ranked)}
        key = {
            job: (job in first.names.excused, rank[job.partition("/")[0]]) for jobs in shared.values() for job in jobs
        }
        yield {name: sorted(jobs, key=key.__getitem__) for name, jobs in shared.items()}
    each = [list(islice(itertools.permutations(jobs), _MOST_ORDERS)) for jobs in shared.values()]
    for chosen in islice(itertools.product(*each), 1, _MOST_TOGETHER):
        yield {name: list(jobs) for name, jobs in zip(shared, chosen, strict=True)}


class _Comparison:
    """The two runs with each job's step; all that is found out is kept by the ids of jobs and the places of steps.

    `shared` are the ids of the jobs whose steps have one name, in the order in which they take them; filled where it
    is not. `ready` are the steps that must have ended before a job begins, `gates` the approvals that it waits for,
    itself or through others, and `near` those that no step stands between.
    """

    def __init__(
        self, before: circleci_side.Run, after: bitbucket_side.Run, names: Names, shared: dict[str, list[str]]
    ) -> None:
        self.before, self.after, self.names, self.shared = before, after, names, shared
        self.steps: dict[str, int] = {}
        self.owners: dict[int, str] = {}
        self.approvals: list[Running] = []
        self.ready: dict[str, int] = {}
        self.gates: dict[str, int] = {}
        self.near: dict[str, int] = {}
        self.kept: dict[tuple[int, int], tuple[int, ...]] = {}
        self.match()
        self.close()
        self.found = tuple(dict.fromkeys(self.differences()))

    @property
    def weight(self) -> tuple[int, int]:
        """How bad it is: to wait too long, as all do behind strangers, is better than to run too soon."""
        told = (one.kind is Kind.HELD and (one.gate != one.job or one.job in self.names.held) for one in self.found)
        return sum(not one for one in told), len(self.found)

    def match(self) -> None:
        """Give each job that runs its step; where several have one name, those with the fewest before them first."""
        there: dict[str, list[int]] = defaultdict(list)
        for place, instance in enumerate(self.after):
            if instance.step.name and instance.runs is not False:
                there[instance.step.name].append(place)
        depths: dict[str, int] = {}
        by_name: dict[str, list[str]] = defaultdict(list)
        for running in self.before:
            before = (depths[other.job.id] + other.job.runs for other, _ in running.requires)
            depths[running.job.id] = max(before, default=0)
            if running.job.runs:
                by_name[self.names.title(running)].append(running.job.id)
        for name, jobs in by_name.items():
            if len(jobs) > 1 and name not in self.shared:
                self.shared[name] = sorted(jobs, key=lambda job: (job in self.names.excused, depths[job]))
            places = there[name]
            if len(places) > len(jobs) and not self.names.held.intersection(jobs):
                places.sort(key=lambda place: self.after[place].step.manual)  # those that are held are others'
            for job, place in zip(self.shared.get(name, jobs), places, strict=False):
                self.steps[job] = place
                self.owners[place] = job

    def close(self) -> None:
        """What each job waits for; jobs come after those that they require."""
        numbers: dict[str, int] = {}
        for running in self.before:
            id_ = running.job.id
            self.ready[id_] = self.gates[id_] = self.near[id_] = 0
            for other, _ in running.requires:
                name = other.job.id
                place, number = self.steps.get(name), numbers.get(name)
                own = 0 if number is None else 1 << number
                self.ready[id_] |= self.ready[name] if place is None else 1 << place
                self.near[id_] |= (self.near[name] | own) if place is None else 0
                self.gates[id_] |= self.gates[name] | own
            if running.job.type == "approval":
                numbers[id_] = len(self.approvals)
                self.approvals.append(running)

    def differences(self) -> Iterator[Difference]:
        for running in self.before:
            if running.job.runs:
                yield from self.of_job(running)
        yield from self.of_strangers()

    def of_job(self, running: Running) -> Iterator[Difference]:
        id_, name = running.job.id, running.job.name
        place = self.steps.get(id_)
        if place is None:
            yield Difference(Kind.UNKNOWN if running.runs is None else Kind.MISSING, id_, name)
            return
        step = self.after[place]
        if step.runs is None or running.runs is None:
            yield Difference(Kind.UNKNOWN, id_, name)
        for lost in bits(self.ready[id_] & ~step.before):
            yield Difference(Kind.ORDER, id_, name, self.after[lost].step.name)
        for number in self.lost(self.gates[id_], step.gates):
            yield Difference(Kind.GATE, id_, name, self.approvals[number].job.name)
        if running.after_failure:
            yield from self.after_failure(running, step)
            return
        yield from self.held(running, step)
        yield from self.statuses(running, step)

    def after_failure(self, running: Running, step: Instance) -> Iterator[Difference]:
        """What only runs if something has not succeeded: no place of a step says that."""
        id_, name = running.job.id, running.job.name
        if step.final:
            yield Difference(Kind.STATUS, id_, name, ", ".join(other.job.name for other, _ in running.requires))
        elif step.gates:
            # Where approvals account for all gates, the last one still lets it run after success.
            yield from tuple(self.held(running, step)) or (self.behind(running, step.gates.bit_length() - 1),)
        else:
            yield Difference(Kind.EXTRA, id_, name)

    def behind(self, running: Running, gate: int) -> Difference:
        """A job that waits for a manual step, of which it is told whose it is if only one job can have it."""
        step = self.after[gate]
        idle = [job for job in self.names.jobs.get(step.step.name, ()) if job not in self.steps]
        known = self.owners.get(gate) or (idle[0] if len(idle) == 1 else "")
        return Difference(Kind.HELD, running.job.id, running.job.name, step.title, known)

    def lost(self, approvals: int, gates: int) -> tuple[int, ...]:
        """The approvals for which there is no gate of their own, which stands behind all that they stood behind."""
        if (approvals, gates) not in self.kept:
            wanted = [self.ready[self.approvals[number].job.id] for number in bits(approvals)]
            fitting = [[gate for gate in bits(gates) if not one & ~self.after[gate].before] for one in wanted]
            taken: dict[int, int] = {}
            found = [number for place, number in enumerate(bits(approvals)) if not given(place, fitting, taken, set())]
            self.kept[approvals, gates] = tuple(found)
        return self.kept[approvals, gates]

    def held(self, running: Running, step: Instance) -> Iterator[Difference]:
        waits = self.gates[running.job.id]
        left = waits.bit_count()
        for gate in bits(step.gates):
            owner = self.owners.get(gate)
            name = self.after[gate].step.name
            accounted = self.near[owner] & waits if owner else waits and name not in self.names.jobs
            left -= bool(accounted)
            if not accounted or left < 0:
                yield self.behind(running, gate)

    def statuses(self, running: Running, step: Instance) -> Iterator[Difference]:
        for other, statuses in running.requires:
            place = self.steps.get(other.job.id)
            if place is None:
                continue
            ignored = self.after[place].step.ignores_failure
            only = statuses == (_SUCCESS,)
            if (only and ignored) or (not only and not ignored and not step.final):
                yield Difference(Kind.STATUS, running.job.id, running.job.name, other.job.name)

    def of_strangers(self) -> Iterator[Difference]:
        for place, job in self.unowned():
            instance = self.after[place]
            kind = Kind.UNKNOWN if instance.runs is None else Kind.OFFERED if instance.gates else Kind.EXTRA
            yield Difference(kind, job, instance.step.name)

    def unowned(self) -> Iterator[tuple[int, str]]:
        """The steps that no job runs here, each with a job of its name, if there is one."""
        for place, instance in enumerate(self.after):
            name = instance.step.name
            if place in self.owners or not name or instance.runs is False or name in self.names.added:
                continue
            jobs = self.names.jobs.get(name, ())
            idle = sorted((job for job in jobs if job not in self.steps), key=lambda job: job not in self.names.held)
            if jobs or instance.step.works:
                yield place, next(iter(idle or jobs), "")

    def states_before(self) -> dict[str, State]:
        return {
            one.job.id: State.ASKS if self.gates[one.job.id] or one.after_failure else State.RUNS
            for one in self.before
            if one.job.runs
        }

    def states_after(self) -> dict[str, State]:
        found = [*((place, job) for job, place in self.steps.items()), *self.unowned()]
        return {job: State.ASKS if self.after[place].gates else State.RUNS for place, job in found if job}
