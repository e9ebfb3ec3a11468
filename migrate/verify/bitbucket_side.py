"""What Bitbucket runs on an event, by the written text alone (reference bitbucket.md, sections 1.7-1.11, 2, 3.7)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from migrate.bitbucket import globs
from migrate.bitbucket.expressions import holds
from migrate.verify.events import BRANCH, CUSTOM, PULL_REQUEST, TAG, Event, filled, variable
from migrate.verify.guards import Guard
from migrate.verify.repository import Changes
from migrate.verify.written import Decider, Line, Pipeline, Step, Written

_EVENTS = {
    BRANCH: ("repository-push",),
    TAG: ("repository-push",),
    PULL_REQUEST: ("pullrequest-push", "pullrequest-created", "pullrequest-updated"),
    CUSTOM: (),
}
_DEEPEST = 8
"""Child pipelines in child pipelines: Bitbucket allows fewer."""
Truth = bool | None


class Started(NamedTuple):
    """A pipeline that an event starts."""

    section: str
    pattern: str
    pipeline: Pipeline


class Instance(NamedTuple):
    """A step as a run has it. `before` and `gates` are sets of instances, a bit for each.

    `before` end before it begins; `gates` are manual, and it is one of them or stands behind them. A stage, or a step
    that runs another pipeline, has an instance if it is manual, which runs nothing, and is only `said` to have a name.
    `runs` None is not known.
    """

    step: Step
    runs: Truth
    before: int
    gates: int
    final: bool = False
    said: str = ""

    @property
    def title(self) -> str:
        """What a person who looks for it finds; empty for a step without a name."""
        return self.said or self.step.name


Run = tuple[Instance, ...]


class Bitbucket:
    """A written file, asked for one event after another; equal answers are made once."""

    def __init__(self, written: Written, bases: frozenset[str] = frozenset()) -> None:
        """Nothing has been asked yet; with `bases` the config compares, where it asks for changed paths."""
        self.written, self.bases = written, bases
        self._runs: dict[tuple[object, ...], Run] = {}
        self._deciders: dict[Pipeline, tuple[Decider, ...]] = {}

    def started(self, event: Event) -> tuple[Started, ...]:
        """The pipelines that an event starts."""
        return tuple(self._started(event))

    def _started(self, event: Event) -> Iterator[Started]:
        sections = self.written.sections
        section = {BRANCH: "branches", TAG: "tags", PULL_REQUEST: "pull-requests", CUSTOM: "custom"}[event.kind]
        listed = sections[section]
        if event.kind == CUSTOM:
            yield from (Started(section, name, listed[name]) for name in event.pipelines if name in listed)
            return
        pattern = globs.chosen(listed, event.name)
        if pattern is not None:
            yield Started(section, pattern, listed[pattern])
        elif event.kind == BRANCH and self.written.default:
            yield Started("default", "", self.written.default)
        read = partial(variable, event.variables)
        names: Counter[str] = Counter()
        for one in _EVENTS[event.kind]:  # each is another event: what several start does not run twice
            entries = (trigger for trigger in self.written.triggers if trigger.event == one)
            holding = (entry for entry in entries if holds(entry.condition, read, event.changed) is not False)
            names |= Counter(name for entry in holding for name in entry.pipelines)
        custom = sections["custom"]
        yield from (Started("custom", name, custom[name]) for name in names.elements() if name in custom)

    def run(self, event: Event) -> tuple[tuple[object, ...], Run]:
        """What runs, and a key that is equal for equal runs."""
        started = self.started(event)
        decided: dict[Decider, Decided] = {}
        admitted: dict[Guard, Truth] = {}
        key: list[object] = []
        for _, _, pipeline in started:
            key.append(pipeline)
            known = event.variables | (filled(pipeline.variables, event) if pipeline.variables else {})
            for decider in self.deciders(pipeline):
                decided[decider] = decide(decider, event, known, admitted if not pipeline.variables else {}, self.bases)
                key.append(decided[decider])
        found = self._runs.get(tuple(key))
        if found is None:
            found = self._runs[tuple(key)] = _Simulation(self.written, decided).of(started)
        return tuple(key), found

    def ended(self, event: Event) -> frozenset[str]:
        """The names of the steps that an event starts, as far as conditions go, and whose scripts do not go on."""
        found = set()
        for _, _, pipeline in self.started(event):
            known = event.variables | filled(pipeline.variables, event)
            for step in self.steps(pipeline):
                decided = decide(step.decider, event, known, {}, self.bases)
                if decided.conditions is not False and decided.guard is not True:
                    found.add(step.name)
        return frozenset(found)

    def steps(self, pipeline: Pipeline) -> tuple[Step, ...]:
        """The steps of a pipeline and of those that it runs."""
        return tuple(step for one in self._with_children(pipeline) for step in one.steps)

    def deciders(self, pipeline: Pipeline) -> tuple[Decider, ...]:
        """What decides in a pipeline and in those that it runs."""
        if pipeline not in self._deciders:
            found: dict[Decider, None] = {}
            for one in self._with_children(pipeline):
                found |= dict.fromkeys(line.decider for group in one.groups for line in group.lines)
                found |= dict.fromkeys(step.decider for step in one.steps)
            self._deciders[pipeline] = tuple(one for one in found if not one.is_open)
        return self._deciders[pipeline]

    def _with_children(self, pipeline: Pipeline) -> list[Pipeline]:
        found = [pipeline]
        for one in found:  # it grows while it is read
            children = (self.written.sections["custom"].get(step.child) for step in one.steps if step.child)
            found += [child for child in dict.fromkeys(children) if child and child not in found]
        return found


class Decided(NamedTuple):
    """Whether the conditions of a step hold, and whether its guard lets it go on."""

    conditions: Truth = True
    guard: Truth = True

    @property
    def runs(self) -> Truth:
        """Whether the step does its work."""
        return False if False in self else None if None in self else True


def decide(
    decider: Decider, event: Event, known: dict[str, str], admitted: dict[Guard, Truth], bases: frozenset[str]
) -> Decided:
    """What a step's conditions and its guard say of an event; what guards have said is `admitted`."""
    read = partial(variable, known)
    found = [holds(state, read, event.changed) for state in decider.states]
    if decider.include is not None:
        found.append(any(_matched(decider.include, path) for path in event.changed))
    if decider.exclude is not None:
        found.append(not event.changed or not all(_matched(decider.exclude, path) for path in event.changed))
    if decider.guard not in admitted:
        admitted[decider.guard] = decider.guard.admits(read, Changes(event.changed, bases))
    return Decided(False if False in found else None if None in found else True, admitted[decider.guard])


