"""Workflows that a push does not start become custom pipelines: on a schedule, on a condition, by hand.

Nothing that CircleCI ran only then may run on every push (reference circleci.md, section 3; bitbucket.md,
section 2.1).
"""

from migrate.circleci.conditions import FALSE, TRUE, subjects
from migrate.circleci.events import API, SCHEDULE
from migrate.circleci.plan import Plan, Workflow
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Custom, Draft
from migrate.lower.plan import schedules
from migrate.lower.plan.workflows import asks_for_parameters, known, starters_of

_CUSTOM = "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/#Custom--manual-only--pipelines"
WORKFLOW_CONDITION = declare(
    "workflow-condition",
    Fate.MANUAL,
    "A workflow that runs on a condition becomes a custom pipeline",
    """The condition depends on the run, so no push starts the workflow: its pipeline is started by hand, by the API or
    by a schedule.

    Where values of the pipeline's parameters decide, it is written with the values that let it run; a run with those
    values started the branch's other workflows too, unless their conditions kept them out.

    Put its steps under 'branches' where they shall run on a push.""",
    "https://circleci.com/docs/configuration-reference/#using-when-in-workflows",
    _CUSTOM,
)
STARTED_BY_API = declare(
    "api-workflow",
    Fate.MANUAL,
    "A workflow that the API or a webhook starts becomes a custom pipeline",
    """No push starts it.

    The API started the branch's other workflows too, as a push does; here it starts one pipeline at a time.

    What called CircleCI calls Bitbucket: POST to
    https://api.bitbucket.org/2.0/repositories/WORKSPACE/REPOSITORY/pipelines with a target of the type
    'pipeline_ref_target' whose selector is the custom pipeline. A webhook cannot do that by itself: its sender needs an
    access token.""",
    "https://circleci.com/docs/triggers-overview/",
    "https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/",
)
RERUNS = declare(
    "workflow-auto-reruns",
    Fate.DROPPED,
    "A workflow that runs failed jobs again by itself",
    """Bitbucket runs nothing again by itself.

    The key is left out: a job that fails has failed.

    Put a loop around the commands that fail now and then, or press 'Rerun failed steps'.""",
    "https://circleci.com/docs/guides/orchestrate/automatic-reruns/",
    "https://bitbucket.org/blog/rerun-failed-pipeline-steps",
)
_PARAMETER = "pipeline.parameters."


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
    if workflow.condition != TRUE:
        _say_what_starts(workflow, draft)
    waits = workflow.condition != TRUE or schedules.is_scheduled(workflow)
    if waits:
        found = () if schedules.is_scheduled(workflow) else starters_of(workflow)
        facts = [one.facts for one in found] or [()]
        draft.customs += (Custom(workflow.name, workflow.origin or workflow.name, each) for each in facts)
    return waits


def _say_what_starts(workflow: Workflow, draft: Draft) -> None:
    found = starters_of(workflow)
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
    elif not found or workflow.given or asks_for_parameters(workflow.condition):
        said = f"'{workflow.name}' is a custom pipeline: it runs where {workflow.condition}{_values(workflow, draft)}"
        draft.notes.add(WORKFLOW_CONDITION, (workflow.span,), f"workflows.{workflow.name}", said)


def _selector(workflow: Workflow) -> str:
    return f'{{"type": "custom", "pattern": "{workflow.name}"}}'


def _values(workflow: Workflow, draft: Draft) -> str:
    """What is said of the values under which a workflow runs."""
    shown = [f"{name.removeprefix(_PARAMETER)} = {node.written}" for name, node in workflow.given]
    names, read = draft.parameters.get(workflow.name, {}), draft.given.get(workflow.name, {})
    asked = [names[name] for name in subjects(known(workflow)) if names.get(name) in read]
    said = f"; it is written with {' and '.join(shown)}" if shown else ""
    said += ", the first of several ways" if shown and workflow.several else ""
    return said + (f"; whoever starts it gives its variable {' and '.join(asked)} a value" if asked else "")


__all__ = ["not_on_push"]
