"""A setup config and the config that it continues with become one plan (reference circleci.md, section 6).

The steps `setup/mapping` and `setup/continue` are what our mappings of the orbs path-filtering and continuation come
to. What a mapping sets by changed paths stays open: a parameter with several values is put into conditions only.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from migrate.circleci import config as configs
from migrate.circleci import path_filters
from migrate.circleci.conditions import FALSE, TRUE, Condition, all_of, any_of, negate
from migrate.circleci.config import Files
from migrate.circleci.expand import expand
from migrate.circleci.orbs import OrbSource
from migrate.circleci.path_filters import Cases, Row
from migrate.circleci.plan import Call, Job, Plan, Workflow
from migrate.diagnostics import Fate, Span, declare
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar
from migrate.yamlio.read import read

_DOCS = "https://circleci.com/docs/dynamic-config/"
SETUP = declare(
    "setup-config",
    Fate.REWRITTEN,
    "A setup config and its continuation become one file",
    """All pipelines stand in one file and start by themselves, so the job that chose the next config is gone. What
    it chose by changed paths is a condition now.""",
    _DOCS,
)
NOT_FOUND = declare(
    "continuation-missing",
    Fate.ERROR,
    "The config that a setup config continues with is not there",
    """It is made while the pipeline runs, or lies elsewhere. The setup job fails on purpose where it would go on.
    Have the config made once, and give it with '--continuation FILE'.""",
    _DOCS,
)
MISUSED = declare(
    "setup-misused",
    Fate.ERROR,
    "A setup config that CircleCI refuses",
    "Only one workflow of a setup config may run, and the config that goes on may be no setup config again.",
    _DOCS,
)
OPEN_PARAMETERS = declare(
    "continuation-parameters",
    Fate.APPROXIMATED,
    "Parameters of a continuation are made while the pipeline runs",
    """The setup job computes them; here they have their defaults, so that a workflow whose condition asks for them is a
    custom pipeline, or always runs. Look at each.""",
    _DOCS,
)
SETUP_COMMANDS = declare(
    "setup-commands",
    Fate.DROPPED,
    "Commands of a setup job",
    "The job is gone that only decided how the pipeline goes on. If one of its commands did more, put it into a step.",
    _DOCS,
)


class Handover(NamedTuple):
    """Where a setup job hands over: the job, the call, and the lines of its path mapping."""

    job: Job
    call: Call
    rows: tuple[Row, ...]
    output: str

    @property
    def files(self) -> tuple[tuple[str, Condition], ...]:
        """The configs that may go on, each with its condition."""
        wanted = dict.fromkeys(row.config for row in self.rows if row.config)
        named = [(name, any_of(*(r.condition for r in self.rows if r.config == name))) for name in wanted]
        otherwise = negate(any_of(*(where for _, where in named))) if named else TRUE
        return (*named, (_text(self.call, "config"), otherwise))


class Followed(NamedTuple):
    """A plan with its continuation, and the trees and files that were read for it."""

    plan: Plan
    roots: tuple[Mapping, ...] = ()
    files: tuple[str, ...] = ()


class Follower(NamedTuple):
    """Follows setup configs to the configs that they continue with, or to the one that is `given`."""

    claims: Claims
    files: Files
    orbs: OrbSource
    extra_steps: tuple[str, ...]
    given: tuple[str, str] | None = None

    def follow(self, plan: Plan) -> Followed:
        """The plan of a setup config with the workflows of its continuation; as it is if there is none."""
        running = [workflow for workflow in plan.workflows if workflow.condition != FALSE]
        if len(running) > 1:
            names = ", ".join(f"'{workflow.name}'" for workflow in running)
            said = f"a setup config runs one workflow, and this one runs {names}"
            self.claims.notes.refuse(MISUSED, (running[1].span,), "workflows", said)
        found = next(self._handovers(plan), None)
        if found is None:
            return Followed(plan)
        trail = found.call.trail
        texts = [(self.files(name), where) for name, where in found.files]
        if self.given:
            texts = [(self.given, TRUE)]
        given = [(text, where) for text, where in texts if text is not None]
        if not given:
            names = ", ".join(f"'{name}'" for name, _ in found.files)
            said = f"{names} is no file of the repository; give the config with '--continuation FILE'"
            self.claims.notes.add(NOT_FOUND, trail, f"jobs.{found.job.key}", said, job=found.job.id)
            return Followed(plan)
        roots = [(read(text, name, self.claims.notes), where) for (name, text), where in given]
        trees = [(root, where) for root, where in roots if isinstance(root, Mapping)]
        merged = _merged([root for root, _ in trees])
        if merged is None or self.claims.notes.refused:
            return Followed(plan)
        loaded = configs.load(merged, self.claims, self.orbs, self._parameters(found))
        if loaded is None:
            return Followed(plan)
        if loaded.is_setup:
            said = "the config that a setup config goes on with is no setup config again; remove its 'setup'"
            self.claims.notes.refuse(MISUSED, (merged.span,), "setup", said)
        self._say(found, [name for (name, _), _ in given])
        going = expand(loaded, self.claims, self.extra_steps)
        where = {root.span.file: where for root, where in trees}
        workflows = tuple(w._replace(condition=all_of(w.condition, *_where(w, trees, where))) for w in going.workflows)
        return Followed(Plan((*_left(plan, found.job, workflows), *workflows)), (merged,), tuple(where))

    def _handovers(self, plan: Plan) -> Iterator[Handover]:
        for job in plan.jobs:
            for call in job.steps:
                if call.step == "setup/continue":
                    mappings = [one for one in job.steps if one.step == "setup/mapping"]
                    rows = tuple(row for one in mappings for row in self._rows(one, job))
                    yield Handover(job, call, rows, _text(mappings[-1], "output") if mappings else "")

    def _rows(self, call: Call, job: Job) -> tuple[Row, ...]:
        """The lines of a mapping, which may be the path of a file that holds them."""
        lines, span = _text(call, "lines"), _span(call, "lines")
        file = self.files(lines.strip()) if len(lines.split()) == 1 else None
        return path_filters.rows(file[1] if file else lines, span, self.claims.notes, (*job.trail, span))

    def _parameters(self, found: Handover) -> dict[str, Cases]:
        """The values that the continuation's parameters get: by changed paths, or as the step says."""
        given, span = _text(found.call, "parameters").strip(), _span(found.call, "parameters")
        values = path_filters.values(found.rows)
        if not given or (found.output and given == found.output):
            return values
        try:
            said = json.loads(given)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            what = f"'{given}' is written while the pipeline runs; the parameters have their defaults here"
            self.claims.notes.add(OPEN_PARAMETERS, found.call.trail, "parameters", what, job=found.job.id)
            return values
        read = {name: path_filters.scalar(json.dumps(value), span) for name, value in said.items()}
        return values | {name: ((TRUE, value),) for name, value in read.items() if value is not None}

    def _say(self, found: Handover, names: list[str]) -> None:
        job, notes = found.job, self.claims.notes
        said = f"'{job.name}' chose how to go on; the workflows of {', '.join(names)} are part of the pipelines"
        notes.add(SETUP, job.trail, f"jobs.{job.key}", said, job=job.id)
        for call in job.steps:
            if call.step == "run":
                what = "a command of the setup job is left out; see that no step needs what it did"
                notes.add(SETUP_COMMANDS, call.trail, f"jobs.{job.key}", what, job=job.id)
            self.claims.whole(call.body)