def _matched(patterns: Iterable[str], path: str) -> bool:
    return any(globs.matches_path(pattern, path) for pattern in patterns)


_OPEN = Decided()
_GATE = Step("", manual=True)


class _Simulation:
    """Walks the pipelines from top to bottom; a skipped step succeeds, and a manual one holds what follows."""

    def __init__(self, written: Written, decided: dict[Decider, Decided]) -> None:
        self.written, self.decided = written, decided
        self.found: list[Instance] = []

    def of(self, started: Iterable[Started]) -> Run:
        for one in started:
            self.pipeline(one.pipeline, 0, 0, 0)
        return tuple(self.found)

    def of_decider(self, decider: Decider) -> Decided:
        return self.decided.get(decider, _OPEN)

    def add(self, instance: Instance) -> int:
        self.found.append(instance)
        return 1 << (len(self.found) - 1)

    def pipeline(self, pipeline: Pipeline, before: int, gates: int, depth: int) -> tuple[int, int]:
        if depth > _DEEPEST:
            return before, gates
        for group in pipeline.groups:
            ended, held = before, gates
            for line in group.lines:
                where = (before, 0) if group.final else (before, gates)
                after, behind = self.line(line, *where, depth, final=group.final)
                ended, held = ended | after, held | behind
            before, gates = ended, held
        return before, gates

    def line(self, line: Line, before: int, gates: int, depth: int, *, final: bool) -> tuple[int, int]:
        stage = self.of_decider(line.decider).conditions
        if stage is False:
            return before, gates
        if line.manual:
            gates |= self.add(Instance(_GATE, runs=False, before=before, gates=gates, said=f"{line.name} (stage)"))
        for step in line.steps:
            decided = self.of_decider(step.decider)
            if decided.conditions is False:
                continue  # it is skipped, and nobody is asked; a guard is only read once somebody has started it
            runs = None if stage is None and decided.runs else decided.runs
            own = 1 << len(self.found) if step.manual else 0
            if step.child:
                before, gates = self.child(step, before, gates | own, depth)
                continue
            if runs is not False or own:
                before |= self.add(Instance(step, runs, before, gates | own, final))
            gates |= own
        return before, gates

    def child(self, step: Step, before: int, gates: int, depth: int) -> tuple[int, int]:
        """A step that runs another pipeline and waits for it."""
        if step.manual:
            said = f"{step.name or step.child} (pipeline)"
            self.add(Instance(_GATE, runs=False, before=before, gates=gates, said=said))
        pipeline = self.written.sections["custom"].get(step.child)
        return self.pipeline(pipeline, before, gates, depth + 1) if pipeline else (before, gates)
