"""`parallelism` is dropped: the job becomes one step that runs all its tests."""

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node

PARALLELISM_DROPPED = declare(
    "parallelism-dropped",
    Fate.DROPPED,
    "Test splitting",
    """CircleCI ran the job on several machines that shared its tests. Here one step runs all of them, one after
    another: the minutes are about the same, the wait is longer.""",
    "https://circleci.com/docs/parallelism-faster-jobs/",
    "https://support.atlassian.com/bitbucket-cloud/docs/parallel-step-options/",
)


@job_key("parallelism")
def lower(value: Node, step: StepDraft) -> None:
    """Say how many machines become one."""
    text = step.plain(value, "parallelism", (value.span,))
    if text not in {"", "1"}:
        said = f"{text} machines become one step; its tests can take up to {text} times as long"
        step.note(PARALLELISM_DROPPED, value.span, said)
