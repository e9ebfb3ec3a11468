"""Which jobs run for which names (reference circleci.md, section 3.1).

Names that no filter tells apart are one class, and an example of each is enough: what runs for it runs for the others.
A job whose required jobs are all filtered out does not run either; one of whose required jobs some run waits for those.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.circleci.automata import TooMuch, examples
from migrate.circleci.conditions import All, Any, Condition, Constant, Not, Subject, Test, tests
from migrate.circleci.facts import compare
from migrate.circleci.filters import BRANCH, TAG, Filters, Pattern
from migrate.circleci.plan import Job, Workflow
from migrate.lower.names.covers import ALL, ANYTHING, Cover, cover, escaped, pattern_of

Row = tuple[bool | None, ...]
"""Whether a job runs, for each of the names; None where the name alone does not say."""

_NOTHING = r"[^\s\S]"
"""A pattern that nothing matches."""
SUBJECTS = {"branch": BRANCH, "tag": TAG}


class Running(NamedTuple):
    """What runs for pushes of one `kind`: `names` has one name of each class, `rows` has a row for each job, by id.

    `globs` are what the filters come to as globs, literal names first; those of `exact` are just what a filter admits.
    `opaque` are the patterns that are too large to be compared with others.
    """

    kind: str
    names: tuple[str, ...]
    rows: dict[str, Row]
    globs: tuple[str, ...]
    exact: frozenset[str]
    opaque: frozenset[str]

    @property
    def subject(self) -> str:
        """What the names are called in conditions."""
        return SUBJECTS[self.kind]

    @property
    def subjects(self) -> frozenset[str]:
        """What is known for each of the names."""
        return frozenset({self.subject})

    def at(self, condition: Condition, place: int) -> bool | None:
        """Whether a condition holds for one of the names."""
        return self.holds(condition, self.names[place])

    def holds(self, condition: Condition, name: str) -> bool | None:
        """Whether a condition holds where `name` was pushed; None where that is not known."""
        match condition:
            case Constant(holds):
                return holds
            case Test():
                return self._tested(condition, name)
            case Not(inner):
                found = self.holds(inner, name)
                return None if found is None else not found
            case All(parts):
                return every(self.holds(part, name) for part in parts)
            case Any(parts):
                return some(self.holds(part, name) for part in parts)

    def _tested(self, test: Test, name: str) -> bool | None:
        if test.subject in {BRANCH, TAG} and test.subject != self.subject:
            return False  # it is null, and no test of null holds
        if test.subject != self.subject or isinstance(test.value, Subject):
            return None
        if test.operator == "matches" and test.value in self.opaque:
            return None
        return compare(name, test.operator, test.value)


class Both(NamedTuple):
    """What runs for pushes of both kinds: the names of the branches, then those of the tags."""

    branch: Running
    tag: Running

    @property
    def rows(self) -> dict[str, Row]:
        """For each job, by id, whether it runs for each name."""
        return {job: row + self.tag.rows[job] for job, row in self.branch.rows.items()}

    @property
    def subjects(self) -> frozenset[str]:
        """What is known for each of the names."""
        return self.branch.subjects | self.tag.subjects

    @property
    def spelled(self) -> tuple[bool, ...]:
        """For each name, whether a filter spells it out."""
        return tuple(name in kind.globs for kind in self for name in kind.names)

    def at(self, condition: Condition, place: int) -> bool | None:
        """Whether a condition holds for one of the names."""
        branches = len(self.branch.names)
        return self.branch.at(condition, place) if place < branches else self.tag.at(condition, place - branches)


def running(workflows: Iterable[Workflow], kind: str, also: Iterable[str] = ()) -> Running:
    """What runs for the pushes of a kind; `also` are names that count as spelled."""
    listed = tuple(workflows)
    admitted = {job.filters: job.filters.admitted for workflow in listed for job in workflow.jobs}
    asked = {t: None for each in admitted.values() for t in tests(each) if t.subject == SUBJECTS[kind]}
    literals = tuple(sorted({*_literals(asked), *also}))
    patterns = tuple(dict.fromkeys(pattern for test in asked if (pattern := _pattern(test))))
    covers = {pattern: cover(pattern) for pattern in patterns}
    opaque = frozenset(pattern for pattern, found in covers.items() if found is ANYTHING)
    globs = tuple(dict.fromkeys(glob for found in covers.values() for glob in _keys(found)))
    try:
        names = _names(literals, tuple(p for p in patterns if p not in opaque), globs)
    except TooMuch:
        opaque = frozenset(patterns)
        names = _names(literals, (), globs)
    exact = frozenset(literals).union(*(found.globs for found in covers.values() if found.exact))
    found = Running(kind, names, {}, tuple(dict.fromkeys((*literals, *globs))), exact, opaque)
    for workflow in listed:
        _add_rows(workflow, found, admitted)
    return found


def spelled(workflows: Iterable[Workflow]) -> set[str]:
    """The branches that filters spell out."""
    admitted = {job.filters: job.filters.admitted for workflow in workflows for job in workflow.jobs}
    return _literals(test for each in admitted.values() for test in tests(each) if test.subject == BRANCH)


def _keys(found: Cover) -> Iterator[str]:
    """The globs that may be start conditions: no wildcard as short as `**`, against which it would not win.

    What may admit more than the pattern may as well admit a little more; what may not is asked by the steps.
    """
    for glob in found.globs:
        if "*" not in glob or len(glob) > len(ALL):
            yield glob
        elif glob != ALL and not found.exact and len(longer := glob.replace("*", ALL)) > len(ALL):
            yield longer


def _literals(asked: Iterable[Test]) -> set[str]:
    """The names that conditions spell out, of those that git allows."""
    spelled = {str(test.value) for test in asked if test.operator in {"==", "!="} and isinstance(test.value, str)}
    return {name for name in spelled if name and Pattern(name).can_match}


def _pattern(test: Test) -> str:
    """The pattern that a test stands for, if it is not about one name."""
    text = str(test.value)
    forms = {"matches": text, "starts-with": f"{escaped(text)}.*", "contains": f".*{escaped(text)}.*"}
    return forms.get(test.operator, "")


def _names(literals: tuple[str, ...], patterns: tuple[str, ...], globs: tuple[str, ...]) -> tuple[str, ...]:
    """The spelled names, and one name of each class of all others."""
    if not patterns and not globs:
        return (*literals, next(name for name in ("x" * length for length in range(1, 9999)) if name not in literals))
    spelled = "|".join(map(escaped, literals)) or _NOTHING
    ways = examples((spelled, *patterns, *map(pattern_of, globs)))
    return (*literals, *dict.fromkeys(name for way, name in ways.items() if not way[0]))


def _add_rows(workflow: Workflow, found: Running, admitted: dict[Filters, Condition]) -> None:
    own: dict[Filters, Row] = {}
    never: Row = (False,) * len(found.names)
    for job in in_order(workflow):
        if job.filters not in own:
            own[job.filters] = tuple(found.holds(admitted[job.filters], name) for name in found.names)
        row = own[job.filters]
        if job.requires and row != never:
            required = [found.rows[f"{workflow.name}/{r.job}"] for r in job.requires]
            row = tuple(every((mine, some(their))) for mine, *their in zip(row, *required, strict=True))
        found.rows[job.id] = row


def in_order(workflow: Workflow) -> Iterator[Job]:
    """The jobs, each after those that it requires; otherwise in the order of the plan."""
    jobs = {job.name: job for job in workflow.jobs}
    done: set[str] = set()
    begun: set[str] = set()
    for first in workflow.jobs:
        waiting = [first]
        while waiting:
            job = waiting[-1]
            if job.name not in begun:
                begun.add(job.name)
                waiting += [jobs[r.job] for r in reversed(job.requires) if r.job not in begun]
                continue
            waiting.pop()
            if job.name not in done:
                done.add(job.name)
                yield job


def every(values: Iterable[bool | None]) -> bool | None:
    """Whether all hold; unknown only if none is false."""
    found: bool | None = True
    for value in values:
        if value is False:
            return False
        found = found if value else None
    return found


def some(values: Iterable[bool | None]) -> bool | None:
    """Whether one holds; unknown only if none is true."""
    found: bool | None = False
    for value in values:
        if value:
            return True
        found = None if value is None else found
    return found