def _text(call: Call, key: str) -> str:
    # Peeked, not taken: an argument's place was claimed where it was bound.
    found = peek(call.body, key)
    return found.text if isinstance(found, Scalar) else ""


def _span(call: Call, key: str) -> Span:
    found = peek(call.body, key)
    return found.span if found is not None else call.trail[-1]


def _merged(roots: list[Mapping]) -> Mapping | None:
    """The configs as one: what a later one says wins, mappings are merged."""
    found: Node | None = None
    for root in roots:
        found = root if found is None else _over(found, root)
    return found if isinstance(found, Mapping) else None


def _over(below: Node, above: Node) -> Node:
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    entries = {entry.key.text: entry for entry in below.entries}
    for entry in above.entries:
        under = entries.get(entry.key.text)
        entries[entry.key.text] = Entry(entry.key, _over(under.value, entry.value) if under else entry.value)
    return replace(below, entries=tuple(entries.values()))


def _where(workflow: Workflow, trees: list[tuple[Mapping, Condition]], where: dict[str, Condition]) -> list[Condition]:
    """The condition of the configs that have a workflow of this name."""
    having = [root for root, _ in trees if peek(peek(root, "workflows"), workflow.name) is not None]
    return [any_of(*(where[root.span.file] for root in having))]


def _left(plan: Plan, gone: Job, others: tuple[Workflow, ...]) -> Iterator[Workflow]:
    """The setup's own workflows; the job that hands over stays for the order, and runs nothing."""
    names = {workflow.name for workflow in others}
    for workflow in plan.workflows:
        name = f"{workflow.name} (setup)" if workflow.name in names else workflow.name
        jobs = (job._replace(type="setup", steps=()) if job.id == gone.id else job for job in workflow.jobs)
        yield workflow._replace(name=name, jobs=tuple(job._replace(workflow=name) for job in jobs))


__all__ = ["Followed", "Follower"]
