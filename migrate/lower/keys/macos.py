"""`macos`: Bitbucket's cloud has no Macs, so the job is dropped, or runs on a runner of one's own."""

from migrate.diagnostics import Fate, Span, declare
from migrate.lower.draft import StepDraft
from migrate.lower.keys import shell
from migrate.lower.registry import job_key
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Node

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#executors",
    "https://support.atlassian.com/bitbucket-cloud/docs/runners/",
)
EXECUTOR_DROPPED = declare(
    "executor-dropped",
    Fate.DROPPED,
    "A job whose machine Bitbucket's cloud does not have",
    """Bitbucket's cloud runs Linux containers: no macOS, no Windows, no GPU.

    The job is left out.

    Choose 'unsupported-executors: self-hosted' to run it on a runner of your own.""",
    *_DOCS,
)
SELF_HOSTED = declare(
    "self-hosted-runner",
    Fate.MANUAL,
    "A job needs a runner of your own",
    """The job asks for a machine that Bitbucket's cloud does not have, or for a runner.

    Until one is online the step waits, then fails.

    Register a runner with these labels under Repository settings, Runners.""",
    *_DOCS,
)
CODE_SIGNING = declare(
    "code-signing",
    Fate.MANUAL,
    "Certificates for signing apps",
    """CircleCI installs them before the build.

    Nothing installs them here.

    On a Mac of your own, keep them in its keychain, or import them in the script from secured variables with 'security
    import'.""",
    "https://circleci.com/docs/ios-codesigning/",
    "https://support.atlassian.com/bitbucket-cloud/docs/runners/",
)


@job_key("macos")
def lower(value: Node, step: StepDraft) -> None:
    """Drop the job, or send it to a Mac of the user's own."""
    claims = step.claims
    xcode = step.text("xcode", value, (value.span,))
    drop(step, value.span, f"macOS (Xcode {xcode})", ("self.hosted", "macos"))
    claims.take(value, "resource_class")  # a Mac of one's own has what it has
    note_signing(claims.take(value, "code_signing"), step)
    below = claims.take(value, "shell")
    if below and peek(step.job.keys, "shell") is None:  # the job's own wins, and its room claims it
        shell.lower(below, step)


def note_signing(value: Node | None, step: StepDraft) -> None:
    """Say that certificates are not installed, if there are any."""
    step.claims.whole(value)
    if value is not None:
        step.note(CODE_SIGNING, value.span, "'code_signing' has no counterpart; install the certificates in the script")


def drop(step: StepDraft, span: Span, what: str, labels: tuple[str, ...]) -> None:
    """Leave the job out because of its machine, unless the user has runners of their own."""
    shown = ", ".join(labels)
    if step.draft.choices.unsupported_executors == "self-hosted":
        step.runs_on = labels
        step.note(SELF_HOSTED, span, f"{what}: register a runner with the labels {shown}")
        return
    said = f"Bitbucket's cloud has no {what}: '{step.job.name}' is left out; your own runner [{shown}] would run it"
    step.note(EXECUTOR_DROPPED, span, said)
    step.dropped = what
