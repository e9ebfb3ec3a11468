"""Workflows that a push does not start become custom pipelines: on a schedule, on a condition, by hand.

Nothing that CircleCI ran only then may run on every push (reference circleci.md, section 3; bitbucket.md,
section 2.1).
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
from migrate.lower.draft import Custom, Draft
from migrate.lower.plan import schedules
from migrate.lower.plan.changed_paths import CHANGED_PATHS, CHANGED_PATHS_SCRIPT, script, split

_CUSTOM = "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/#Custom--manual-only--pipelines"
WORKFLOW_CONDITION = declare(
    "workflow-condition",
    Fate.MANUAL,
    "A workflow that runs on a condition becomes a custom pipeline",
    """The condition depends on the run, so no push starts the workflow: its pipeline is started by hand, by the API or
    by a schedule. Where values of the pipeline's parameters decide, it is written with the values that let it run. Put
    its steps under 'branches' where they shall run on a push.""",
    "https://circleci.com/docs/configuration-reference/#using-when-in-workflows",
    _CUSTOM,
)
STARTED_BY_API = declare(
    "api-workflow",
    Fate.MANUAL,
    "A workflow that the API or a webhook starts becomes a custom pipeline",
    """No push starts it. What called CircleCI calls Bitbucket: POST to
    https://api.bitbucket.org/2.0/repositories/WORKSPACE/REPOSITORY/pipelines with a target of the type
    'pipeline_ref_target' whose selector is the custom pipeline. A webhook cannot do that by itself: its sender needs
    an access token.""",
    "https://circleci.com/docs/triggers-overview/",
    "https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/",
)
RERUNS = declare(
    "workflow-auto-reruns",
    Fate.DROPPED,
    "A workflow that runs failed jobs again by itself",
    """Bitbucket runs nothing again by itself. Put a loop around the commands that fail now and then, or press 'Rerun
    failed steps'.""",
    "https://circleci.com/docs/automatic-reruns/",
    "https://support.atlassian.com/bitbucket-cloud/docs/re-run-failed-steps/",
)
ON_PUSH = declare(
    "runs-on-push",
    Fate.REWRITTEN,
    "A condition on what started the pipeline",
    """A push starts the pipelines of branches and tags, so that the condition is decided there. Schedules and the API
    start custom pipelines.""",
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
    return Plan(tuple(made for workflow in plan.workflows for made in _folded(workflow, names, draft)))


def _folded(workflow: Workflow, names: set[str], draft: Draft) -> Iterator[Workflow]:
    condition = workflow.condition
    if schedules.is_scheduled(workflow):
        yield _filtered(workflow)
        return
    pushed = FALSE if _asks_for_parameters(condition) else on_push(condition)
    if pushed == FALSE:
        yield from _started_otherwise(workflow, names)
        return
    if pushed != condition:
        said = f"'{workflow.name}' runs on a push, as where {condition}; what else starts it is not asked"
        other = [one for one in _starters(workflow) if one.event is SCHEDULE or one.where != pushed]
        if any(one.event in (SCHEDULE, API) for one in other):
            copy = _renamed(workflow, "scheduled" if other[0].event is SCHEDULE else "api", names)
            said = (
                f"'{workflow.name}' runs on a push, as where {condition}; the rest is the custom pipeline '{copy.name}'"
            )
            yield from _started_otherwise(copy, names)
        draft.notes.add(ON_PUSH, (workflow.span,), f"workflows.{workflow.name}", said)
        workflow = workflow._replace(condition=pushed)
    yield _filtered(_of_changes(workflow, draft))


def _asks_for_parameters(condition: Condition) -> bool:
    """Whether values decide that a push does not give: with their defaults the workflow does not run."""
    return any(name.startswith(_PARAMETER) for name in subjects(condition))


def _known(workflow: Workflow) -> Condition:
    """The condition of a workflow with the values under which it is written."""
    if not workflow.given:
        return workflow.condition
    from migrate.circleci.statement_values import value  # the expression language: few workflows have values

    return evaluate(workflow.condition, {name: value(node) for name, node in workflow.given})


def _starters(workflow: Workflow) -> tuple[Starter, ...]:
    return starters(_known(workflow))


def _started_otherwise(workflow: Workflow, names: set[str]) -> Iterator[Workflow]:
    """A workflow that no push starts: its jobs ask for the branch, as far as its condition does.

    Where one event starts it on other branches than another one, it stands in the plan once for each.
    """
    groups: dict[Condition, list[Starter]] = {}
    for one in _starters(workflow):
        groups.setdefault(one.where, []).append(one)
    if not groups:
        yield _asking(workflow, settled(_known(workflow)))
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


def not_on_push(plan: Plan, draft: Draft) -> frozenset[str]:
    """The names of the workflows that no push starts."""
    return frozenset(workflow.name for workflow in plan.workflows if _waits(workflow, draft))


def _waits(workflow: Workflow, draft: Draft) -> bool:
    where = f"workflows.{workflow.name}"
    schedules.of_config(workflow, draft)
    reruns = draft.claims.text(draft.claims.take(workflow.keys, "max_auto_reruns"), "max_auto_reruns", (workflow.span,))
    if reruns:
        said = f"'{workflow.name}' ran failed jobs again, up to {reruns} times; its steps run once"
        draft.notes.add(RERUNS, (workflow.span,), where, said)
    waits = workflow.condition != TRUE or schedules.is_scheduled(workflow)
    if workflow.condition != TRUE:
        _say_what_starts(workflow, draft)
    if waits:
        found = () if schedules.is_scheduled(workflow) else _starters(workflow)
        facts = [one.facts for one in found] or [()]
        draft.customs += (Custom(workflow.name, workflow.origin or workflow.name, each) for each in facts)
    return waits


def _say_what_starts(workflow: Workflow, draft: Draft) -> None:
    found = _starters(workflow)
    for one in found:
        if one.event is SCHEDULE:
            schedules.of_project(workflow, one, draft)
        else:
            who = "CircleCI's API" if one.event is API else "a webhook"
            said = f"'{workflow.name}' was started by {who}; start it with the selector '{_selector(workflow)}'"
            draft.notes.add(STARTED_BY_API, (workflow.span,), f"workflows.{workflow.name}", said)
    if workflow.condition == FALSE:
        said = f"'{workflow.name}' is a custom pipeline: with the defaults of its parameters it does not run"
        draft.notes.add(WORKFLOW_CONDITION, (workflow.span,), f"workflows.{workflow.name}", said)
    elif not found or workflow.given or _asks_for_parameters(workflow.condition):
        said = f"'{workflow.name}' is a custom pipeline: it runs where {workflow.condition}{_values(workflow, draft)}"
        draft.notes.add(WORKFLOW_CONDITION, (workflow.span,), f"workflows.{workflow.name}", said)


def _selector(workflow: Workflow) -> str:
    return f'{{"type": "custom", "pattern": "{workflow.name}"}}'


def _values(workflow: Workflow, draft: Draft) -> str:
    """What is said of the values under which a workflow runs."""
    shown = [f"{name.removeprefix(_PARAMETER)} = {node.written}" for name, node in workflow.given]
    names, read = draft.parameters.get(workflow.name, {}), draft.given.get(workflow.name, {})
    asked = [names[name] for name in subjects(_known(workflow)) if names.get(name) in read]
    said = f"; it is written with {' and '.join(shown)}" if shown else ""
    said += ", the first of several ways" if shown and workflow.several else ""
    return said + (f"; whoever starts it gives its variable {' and '.join(asked)} a value" if asked else "")
