"""A setup config and the config that it continues with become one plan (reference circleci.md, section 6).

The steps `setup/mapping` and `setup/continue` are what our mappings of the orbs path-filtering and continuation come
to. What a mapping sets by changed paths stays open: a parameter with several values is put into conditions only.
Whatever held the setup job back (its workflow's condition, its filters, jobs and approvals before it) holds back all
jobs that come after it: they stand in every workflow of the continuation, before its first jobs.
"""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.circleci import config as configs
from migrate.circleci import handover
from migrate.circleci.conditions import TRUE, Condition, all_of
from migrate.circleci.config import Files
from migrate.circleci.expand import expand
from migrate.circleci.handover import Handover
from migrate.circleci.orbs import Orbs
from migrate.circleci.path_filters import Cases
from migrate.circleci.plan import Job, Plan, Requirement, Workflow
from migrate.diagnostics import Fate, declare
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node
from migrate.yamlio.read import read

_DOCS = "https://circleci.com/docs/dynamic-config/"
SETUP = declare(
    "setup-config",
    Fate.REWRITTEN,
    "A setup config and its continuation become one file",
    """All pipelines stand in one file and start by themselves.

    The job that chose the next config is gone. What it chose by changed paths is a condition now.""",
    _DOCS,
)
NOT_FOUND = declare(
    "continuation-missing",
    Fate.ERROR,
    "The config that a setup config continues with is not there",
    """It is made while the pipeline runs, or lies elsewhere.

    The setup job fails on purpose where it would go on.

    Have the config made once, and give it with '--continuation FILE'.""",
    _DOCS,
)
MISUSED = declare(
    "setup-misused",
    Fate.ERROR,
    "A setup config that CircleCI refuses",
    """Only one workflow of a setup config may run, and the config that goes on may be no setup config again.

    Nothing is written.

    Leave one workflow in the setup config, and 'setup: true' out of the one that goes on.""",
    _DOCS,
)
SETUP_COMMANDS = declare(
    "setup-commands",
    Fate.DROPPED,
    "Commands of a setup job",
    """The job is gone that only decided how the pipeline goes on.

    Its commands are gone with it.

    If one of its commands did more, put it into a step.""",
    _DOCS,
)

_SECTIONS = ("orbs", "commands", "executors", "jobs", "job-groups", "parameters")
"""Where a config of several that go on together finds what the others define."""


class Followed(NamedTuple):
    """A plan with its continuation, and the trees and files that were read for it."""

    plan: Plan
    roots: tuple[Mapping, ...] = ()
    files: tuple[str, ...] = ()


class _Next(NamedTuple):
    """A config that goes on, and where it does."""

    root: Mapping
    where: Condition


class Follower(NamedTuple):
    """Follows setup configs to the configs that they continue with, or to the one that is `given`."""

    claims: Claims
    files: Files
    orbs: Orbs
    extra_steps: tuple[str, ...]
    given: tuple[str, str] | None = None

    def follow(self, plan: Plan) -> Followed:
        """The plan of a setup config with the workflows of its continuations; as it is if there is none."""
        self._refuse_two(plan)
        found = list(handover.find(plan, self.files, self.claims.notes))
        jobs = list(plan.jobs)
        if not found and self.given and len(jobs) == 1:
            found = [Handover(jobs[0])]
        if not found and jobs:
            said = "no step of this setup config hands over in a way that can be followed; give the config that goes on"
            self.claims.notes.add(NOT_FOUND, jobs[-1].trail, "setup", said, job=jobs[-1].id)
        workflows: list[Workflow] = []
        roots: list[Mapping] = []
        gone: set[str] = set()
        for one in found:
            nexts = self._nexts(one)
            roots += [after.root for after in nexts]
            given = handover.parameters(one, self.claims.notes) if nexts else {}
            made = [workflow for after in nexts for workflow in self._workflows(one, after, nexts, given)]
            if nexts:
                gone.add(one.job.id)
                self._say(one, nexts, made)
            workflows += _behind(one, made, plan, {workflow.name for workflow in workflows})
        left = tuple(_left(plan, gone, {workflow.name for workflow in workflows}))
        return Followed(Plan((*left, *workflows)), tuple(roots), tuple(root.span.file for root in roots))

    def _refuse_two(self, plan: Plan) -> None:
        running = [workflow for workflow in plan.workflows if workflow.condition == TRUE]
        if len(running) > 1:
            names = ", ".join(f"'{workflow.name}'" for workflow in running)
            said = f"a setup config runs one workflow, and this one runs {names}"
            self.claims.notes.refuse(MISUSED, (running[1].span,), "workflows", said)

    def _nexts(self, found: Handover) -> list[_Next]:
        """The configs that may go on; a note if there is none."""
        texts = [(self.given, TRUE)] if self.given else [(self.files(name), where) for name, where in found.files]
        notes, job = self.claims.notes, found.job
        trees = [(read(one[1], one[0], notes), where) for one, where in texts if one]
        if not trees and found.call:
            names = ", ".join(f"'{name}'" for name, _ in found.files)
            said = f"{names} is no file of the repository; give the config with '--continuation FILE'"
            notes.add(NOT_FOUND, found.call.trail, f"jobs.{job.key}", said, job=job.id)
        return [_Next(root, where) for root, where in trees if isinstance(root, Mapping)]

    def _workflows(
        self, found: Handover, after: _Next, nexts: list[_Next], given: dict[str, Cases]
    ) -> Iterator[Workflow]:
        """The workflows of one of the configs, with what the others define, each with its condition."""
        if peek(after.root, "workflows") is None and len(nexts) > 1:
            return  # it holds what the others share
        loaded = configs.load(_with_others(after, nexts), self.claims, self.orbs, given)
        if loaded is None:
            return
        if loaded.is_setup:
            said = "the config that a setup config goes on with is no setup config again; remove its 'setup'"
            self.claims.notes.refuse(MISUSED, (after.root.span,), "setup", said)
        for workflow in expand(loaded, self.claims, self.extra_steps).workflows:
            where = all_of(workflow.condition, after.where, found.condition)
            yield workflow._replace(condition=where, base=found.base)

    def _say(self, found: Handover, nexts: list[_Next], made: list[Workflow]) -> None:
        job, notes = found.job, self.claims.notes
        names = ", ".join(after.root.span.file for after in nexts)
        said = f"'{job.name}' chose how to go on; the workflows of {names} are part of the pipelines"
        for workflow in made:
            notes.add(SETUP, job.trail, f"jobs.{job.key}", said, job=f"{workflow.name}/{job.name}")
        for call in job.steps:
            if call.step == "run":
                what = "a command of the setup job is left out; see that no step needs what it did"
                notes.add(SETUP_COMMANDS, call.trail, f"jobs.{job.key}", what, job=job.id)
            self.claims.whole(call.body)


