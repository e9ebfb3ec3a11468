"""The Plan becomes Pipelines: the only place that knows both languages."""

from collections.abc import Callable
from typing import NamedTuple

from migrate.bitbucket.model import Cache, Pipelines, Service, Start, Trigger
from migrate.circleci.plan import Plan
from migrate.lower import (
    idioms,
    image_choices,
    legacy_images,
    oidc,
    script,
    services,
    sizes,
    ssh_keys,
    users,
    variables,
    virtual_machines,
)
from migrate.lower.caches.settle import settle as settle_caches
from migrate.lower.draft import Draft, NeededVariable, Schedule
from migrate.lower.jobs import draft_job, finish
from migrate.lower.ordered import Ordered
from migrate.lower.pipelines import anchors, images
from migrate.lower.plan import additions, copies, durations, parameters, statuses, stepless
from migrate.lower.plan.custom import not_on_push
from migrate.lower.plan.merged import note_merged
from migrate.lower.plan.selections import choose
from migrate.lower.plan.triggers import select
from migrate.lower.plan.workflows import fold
from migrate.lower.starts import assemble, note_dropped, note_never
from migrate.lower.workspaces.settle import hand_on

PLAN_PASSES: tuple[Callable[[Plan, Draft], Plan], ...] = (
    fold,  # before additions: what the user adds has filters of its own, not the workflow's condition
    additions.add,  # before all else: what is added is filtered, ordered and lowered like any other job
    copies.split,  # after additions: they name jobs, and not the machines of jobs
    parameters.prepare,  # last: a variable's name must be none that a job of the workflow has
)
PIPELINE_PASSES: tuple[Callable[[Pipelines], Pipelines], ...] = (
    images.hoist,  # before anchors: a step that runs in the common image has no image of its own to differ in
    anchors.name,  # last: what is shared can only be seen when nothing changes any more
)


class Lowered(NamedTuple):
    """The pipelines, the plan as it was lowered, what a person must create, and what the order costs."""

    pipelines: Pipelines
    plan: Plan
    variables: tuple[NeededVariable, ...]
    schedules: tuple[Schedule, ...] = ()
    order: tuple[Ordered, ...] = ()


def lower(plan: Plan, draft: Draft) -> Lowered:
    """Lower a plan; what cannot be carried over becomes a note."""
    for change in PLAN_PASSES:
        plan = change(plan, draft)
    durations.check(plan, draft)
    draft.jobs = {(job.workflow, job.name): job for job in plan.jobs}
    drafts = {job.id: draft_job(job, draft) for job in plan.jobs if job.runs}
    draft.steps = {name: step for name, step in drafts.items() if not step.dropped}
    idioms.settle(draft)  # before all that counts commands, or asks what they use
    settle_caches(draft)
    oidc.settle(draft)
    ssh_keys.settle(draft)
    users.settle(draft)
    image_choices.check(draft)
    legacy_images.note(draft)
    virtual_machines.settle(draft)  # before the services, with which docker shares the memory
    sizes.settle(draft)  # before the services, whose memory is the step's
    services.settle(draft)  # after the caches: it may put a command before those that they counted
    stepless.note(plan, draft)
    draft.waiting = not_on_push(plan, draft)
    draft.started = select(plan, draft.waiting, draft.choices, draft.paths)
    note_never(plan, draft.started.starts, draft)
    selected = choose(draft.started.starts, plan, draft)
    note_merged(plan, selected, draft)
    running = {job.id for start in selected for job in start.jobs}
    draft.steps = {name: step for name, step in draft.steps.items() if name in running}
    hand_on(draft, selected)  # when it is known what runs where, and before its commands are written
    scripts = script.write(draft.steps)
    steps = {name: finish(step, *scripts[name]) for name, step in draft.steps.items()}
    steps = statuses.hold(plan, steps, draft)
    note_dropped(draft.jobs, steps, draft)
    starts, order = assemble(selected, draft, steps)
    starts = parameters.declared(starts, plan, draft)
    model = Pipelines(starts, _triggers(draft, starts), caches=_used(draft, starts), services=_services(draft, starts))
    for improve in PIPELINE_PASSES:
        model = improve(model)
    needed = variables.needed(draft.steps.values(), draft)
    return Lowered(model, plan, needed, _schedules(draft, starts), order)


def _triggers(draft: Draft, starts: tuple[Start, ...]) -> tuple[Trigger, ...]:
    """The triggers of the pipelines that are there: one none of whose jobs is left has none. Equal ones are one."""
    written = {start.pattern for start in starts if start.section == "custom"}
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for one in draft.started.triggers:
        if written.issuperset(one.pipelines):
            found[one.event, one.condition] = (*found.get((one.event, one.condition), ()), *one.pipelines)
    return tuple(Trigger(event, condition, pipelines) for (event, condition), pipelines in found.items())


def _used(draft: Draft, starts: tuple[Start, ...]) -> tuple[Cache, ...]:
    """The caches of the steps that run, in the order of the file; Bitbucket's own need no definition."""
    names = dict.fromkeys(name for start in starts for step in start.steps for name in step.caches)
    return tuple(draft.caches[name] for name in names if name in draft.caches)


def _schedules(draft: Draft, starts: tuple[Start, ...]) -> tuple[Schedule, ...]:
    """The schedules of the custom pipelines that there are."""
    names = {start.pattern for start in starts if start.section == "custom"}
    return tuple(dict.fromkeys(one for one in draft.schedules if one.pipeline in names))


def _services(draft: Draft, starts: tuple[Start, ...]) -> tuple[Service, ...]:
    """The services of the steps that run; the docker service needs no definition."""
    names = dict.fromkeys(name for start in starts for step in start.steps for name in step.services)
    return tuple(draft.services[name] for name in names if name in draft.services)


__all__ = ["Lowered", "lower"]
