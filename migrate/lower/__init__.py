"""The Plan becomes Pipelines: the only place that knows both languages."""

from collections.abc import Callable
from typing import NamedTuple

from migrate.bitbucket.model import Cache, Parallel, Pipeline, Pipelines, Start, Step
from migrate.circleci.plan import Job, Plan
from migrate.diagnostics import Fate, declare
from migrate.lower import caches, script, variables
from migrate.lower.draft import Draft, NeededVariable
from migrate.lower.jobs import draft_job, finish
from migrate.lower.pipelines import anchors, images
from migrate.lower.plan import additions, approvals
from migrate.lower.plan.order import levels
from migrate.lower.plan.selections import choose
from migrate.lower.plan.triggers import Selected, select

REQUIRES_DROPPED = declare(
    "requires-dropped",
    Fate.APPROXIMATED,
    "A job waited for a job that is left out",
    """It no longer waits for that job's success, only for what that job itself waited for. If that job guarded a
    deployment, let another step guard it.""",
    "https://circleci.com/docs/configuration-reference/#requires",
)

NEVER_STARTS = declare(
    "never-starts",
    Fate.DROPPED,
    "A job that no event starts",
    """CircleCI never runs it either: a job for tags needs tag filters on every job that it requires, and a job none of
    whose required jobs run does not run.""",
    "https://circleci.com/docs/workflows/#executing-workflows-for-a-git-tag",
)

PLAN_PASSES: tuple[Callable[[Plan, Draft], Plan], ...] = (
    additions.add,  # first: what is added is filtered, ordered and lowered like any other job
)
PIPELINE_PASSES: tuple[Callable[[Pipelines], Pipelines], ...] = (
    images.hoist,  # before anchors: a step that runs in the common image has no image of its own to differ in
    anchors.name,  # last: what is shared can only be seen when nothing changes any more
)


class Lowered(NamedTuple):
    """The pipelines, the plan as it was lowered, and what a person must create."""

    pipelines: Pipelines
    plan: Plan
    selected: tuple[Selected, ...]
    variables: tuple[NeededVariable, ...]


def lower(plan: Plan, draft: Draft) -> Lowered:
    """Lower a plan; what cannot be carried over becomes a note."""
    for change in PLAN_PASSES:
        plan = change(plan, draft)
    drafts = {job.id: draft_job(job, draft) for job in plan.jobs if job.type == "build"}
    draft.steps = {name: step for name, step in drafts.items() if not step.dropped}
    caches.settle(draft)
    found = select(plan)
    _note_never(plan, found, draft)
    selected = choose(found, plan, draft)
    running = {job.id for start in selected for job in start.jobs}
    draft.steps = {name: step for name, step in draft.steps.items() if name in running}
    scripts = script.write(draft.steps)
    steps = {name: finish(step, *scripts[name]) for name, step in draft.steps.items()}
    steps = approvals.hold(plan, steps, draft)
    _note_dropped(plan, steps, draft)
    everything = {(job.workflow, job.name): job for job in plan.jobs}
    starts = tuple(_start(one, everything, steps) for one in selected)
    model = Pipelines(tuple(s for s in starts if s.pipeline), caches=_used(draft, starts))
    for improve in PIPELINE_PASSES:
        model = improve(model)
    return Lowered(model, plan, selected, variables.needed(draft.steps.values(), draft))


def _start(one: Selected, everything: dict[tuple[str, str], Job], steps: dict[str, Step]) -> Start:
    items: list[Step | Parallel] = []
    for group in levels(one.jobs, everything, steps):
        made = tuple(steps[job.id] for job in group)
        items.append(made[0] if len(made) == 1 else Parallel(made))
    pipeline: Pipeline = approvals.after_something(tuple(items))
    return Start(one.section, one.pattern, pipeline)


def _used(draft: Draft, starts: tuple[Start, ...]) -> tuple[Cache, ...]:
    """The caches of the steps that run, in the order of the file."""
    names = dict.fromkeys(name for start in starts for step in start.steps for name in step.caches)
    return tuple(draft.caches[name] for name in names)


def _note_never(plan: Plan, selected: tuple[Selected, ...], draft: Draft) -> None:
    running = {job.id for start in selected for job in start.jobs}
    for job in plan.jobs:
        if job.id not in running and not job.added:
            said = f"no branch and no tag passes the filters of '{job.name}' and of a job that it requires"
            draft.notes.add(NEVER_STARTS, job.trail, f"jobs.{job.key}", said, job=job.id)


def _note_dropped(plan: Plan, steps: dict[str, Step], draft: Draft) -> None:
    for job in plan.jobs:
        for requirement in job.requires:
            other = next((j for j in plan.jobs if (j.workflow, j.name) == (job.workflow, requirement.job)), None)
            if other and job.id in steps and other.id not in steps and other.type == "build":
                said = f"'{job.name}' no longer waits for '{other.name}', which is left out"
                draft.notes.add(REQUIRES_DROPPED, job.trail, f"jobs.{job.key}", said, job=job.id)


__all__ = ["Lowered", "lower"]
