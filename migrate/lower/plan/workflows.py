"""Workflows that a push does not start become custom pipelines: on a schedule, on a condition, by hand.

Nothing that CircleCI ran only then may run on every push (reference circleci.md, section 3; bitbucket.md,
section 2.1).
"""

from migrate.circleci.conditions import FALSE, TRUE, Constant, all_of, subjects
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
_NAMES = {"pipeline.git.branch", "pipeline.git.tag"}


def fold(plan: Plan, draft: Draft) -> Plan:
    """Give conditions on the branch or the tag to the jobs, as filters: those have start conditions.

    Conditions on changed paths are remembered for the steps.
    """
    return Plan(tuple(_folded(workflow, draft) for workflow in plan.workflows))


def _folded(workflow: Workflow, draft: Draft) -> Workflow:
    condition, globs = split(workflow.condition)
    if "**" in globs:
        workflow = workflow._replace(condition=condition)  # something has changed in every push
    elif globs and set(subjects(condition)) <= _NAMES:
        draft.paths[workflow.name] = globs
        said = f"the steps of '{workflow.name}' run where a change matches {', '.join(globs)}"
        for job in workflow.jobs:
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
        only = claims.take(claims.take(claims.take(schedule, "filters"), "branches"), "only")
        branches = [claims.text(item, "only", (trigger.span,)) for item in claims.items(only)]
        on = ", ".join(f"'{name}'" for name in branches) or "the branches of its filters"
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
