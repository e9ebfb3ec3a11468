"""What cannot be done here fails where it stood, so that no build goes green without it."""

import re

from migrate.circleci.plan import Call
from migrate.diagnostics import Code, Fate, Trail, declare
from migrate.lower.draft import Run, StepDraft

UNSUPPORTED_STEP = declare(
    "unsupported-step",
    Fate.ERROR,
    "A step that cannot be converted",
    """Nothing is known that does on Bitbucket what the step did.

    The script fails on purpose where the step stood, so that no build goes green without it.

    Write by hand what it did.""",
    "https://circleci.com/docs/configuration-reference/#steps",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/",
)
_ESCAPED = re.compile(r'(["\\$`])')


def fail(what: str, step: StepDraft, trail: Trail, title: str = "") -> None:
    """Add a command that fails and says what is missing; nothing after it runs."""
    step.script.append(Run(failing(what), "missing-step", title, trail))


def failing(what: str) -> str:
    """A command that fails and says what is missing."""
    shown = _ESCAPED.sub(r"\\\1", " ".join(what.split()))
    return f'echo "{shown} of CircleCI is missing here; see the migration report" >&2; false'


def fail_in_place(call: Call, step: StepDraft, code: Code, said: str) -> None:
    """Say why a call cannot be converted, and fail where it stood; nothing of it is left to be read."""
    step.note(code, call.trail, said)
    step.claims.whole(call.body)
    fail(call.step, step, call.trail)
