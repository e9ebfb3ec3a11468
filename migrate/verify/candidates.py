"""The events that are tried: names that somebody spelled, names that patterns match or nearly match, common names."""

import itertools
import re
from collections.abc import Iterable, Iterator

from migrate.bitbucket import globs
from migrate.bitbucket.expressions import Node
from migrate.circleci.automata import TooMuch, examples
from migrate.circleci.conditions import Subject, Test, tests
from migrate.circleci.events import API, SCHEDULE, WEBHOOK
from migrate.circleci.facts import Value
from migrate.circleci.filters import NameFilter
from migrate.circleci.plan import Plan
from migrate.verify import elsewhere, samples
from migrate.verify.elsewhere import Customs
from migrate.verify.events import BRANCH, CUSTOM, PULL_REQUEST, TAG, Event
from migrate.verify.written import Written

BRANCHES = ("main", "some-branch", "master", "develop", "feature/x", "release/1.0", "hotfix/1.0.1")
TAGS = ("v1.2.3", "some-tag", "1.0.0", "v1.0.0-rc.1", "release-1")
MOST_NAMES = 150
"""Names of one kind that are tried; those that are spelled come first."""
_WORK = 40_000
"""What all names may cost together; a generated config with hundreds of filters is tried with fewer of them."""
_CHEAP = 8
"""Places of a pattern's program that cost as much as a question without one."""
MOST_GIVEN = 24
"""Combinations of what else conditions ask for."""
_MOST_PATHS = 60
"""Changed paths that are tried, one at a time."""
_BRANCH, _TAG, _CHANGED = "pipeline.git.branch", "pipeline.git.tag", "changed paths"
_DECIDED = {
    *(_BRANCH, _TAG, _CHANGED, "pipeline.trigger_source", "pipeline.event.name"),
    *("pipeline.schedule.name", "pipeline.schedule.id"),
}
"""What the kind of an event decides."""
_NO_PUSH = {(name, value) for event in (API, SCHEDULE, WEBHOOK) for name, value in event.facts.items()}
_WILD = frozenset("*?{\\")
_OTHER = "something-else"
_USUAL = (_OTHER, False)


