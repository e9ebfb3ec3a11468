"""`shell` of a job: the shell of all its commands that name none themselves."""

from migrate.lower import shells
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Node, Scalar, Sequence


@job_key("shell")
def lower(value: Node, step: StepDraft) -> None:
    """Take the shell, and say what becomes of it unless the script's own is the same."""
    step.shell = " ".join(step.plain(word, "shell", (value.span,)) for word in step.claims.items(value))
    shell = shells.read(step.shell)
    if shell is not None:
        step.login = shell.login and not _mixed(step)
        shells.note(shell, step, value.span, job=step.login)


def _mixed(step: StepDraft) -> bool:
    """Whether a command names a shell that reads no profile, so that the script must not have read it."""
    own = (peek(call.body, "shell") for call in step.job.steps)  # peeked: the rooms of the commands claim them
    texts = [node.items if isinstance(node, Sequence) else (node,) for node in own if node is not None]
    named = (shells.read(" ".join(word.text for word in words if isinstance(word, Scalar))) for words in texts)
    return any(shell is not None and not shell.login for shell in named)