def _with_others(after: _Next, nexts: list[_Next]) -> Mapping:
    """A config with the definitions of the others that it does not have itself."""
    own = {entry.key.text: entry for entry in after.root.entries}
    for other in nexts:
        for entry in other.root.entries if other is not after else ():
            if entry.key.text in _SECTIONS:
                mine = own.get(entry.key.text)
                own[entry.key.text] = Entry(mine.key if mine else entry.key, _over(entry.value, mine and mine.value))
    return Mapping(tuple(own.values()), after.root.span)


def _over(below: Node, above: Node | None) -> Node:
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above or below
    both = {entry.key.text: entry for entry in (*below.entries, *above.entries)}
    return Mapping(tuple(both.values()), above.span)


def _behind(found: Handover, made: list[Workflow], plan: Plan, taken: set[str]) -> Iterator[Workflow]:
    """The workflows, each behind the setup job and all that it waited for."""
    home = next(workflow for workflow in plan.workflows if workflow.name == found.job.workflow)
    before = tuple(_before(found.job, home))
    for workflow in made:
        name = workflow.name
        while name in taken:
            name += " (again)"
        taken.add(name)
        setup = [_renamed(job, workflow) for job in before]
        first = Requirement(setup[-1].name)
        jobs = [*setup, *(job if job.requires else job._replace(requires=(first,)) for job in workflow.jobs)]
        yield workflow._replace(
            name=name,
            jobs=tuple(job._replace(workflow=name) for job in jobs),
            condition=all_of(workflow.condition, home.condition),
        )


def _before(job: Job, home: Workflow) -> Iterator[Job]:
    """All that a job waits for, in the order of the workflow, and the job itself, which runs nothing any more."""
    wanted, waiting = {job.name}, [job]
    by_name = {other.name: other for other in home.jobs}
    while waiting:
        for requirement in waiting.pop().requires:
            if requirement.job in by_name and requirement.job not in wanted:
                wanted.add(requirement.job)
                waiting.append(by_name[requirement.job])
    yield from (other for other in home.jobs if other.name in wanted and other.name != job.name)
    yield job._replace(type="setup", steps=())


def _renamed(job: Job, workflow: Workflow) -> Job:
    """The job, called otherwise if the workflow has a job of its name."""
    names = {other.name for other in workflow.jobs}
    if not names.intersection((job.name, *(requirement.job for requirement in job.requires))):
        return job
    requires = tuple(Requirement(_free(r.job, names), r.statuses, r.span) for r in job.requires)
    return job._replace(name=_free(job.name, names), requires=requires)


def _free(name: str, names: set[str]) -> str:
    return f"{name} (setup)" if name in names else name


def _left(plan: Plan, gone: set[str], taken: set[str]) -> Iterator[Workflow]:
    """The setup's own workflows, as far as they run more than what stands before the continuation now."""
    for workflow in plan.workflows:
        setup = [job for job in workflow.jobs if job.id in gone]
        before = {one.name for job in setup for one in _before(job, workflow)}
        if setup and all(job.name in before for job in workflow.jobs):
            continue
        name = f"{workflow.name} (setup)" if workflow.name in taken else workflow.name
        jobs = (job._replace(type="setup", steps=()) if job.id in gone else job for job in workflow.jobs)
        yield workflow._replace(name=name, jobs=tuple(job._replace(workflow=name) for job in jobs))


__all__ = ["Followed", "Follower"]