class Candidates:
    """All events that are worth trying; `more` says that there were too many."""

    def __init__(self, plan: Plan, written: Written, customs: Customs | None = None) -> None:
        """Collect the names; `customs` say what starts which custom pipeline, and are guessed if they are None."""
        self.plan, self.written, self.customs, self.more = plan, written, customs, False
        self.conditions = tuple(
            dict.fromkeys(
                condition
                for workflow in plan.workflows
                for condition in (workflow.condition, *(job.filters.condition for job in workflow.jobs))
            )
        )
        self.tests = tuple(dict.fromkeys(test for condition in self.conditions for test in tests(condition)))
        self.work = self.cost()
        self.jobs = {job.name for job in plan.jobs}
        self.assumed = tuple((name, values[-1]) for name, values in self.values().items())

    def events(self) -> Iterator[Event]:
        """The events, the best examples of their kind first."""
        return (e if e.kind == CUSTOM else e._replace(assumed=self.assumed) for e in self.plain())

    def plain(self) -> Iterator[Event]:
        """The events, without what is assumed in each."""
        branches, tags = self.names(BRANCH), self.names(TAG)
        yield from (Event(BRANCH, name) for name in branches)
        yield from (Event(TAG, name) for name in tags)
        for given, changed in self.given():
            yield from (Event(BRANCH, name, "", changed, given) for name in branches[:4])
            yield from (Event(TAG, name, "", changed, given) for name in tags[:1])
        sections = self.written.sections
        if sections["pull-requests"] or any(one.event.startswith("pullrequest") for one in self.written.triggers):
            built = set(self.of_config(BRANCH))
            yield from (Event(PULL_REQUEST, name) for name in branches if name not in built)
        yield from elsewhere.starts(self.plan, self.written, self.customs)

    def names(self, kind: str) -> list[str]:
        """The names of branches or of tags."""
        common = BRANCHES if kind == BRANCH else TAGS
        spelled = list(dict.fromkeys(self.spelled(kind)))
        sampled = dict.fromkeys(self.sampled(kind, spelled))
        found = [one for one in dict.fromkeys((*common[:2], *spelled, *common, *sampled)) if samples.is_ref(one)]
        most = min(MOST_NAMES, max(len(common), _WORK // self.work))
        self.more = self.more or len(found) > most
        return found[:most]

    def classes(self, kind: str, spelled: list[str]) -> Iterable[str]:
        """A name for each way in which names can match the patterns of both sides: nothing in between is overlooked."""
        subject = _BRANCH if kind == BRANCH else _TAG
        found = dict.fromkeys(p.text for names in self.filters(kind) for p in names.patterns if p.is_regex)
        found |= dict.fromkeys(_pattern(test) for test in self.tests if test.subject == subject)
        found |= dict.fromkeys(globs.expression(glob) for glob in self.globs(kind) if set(glob) & _WILD)
        patterns = tuple(filter(None, found))
        if not patterns:
            return ()
        try:
            return examples(("|".join(map(re.escape, spelled)) or "[^\\s\\S]", *patterns)).values()
        except TooMuch:
            self.more = True
            return ()

    def globs(self, kind: str) -> Iterator[str]:
        """The patterns of the written file: of start conditions, and in expressions."""
        sections = ("branches", "pull-requests") if kind == BRANCH else ("tags",)
        yield from (pattern for section in sections for pattern in self.written.sections[section])
        yield from self.literals()

    def cost(self) -> int:
        """What one name costs: the questions of the filters and of the steps, long expressions more than short ones."""
        filters = dict.fromkeys(job.filters for job in self.plan.jobs)
        patterns = {p.text for one in filters for names in one[:2] if names for p in names.patterns if p.is_regex}
        steps = dict.fromkeys(step.decider for _, _, pipeline in self.written.pipelines for step in pipeline.steps)
        return 1 + len(filters) + sum(map(samples.size, patterns)) // _CHEAP + len(steps)

    def filters(self, kind: str) -> Iterator[NameFilter]:
        """The different filters of the jobs."""
        found = (job.filters.branches if kind == BRANCH else job.filters.tags for job in self.plan.jobs)
        yield from dict.fromkeys(one for one in found if one is not None)

    def of_config(self, kind: str) -> Iterator[str]:
        """The names that the config spells out."""
        for names in self.filters(kind):
            yield from (pattern.text for pattern in names.patterns if not pattern.is_regex)
        subject = _BRANCH if kind == BRANCH else _TAG
        yield from (str(one.value) for one in self.tests if one.subject == subject and one.operator in {"==", "!="})

    def spelled(self, kind: str) -> Iterator[str]:
        """The names that stand somewhere as they are."""
        yield from self.of_config(kind)
        yield from (glob for glob in self.globs(kind) if not set(glob) & _WILD)

    def sampled(self, kind: str, spelled: list[str]) -> Iterator[str]:
        """Samples of all patterns, one of each class of names, then names that are near a sample or a spelled one."""
        found: list[str] = []
        for names in self.filters(kind):
            found += self.of_filter(names)
        subject = _BRANCH if kind == BRANCH else _TAG
        for test in self.tests:
            if test.subject == subject and isinstance(test.value, str):
                found += _of_test(test)
        for glob in self.globs(kind):
            found += samples.of_glob(glob)
        yield from dict.fromkeys(found)
        yield from self.classes(kind, spelled)
        for name in dict.fromkeys((*found, *spelled)):
            yield from samples.near(name)

    def of_filter(self, names: NameFilter) -> Iterator[str]:
        """The names of a filter, and samples of its regular expressions."""
        for pattern in names.patterns:
            yield from samples.of_pattern(pattern.text) if pattern.is_regex else (pattern.text,)

    def literals(self) -> Iterator[str]:
        """The texts in the expressions of the written file."""
        expressions: list[Node] = [one.condition for one in self.written.triggers]
        for _, _, pipeline in self.written.pipelines:
            deciders = (line.decider for group in pipeline.groups for line in group.lines)
            both = (*deciders, *(step.decider for step in pipeline.steps))
            expressions += dict.fromkeys(state for decider in both for state in decider.states)
        for expression in dict.fromkeys(expressions):
            yield from (
                part.value for part in expression.below() if part.kind == "value" and isinstance(part.value, str)
            )

    def values(self) -> dict[str, list[Value]]:
        """What else conditions ask for, each with the values on both sides; the last is what is usual."""
        found: dict[str, dict[Value, None]] = {}
        for test in self.tests:
            for name in (test.subject, *([test.value.name] if isinstance(test.value, Subject) else [])):
                if name not in _DECIDED and not name.startswith("pipeline.parameters."):
                    values = (value for value in _values(test) if (name, value) not in _NO_PUSH)
                    found.setdefault(name, {}).update(dict.fromkeys(values))
        return {name: sorted(values, key=lambda value: value in _USUAL) for name, values in found.items()}

    def given(self) -> Iterator[tuple[tuple[tuple[str, Value], ...], tuple[str, ...]]]:
        """What else an event may bring: values that conditions ask for, and changed paths."""
        values = self.values()
        changed = dict.fromkeys((path,) for path in itertools.islice(self.paths(), _MOST_PATHS))
        combined = itertools.product(*([(name, value) for value in found] for name, found in values.items()))
        listed = list(itertools.islice(combined, MOST_GIVEN + 1)) if values else [()]
        self.more = self.more or len(listed) > MOST_GIVEN
        for given in listed[:MOST_GIVEN]:
            told = tuple(one for one in given if one not in self.assumed)
            for paths in ((), *changed):
                if told or paths:
                    yield told, paths

    def paths(self) -> Iterator[str]:
        """Paths that may have changed: that a pattern of either side matches, and that one nearly matches."""
        asked = [str(test.value) for test in self.tests if test.subject == _CHANGED]
        deciders = dict.fromkeys(step.decider for _, _, pipeline in self.written.pipelines for step in pipeline.steps)
        asked_there = [expression for decider in deciders for expression in decider.guard.expressions]
        found = [samples.of_pattern(pattern)[:3] for pattern in dict.fromkeys((*asked, *asked_there))]
        yield from (path for paths in found for path in paths)
        if asked_there:
            yield from (path for paths in found[: len(asked)] for one in paths[:1] for path in samples.near(one))


def _pattern(test: Test) -> str:
    """The regular expression of a test of a name; none if it is about one name only."""
    text = str(test.value)
    forms = {"matches": text, "starts-with": f"{re.escape(text)}.*", "contains": f".*{re.escape(text)}.*"}
    return forms.get(test.operator, "")


def _of_test(test: Test) -> Iterable[str]:
    text = str(test.value)
    match test.operator:
        case "matches":
            return samples.of_pattern(text)
        case "starts-with":
            return (text, f"{text}x", f"{text}/x")
        case "contains":
            return (text, f"x{text}", f"x{text}y", f"x/{text}/y")
    return (text,)


def _values(test: Test) -> tuple[Value, ...]:
    """The values on both sides of a test."""
    if test.operator in {"true", "truthy", "defined"}:
        return (True, False)
    value = test.value
    if isinstance(value, bool):
        return (value, not value)
    if isinstance(value, int | float):
        return (value - 1, value, value + 1)
    return (*(_of_test(test) if isinstance(value, str) else ()), _OTHER)
