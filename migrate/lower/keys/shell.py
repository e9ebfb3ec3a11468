"""`shell` of a job: the shell of all its commands."""

from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.lower.steps.run import OTHER_SHELL, is_default_shell
from migrate.yamlio.nodes import Node


@job_key("shell")
def lower(value: Node, step: StepDraft) -> None:
    """Say that the script runs in another shell, unless it is CircleCI's own default."""
    name = " ".join(step.plain(word, "shell", (value.span,)) for word in step.claims.items(value))
    if name and not is_default_shell(name):
        step.note(OTHER_SHELL, value.span, f"'{name}' is not the shell that runs this job's commands here")
