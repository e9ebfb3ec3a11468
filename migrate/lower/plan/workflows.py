"""Workflows that a push does not start become custom pipelines: on a schedule, on a condition, by hand.

Nothing that CircleCI ran only then may run on every push (reference circleci.md, section 3; bitbucket.md,
section 2.1).
"""

from migrate.circleci import logic
from migrate.circleci.plan import Plan, Workflow
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.yamlio.nodes import Node, Scalar

_CUSTOM = "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/#Custom--manual-only--pipelines"
SCHEDULE = declare(
    "schedule",
    Fate.MANUAL,
    "A scheduled workflow becomes a custom pipeline",
    """Schedules are not part of the file. Create one under Pipelines, Schedules, for each branch that is named; its
    times are UTC, as in CircleCI.""",
    "https://circleci.com/docs/configuration-reference/#schedule",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-triggers/",
)
WORKFLOW_CONDITION = declare(
    "workflow-condition",
    Fate.MANUAL,
    "A workflow that runs on a condition becomes a custom pipeline",
    """The condition depends on the run, so no push starts the workflow: its pipeline is started by hand, by the API or
    by a schedule. Put its steps under 'branches' where they shall run on a push.""",
    "https://circleci.com/docs/configuration-reference/#using-when-in-workflows",
    _CUSTOM,
)


def not_on_push(plan: Plan, draft: Draft) -> frozenset[str]:
    """The names of the workflows that no push starts."""
    return frozenset(workflow.name for workflow in plan.workflows if _waits(workflow, draft))


def _waits(workflow: Workflow, draft: Draft) -> bool:
    claims, waits = draft.claims, False
    where = f"workflows.{workflow.name}"
    for trigger in claims.items(claims.take(workflow.keys, "triggers")):
        waits = True
        schedule = claims.take(trigger, "schedule")
        cron = claims.text(claims.take(schedule, "cron"), "cron", (trigger.span,))
        only = claims.take(claims.take(claims.take(schedule, "filters"), "branches"), "only")
        branches = [claims.text(item, "only", (trigger.span,)) for item in claims.items(only)]
        on = ", ".join(f"'{name}'" for name in branches) or "the branches of its filters"
        said = f"create a schedule '{cron}' (UTC) for the custom pipeline '{workflow.name}' on {on}"
        draft.notes.add(SCHEDULE, (workflow.span, trigger.span), where, said)
    for key, wanted in (("when", True), ("unless", False)):
        condition = claims.take(workflow.keys, key)
        claims.whole(condition)
        if condition is not None and _holds(condition, draft) is not wanted:
            waits = True
            said = f"'{workflow.name}' is a custom pipeline: its '{key}' depends on the run, or on parameters"
            draft.notes.add(WORKFLOW_CONDITION, (workflow.span, condition.span), where, said)
    return waits


def _holds(condition: Node, draft: Draft) -> bool | None:
    """The truth of a condition if it is known now; an expression is not, as it asks for the pipeline."""
    if isinstance(condition, Scalar) and condition.kind == "str":
        return None
    return logic.evaluate(condition, draft.claims)
