"""`name` and `when`, which every built-in step may have, where what it becomes has no such keys."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#steps",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/",
)
STEP_TITLE = declare(
    "step-title",
    Fate.REWRITTEN,
    "A built-in step's name",
    """Bitbucket's log has a line for each command of the script, and none for a key of the step.

    What the step did is a key of Bitbucket's step now, or one of its conditions, and has no line of its own in the log
    that a name could stand over.""",
    *_DOCS,
)
STEP_WHEN = declare(
    "step-when",
    Fate.APPROXIMATED,
    "A built-in step with a condition of its own",
    """Bitbucket does what the step did at a fixed time: caches are restored before the script and saved after a script
    that succeeded, services start first.

    It cannot be asked how the script ended.

    If it matters, do it by a command: in the after-script for what shall run whatever happened.""",
    *_DOCS,
)


def title(call: Call, step: StepDraft) -> str:
    """The name of a step, as it was written."""
    return step.claims.text(step.claims.take(call.body, "name"), "name", call.trail)


def note_title(call: Call, step: StepDraft) -> None:
    """Say that a step's name has no place."""
    name = title(call, step)
    if name:
        step.note(STEP_TITLE, call.trail, f"the name '{name}' of {call.step} has no line of its own in the log")


def note_when(call: Call, step: StepDraft, instead: str, usual: str = "on_success") -> None:
    """Say what is done instead of asking how the commands before the step ended, as it would not do as `usual`."""
    when = step.text("when", call.body, call.trail)
    if when and when != usual:
        step.note(STEP_WHEN, call.trail, f"'when: {when}' of {call.step} cannot be kept: {instead}")
