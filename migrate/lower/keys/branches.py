"""`branches` of a job, from before there were workflows (reference circleci.md, section 1.10)."""

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node

BRANCHES_IGNORED = declare(
    "branches-ignored",
    Fate.DROPPED,
    "A job's own 'branches' beside workflows",
    """CircleCI ignores the key where workflows say what runs.

    It is ignored here too.

    If it was meant to hold, write it as 'filters' of the job's entry in the workflow, and convert again.""",
    "https://circleci.com/docs/workflows/#branch-level-job-execution",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)


@job_key("branches")
def lower(value: Node, step: StepDraft) -> None:
    """Say that nothing asks the key; without workflows it was read as the job's filter."""
    step.claims.whole(value)
    if step.job.trail != (step.job.defined,):
        said = f"the workflow decides where '{step.job.name}' runs; CircleCI ignores 'branches' of the job"
        step.note(BRANCHES_IGNORED, value.span, said)
