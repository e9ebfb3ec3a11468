"""Conditions of workflows: what is left of them on a push, and what else starts a workflow.

What asks for the branch or the tag goes to the jobs, as filters: those have start conditions and guards. What a push
does not start stays with its condition, and becomes a custom pipeline (`migrate.lower.plan.custom`). Reference
circleci.md, section 3; bitbucket.md, section 2.1.
"""

import re
from collections.abc import Iterator

from migrate.circleci.conditions import (
    FALSE,
    TRUE,
    Condition,
    Constant,
    all_of,
    evaluate,
    subjects,
)
from migrate.circleci.events import API, SCHEDULE, Event, Starter, asking, on_push, settled, starters
from migrate.circleci.plan import Job, Plan, Workflow
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan import schedules
from migrate.lower.plan.changed_paths import CHANGED_PATHS, CHANGED_PATHS_SCRIPT, script, split

_CUSTOM = "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/#Custom--manual-only--pipelines"
ON_PUSH = declare(
    "runs-on-push",
    Fate.REWRITTEN,
    "A condition on what started the pipeline",
    """A push starts the pipelines of branches and tags, and schedules and the API start custom pipelines.

    The condition is decided by where the jobs stand.""",
    "https://circleci.com/docs/pipeline-variables/",
    _CUSTOM,
)
_NAMES = {"pipeline.git.branch", "pipeline.git.tag"}
_PARAMETER = "pipeline.parameters."


def fold(plan: Plan, draft: Draft) -> Plan:
    """Give conditions on the branch or the tag to the jobs, as filters: those have start conditions.

    Conditions on changed paths are remembered for the steps. A workflow that both a push and a schedule start stands
    twice in the plan: what the schedule starts comes first, under a name of its own.
    """
    names = {workflow.name for workflow in plan.workflows}
    schedules.note_others(plan, draft)
    return Plan(tuple(made for workflow in plan.workflows for made in _folded(workflow, names, draft)))


def _folded(workflow: Workflow, names: set[str], draft: Draft) -> Iterator[Workflow]:
    condition = workflow.condition
    if schedules.is_scheduled(workflow):
        yield _filtered(workflow)
        return
    pushed = FALSE if asks_for_parameters(condition) else on_push(condition)
    if pushed == FALSE:
        yield from _started_otherwise(workflow, names)
        return
    if pushed != condition:
        said = f"'{workflow.name}' runs on a push, as where {condition}; what else starts it is not asked"
        other = [one for one in starters_of(workflow) if one.event is SCHEDULE or one.where != pushed]
        if any(one.event in (SCHEDULE, API) for one in other):
            copy = _renamed(workflow, "scheduled" if other[0].event is SCHEDULE else "api", names)
            said = (
                f"'{workflow.name}' runs on a push, as where {condition}; the rest is the custom pipeline '{copy.name}'"
            )
            yield from _started_otherwise(copy, names)
        draft.notes.add(ON_PUSH, (workflow.span,), f"workflows.{workflow.name}", said)
        workflow = workflow._replace(condition=pushed)
    yield _filtered(_of_changes(workflow, draft))


def asks_for_parameters(condition: Condition) -> bool:
    """Whether values decide that a push does not give: with their defaults the workflow does not run."""
    return any(name.startswith(_PARAMETER) for name in subjects(condition))


def known(workflow: Workflow) -> Condition:
    """The condition of a workflow with the values under which it is written."""
    if not workflow.given:
        return workflow.condition
    from migrate.circleci.statement_values import value  # the expression language: few workflows have values

    return evaluate(workflow.condition, {name: value(node) for name, node in workflow.given})


def starters_of(workflow: Workflow) -> tuple[Starter, ...]:
    """The events besides pushes that start a workflow, with the values under which it is written."""
    return starters(known(workflow))


def _started_otherwise(workflow: Workflow, names: set[str]) -> Iterator[Workflow]:
    """A workflow that no push starts: its jobs ask for the branch, as far as its condition does.

    Where one event starts it on other branches than another one, it stands in the plan once for each.
    """
    groups: dict[Condition, list[Starter]] = {}
    for one in starters_of(workflow):
        groups.setdefault(one.where, []).append(one)
    if not groups:
        yield _asking(workflow, settled(known(workflow)))
    for number, (where, found) in enumerate(groups.items()):
        made = _renamed(workflow, found[0].title, names) if number else workflow
        if len(groups) > 1:
            made = made._replace(condition=asking(found))
        kinds = {one.event for one in found}
        if len(kinds) == 1:
            made = made._replace(jobs=tuple(_of_event(job, *kinds) for job in made.jobs))
        yield _asking(made, where)


def _of_event(job: Job, event: Event) -> Job:
    """A job whose filter need not ask for the kind of event that starts it."""
    left = evaluate(job.filters.condition, event.facts)
    return job._replace(filters=job.filters._replace(condition=left))


def _renamed(workflow: Workflow, what: str, names: set[str]) -> Workflow:
    """The workflow under a name that no other has."""
    name = f"{workflow.name}-{re.sub(r'[^A-Za-z0-9_.]+', '-', what)}"
    while name in names:
        name += "-again"
    names.add(name)
    return workflow._replace(
        name=name,
        origin=workflow.origin or workflow.name,
        jobs=tuple(job._replace(workflow=name) for job in workflow.jobs),
    )


def _of_changes(workflow: Workflow, draft: Draft) -> Workflow:
    """A workflow whose steps look at the changed paths, where its condition does."""
    condition, globs = split(workflow.condition)
    if draft.choices.changed_paths == "script" and "**" not in globs:
        return _of_script(workflow, draft)
    if "**" in globs:
        return workflow._replace(condition=condition)  # something has changed in every push
    if not globs or not set(subjects(condition)) <= _NAMES:
        return workflow
    draft.paths[workflow.name] = globs
    said = f"the steps of '{workflow.name}' run where a change matches {', '.join(globs)}"
    for job in (job for job in workflow.jobs if job.runs):
        draft.notes.add(CHANGED_PATHS, (workflow.span,), f"workflows.{workflow.name}", said, job=job.id)
    return workflow._replace(condition=condition)


def _of_script(workflow: Workflow, draft: Draft) -> Workflow:
    """A workflow whose steps ask for the changed paths in their scripts, where its condition does."""
    condition, lines = script(workflow.condition, workflow.base)
    if not lines or not set(subjects(condition)) <= _NAMES:
        return workflow
    for job in (job for job in workflow.jobs if job.runs):
        draft.changed[job.id] = lines
        said = f"the script of '{job.name}' asks whether a changed path matches, since '{workflow.base or 'main'}'"
        draft.notes.add(CHANGED_PATHS_SCRIPT, (workflow.span,), f"workflows.{workflow.name}", said, job=job.id)
    return workflow._replace(condition=condition)


def _filtered(workflow: Workflow) -> Workflow:
    """A workflow whose condition asks for names only, as filters of its jobs."""
    condition = workflow.condition
    if isinstance(condition, Constant) or not set(subjects(condition)) <= _NAMES:
        return workflow
    return _asking(workflow, condition)._replace(condition=TRUE)


def _asking(workflow: Workflow, where: Condition) -> Workflow:
    """A workflow whose jobs also ask for what `where` asks for, if that is names only."""
    if isinstance(where, Constant) or not set(subjects(where)) <= _NAMES:
        return workflow
    jobs = tuple(
        job._replace(filters=job.filters._replace(condition=all_of(job.filters.condition, where)))
        for job in workflow.jobs
    )
    return workflow._replace(jobs=jobs)


__all__ = ["asks_for_parameters", "fold", "known", "starters_of"]
