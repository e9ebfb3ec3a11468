"""What CircleCI runs on an event, from the plan as the source has it (reference circleci.md, sections 0 and 3).

A required job that is filtered out is ignored, unless all are: then the job does not run either. That holds for
approvals too. Jobs that run nothing (approvals, no-ops, locks) count for the order of the others.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.circleci.conditions import FALSE, Constant, evaluate, subjects
from migrate.circleci.filters import Filters
from migrate.circleci.plan import Job, Plan, Workflow
from migrate.verify.events import CUSTOM, TAG, Event

Truth = bool | None
_SUCCESS, _ANY = "success", "terminal"
_PARAMETER = "pipeline.parameters."


class Running(NamedTuple):
    """A job as a run has it. `requires` are the jobs that run and that it waits for, each with the statuses.

    `after_failure` says that it only runs if another one has not succeeded; `runs` None is not known.
    """

    job: Job
    runs: Truth
    requires: tuple[tuple["Running", tuple[str, ...]], ...] = ()
    after_failure: bool = False


Run = tuple[Running, ...]


class CircleCI:
    """A plan, asked for one event after another; equal answers are made once."""

    def __init__(self, plan: Plan) -> None:
        """Number the different filters."""
        self.plan = plan
        self._filters: dict[Filters, int] = {}
        self._own: dict[str, tuple[int, ...]] = {}
        self._runs: dict[tuple[str, tuple[Truth, ...]], Run] = {}
        for workflow in self.plan.workflows:
            numbers = (self._filters.setdefault(job.filters, len(self._filters)) for job in workflow.jobs)
            self._own[workflow.name] = tuple(numbers)

    def run(self, event: Event) -> tuple[tuple[object, ...], Run]:
        """What runs, and a key that is equal for equal runs."""
        admitted = [_admits(filters, event) for filters in self._filters]
        key: list[object] = []
        found: list[Running] = []
        for workflow in self.plan.workflows:
            starts = _starts(workflow, event)
            if starts is False:
                continue
            own = tuple(
                admitted[number] if starts else admitted[number] and None for number in self._own[workflow.name]
            )
            known = self._runs.get((workflow.name, own))
            if known is None:
                known = self._runs[workflow.name, own] = _run(workflow, own)
            found += known
            key.append((workflow.name, own) if known else workflow.name)
        return tuple(key), tuple(found)


def is_scheduled(workflow: Workflow) -> bool:
    """Whether schedules of its own start a workflow, and pushes never do."""
    return "triggers" in workflow.keys.keys


def _starts(workflow: Workflow, event: Event) -> Truth:
    """Whether an event starts a workflow.

    What somebody starts alone runs unless its condition says no; and with the defaults of the parameters, which are
    all that other events know of, a workflow does not run that asks for them.
    """
    alone = event.kind == CUSTOM and bool(event.workflow)
    if (alone and workflow.name != event.workflow) or (not alone and is_scheduled(workflow)):
        return False
    if alone and workflow.condition == FALSE:
        return True  # never by itself: it is a person who wants it
    held = evaluate(workflow.condition, event.facts)
    if isinstance(held, Constant):
        return held.holds
    if alone:
        return True
    return False if any(name.startswith(_PARAMETER) for name in subjects(held)) else None


def _admits(filters: Filters, event: Event) -> Truth:
    """Whether a filter admits an event's branch or tag; a job without a filter of tags runs for none."""
    names = filters.tags if event.kind == TAG else filters.branches
    if names is None or not names.admits(event.name):
        return False
    held = evaluate(filters.condition, event.facts)
    return held.holds if isinstance(held, Constant) else None


def _run(workflow: Workflow, admitted: Iterable[Truth]) -> Run:
    """The jobs of a workflow that run, each after those that it waits for."""
    listed = dict(zip((job.name for job in workflow.jobs), admitted, strict=True))
    found: dict[str, Running | None] = {}
    for job in _in_order(workflow):
        runs, required = listed[job.name], [found.get(one.job) for one in job.requires]
        if runs is False or (required and not any(required)):
            found[job.name] = None
            continue
        waits = tuple(
            (other, one.statuses) for other, one in zip(required, job.requires, strict=True) if other is not None
        )
        unsure = bool(waits) and all(other.runs is None for other, _ in waits)
        late = any(not _met(other, statuses) for other, statuses in waits)
        found[job.name] = Running(job, None if unsure else runs, waits, late)
    return tuple(one for one in found.values() if one is not None)


def _met(other: Running, statuses: tuple[str, ...]) -> bool:
    """Whether a requirement is met where every job that runs succeeds."""
    return _ANY in statuses or ("not_run" if other.after_failure else _SUCCESS) in statuses


def _in_order(workflow: Workflow) -> Iterator[Job]:
    """The jobs, each after those that it requires; there are no circles in a plan."""
    jobs = {job.name: job for job in workflow.jobs}
    done: set[str] = set()
    for start in workflow.jobs:
        waiting = [start]
        while waiting:
            job = waiting[-1]
            missing = [jobs[one.job] for one in job.requires if one.job in jobs and one.job not in done]
            if missing and job.name not in done:
                waiting += missing
                continue
            waiting.pop()
            if job.name not in done:
                done.add(job.name)
                yield job
