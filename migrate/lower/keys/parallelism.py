"""`parallelism`: the job becomes one step that runs all its tests or, by choice, a step for each machine."""

from migrate.circleci.machines import machines
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.plan.copies import KEEP
from migrate.lower.plan.nesting import MOST_STEPS
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node

PARALLELISM_DROPPED = declare(
    "parallelism-dropped",
    Fate.DROPPED,
    "Test splitting",
    """CircleCI ran the job on several machines that shared its tests.

    Here one step runs all of them, one after another: the minutes are about the same, the wait is longer.

    Choose 'parallelism: keep' where the wait matters: the job is then a step for each machine.""",
    "https://circleci.com/docs/parallelism-faster-jobs/",
    "https://support.atlassian.com/bitbucket-cloud/docs/parallel-step-options/",
)


PARALLELISM_KEPT = declare(
    "parallelism-kept",
    Fate.REWRITTEN,
    "A step for each machine",
    """The choices say 'parallelism: keep'.

    The job is as many steps as CircleCI took machines, in one parallel group. Each exports which one it is, as
    CIRCLE_NODE_INDEX (from 0) and CIRCLE_NODE_TOTAL. What waited for the job waits for all of them.""",
    "https://circleci.com/docs/parallelism-faster-jobs/",
    "https://support.atlassian.com/bitbucket-cloud/docs/parallel-step-options/",
)


@job_key("parallelism")
def lower(value: Node, step: StepDraft) -> None:
    """Say how many machines become one, or as many steps."""
    text = step.plain(value, "parallelism", (value.span,))
    if step.job.copies > 1:
        said = f"'{step.job.name}' is the step of machine {step.job.copy} of {step.job.copies}, counted from 0"
        step.note(PARALLELISM_KEPT, value.span, said)
    elif text not in {"", "1"}:
        said = f"{text} machines become one step; its tests can take up to {text} times as long"
        if machines(step.job) > MOST_STEPS and step.draft.choices.parallelism == KEEP:
            said += f" ('parallelism: keep' is for {MOST_STEPS} machines at most, which is what a pipeline may have)"
        step.note(PARALLELISM_DROPPED, value.span, said)
