"""Workflows that a push does not start become custom pipelines: on a schedule, on a condition, by hand.

Nothing that CircleCI ran only then may run on every push (reference circleci.md, section 3; bitbucket.md,
section 2.1).
"""

from migrate.circleci.conditions import (
    FALSE,
    TRUE,
    All,
    Any,
    Condition,
    Constant,
    Not,
    Test,
    all_of,
    any_of,
    evaluate,
    negate,
    subjects,
)
from migrate.circleci.plan import Plan, Workflow
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan.changed_paths import CHANGED_PATHS, split

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
_PUSH = {
    "pipeline.trigger_source": "webhook",
    "pipeline.event.name": "push",
    "pipeline.schedule.name": None,
    "pipeline.schedule.id": None,
}
_NO_PUSH = ("api", "schedule", "webhook")
"""Types of triggers that are no push: the others are the hosts of repositories."""


def fold(plan: Plan, draft: Draft) -> Plan:
    """Give conditions on the branch or the tag to the jobs, as filters: those have start conditions.

    Conditions on changed paths are remembered for the steps.
    """
    return Plan(tuple(_folded(workflow, draft) for workflow in plan.workflows))


def _on_push(condition: Condition) -> Condition:
    """What is left of a condition once a push is known to have started the pipeline (reference, section 1.11)."""
    match condition:
        case Test("pipeline.trigger.type", "==" | "!=" as operator, value) if value in _NO_PUSH:
            return TRUE if operator == "!=" else FALSE
        case Not(inner):
            return negate(_on_push(inner))
        case All(parts):
            return all_of(*map(_on_push, parts))
        case Any(parts):
            return any_of(*map(_on_push, parts))
    return evaluate(condition, _PUSH)


def _folded(workflow: Workflow, draft: Draft) -> Workflow:
    pushed = _on_push(workflow.condition)
    if pushed not in (workflow.condition, FALSE):
        said = f"'{workflow.name}' runs on a push, as where {workflow.condition}; what else starts it is not asked"
        draft.notes.add(ON_PUSH, (workflow.span,), f"workflows.{workflow.name}", said)
        workflow = workflow._replace(condition=pushed)
    condition, globs = split(workflow.condition)
    if "**" in globs:
        workflow = workflow._replace(condition=condition)  # something has changed in every push
    elif globs and set(subjects(condition)) <= _NAMES:
        draft.paths[workflow.name] = globs
        said = f"the steps of '{workflow.name}' run where a change matches {', '.join(globs)}"
        for job in (job for job in workflow.jobs if job.runs):
            draft.notes.add(CHANGED_PATHS, (workflow.span,), f"workflows.{workflow.name}", said, job=job.id)
        workflow = workflow._replace(condition=condition)
    condition = workflow.condition
    if isinstance(condition, Constant) or not set(subjects(condition)) <= _NAMES:
        return workflow
    jobs = tuple(
        job._replace(filters=job.filters._replace(condition=all_of(job.filters.condition, condition)))
        for job in workflow.jobs
    )
    return workflow._replace(jobs=jobs, condition=TRUE)


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
        filters = claims.take(claims.take(schedule, "filters"), "branches")
        only = [claims.text(item, "only", (trigger.span,)) for item in claims.items(claims.take(filters, "only"))]
        ignored = [claims.text(one, "ignore", (trigger.span,)) for one in claims.items(claims.take(filters, "ignore"))]
        on = ", ".join(f"'{name}'" for name in only) or "every branch that it shall run on"
        if ignored:
            on += f", but not on {', '.join(ignored)}"
        said = f"create a schedule '{cron}' (UTC) for the custom pipeline '{workflow.name}' on {on}"
        draft.notes.add(SCHEDULE, (workflow.span, trigger.span), where, said)
    reruns = claims.text(claims.take(workflow.keys, "max_auto_reruns"), "max_auto_reruns", (workflow.span,))
    if reruns:
        said = f"'{workflow.name}' ran failed jobs again, up to {reruns} times; its steps run once"
        draft.notes.add(RERUNS, (workflow.span,), where, said)
    if workflow.condition != TRUE:
        waits = True
        said = f"'{workflow.name}' is a custom pipeline: it runs where {workflow.condition}"
        if workflow.condition == FALSE:
            said = f"'{workflow.name}' is a custom pipeline: with the defaults of its parameters it does not run"
        draft.notes.add(WORKFLOW_CONDITION, (workflow.span,), where, said)
    return waits
