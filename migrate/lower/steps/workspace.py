"""`persist_to_workspace` and `attach_workspace`: remembered here; `migrate.lower.workspaces` brings them together.

CircleCI: https://circleci.com/docs/workspaces/
Bitbucket: https://support.atlassian.com/bitbucket-cloud/docs/use-artifacts-in-steps/
"""

from migrate.circleci.plan import Call
from migrate.lower.draft import Attached, Persisted, Run, StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_when, title


@step("persist_to_workspace")
def lower_persist(call: Call, step: StepDraft) -> None:
    """Remember what is handed on, and mark the place."""
    root = step.text("root", call.body, call.trail) or "."
    paths = (*step.texts("paths", call.body, call.trail), *step.texts("path", call.body, call.trail))
    when = step.text("when", call.body, call.trail) or "on_success"
    mark = Run("", "persist-workspace", title(call, step), call.trail, when=when, ours=True)
    step.persisted.append(Persisted(root, paths, when, mark))
    (step.script if when == "on_success" else step.after_script).append(mark)


@step("attach_workspace")
def lower_attach(call: Call, step: StepDraft) -> None:
    """Remember where files are expected, and mark the place."""
    at = step.text("at", call.body, call.trail) or "."
    note_when(call, step, "the files come before the script begins")
    mark = Run("", "attach-workspace", title(call, step), call.trail)
    step.attached.append(Attached(at, mark))
    step.script.append(mark)
