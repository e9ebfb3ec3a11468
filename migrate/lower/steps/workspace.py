"""`persist_to_workspace` and `attach_workspace`: not carried over yet, so the step fails where they stood."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.missing import fail
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_when, title

_DOCS = (
    "https://circleci.com/docs/workspaces/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-artifacts-in-steps/",
)
PERSIST = declare(
    "workspace-persist",
    Fate.ERROR,
    "A job hands files on to later jobs",
    """Write the paths as 'artifacts' of the step, relative to the clone directory and with '/**' behind a folder; copy
    what lies elsewhere into the clone directory first. Then take the failing command out.""",
    *_DOCS,
)
ATTACH = declare(
    "workspace-attach",
    Fate.ERROR,
    "A job gets files from earlier jobs",
    """Bitbucket puts the artifacts of all earlier steps into the clone directory before the script begins. Have the
    earlier step keep them, move them where this job wants them, and take the failing command out.""",
    *_DOCS,
)


@step("persist_to_workspace")
def lower_persist(call: Call, step: StepDraft) -> None:
    """Fail where files were handed on."""
    root = step.text("root", call.body, call.trail) or "."
    paths = (*step.texts("paths", call.body, call.trail), *step.texts("path", call.body, call.trail))
    said = f"{', '.join(map(repr, paths)) or 'nothing'} below '{root}' was handed on; the step fails until you keep it"
    step.note(PERSIST, call.trail, said)
    _fail(call, step)


@step("attach_workspace")
def lower_attach(call: Call, step: StepDraft) -> None:
    """Fail where files were expected."""
    at = step.text("at", call.body, call.trail) or "."
    step.note(ATTACH, call.trail, f"files of earlier jobs came to '{at}'; the step fails until you bring them there")
    _fail(call, step)


def _fail(call: Call, step: StepDraft) -> None:
    note_when(call, step, "the step fails in any case")
    fail(call.step, step, call.trail, title(call, step))
