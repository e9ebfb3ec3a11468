"""`shell` of a job: the shell of all its commands that name none themselves."""

from migrate.lower import shells
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node


@job_key("shell")
def lower(value: Node, step: StepDraft) -> None:
    """Take the shell, and say what becomes of it unless the script's own is the same."""
    step.shell = " ".join(step.plain(word, "shell", (value.span,)) for word in step.claims.items(value))
    shell = shells.read(step.shell)
    if shell is not None:
        step.login = shell.login
        shells.note(shell, step, value.span, job=True)
