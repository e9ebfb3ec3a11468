"""`store_artifacts` becomes an artifact for people to download, kept also when the step fails."""

import posixpath

from migrate.bitbucket.model import Upload
from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Run, StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, title
from migrate.shell import quote

ARTIFACT = declare(
    "artifact",
    Fate.REWRITTEN,
    "A stored artifact becomes a scoped artifact",
    """It can be downloaded from the step's page for 14 days (CircleCI: 30), up to 1 GB, and later steps do not get
    it, as in CircleCI.""",
    "https://circleci.com/docs/artifacts/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-artifacts-in-steps/",
)
_FOLDER = "artifacts"
_CAPTURED = {"on_success": "success", "on_fail": "failed"}


@step("store_artifacts")
def lower(call: Call, step: StepDraft) -> None:
    """Keep a file or folder; what lies outside the clone directory is copied into it first."""
    path = step.text("path", call.body, call.trail)
    destination = step.text("destination", call.body, call.trail)
    when = step.text("when", call.body, call.trail)
    within = step.inside(path)
    if within is None:
        within = posixpath.join(_FOLDER, posixpath.basename(path.rstrip("/")) or "root")
        copy = f"mkdir -p {_FOLDER}\ncp -r {quote(path) if not path.startswith('~') else path} {_FOLDER}/"
        run = Run(copy, "collect-artifacts", title(call, step), call.trail, when="always")
        step.after_script.append(run)
    else:
        note_title(call, step)
    name = posixpath.basename(posixpath.splitext(destination.strip("/") or within)[0]) or "build"
    step.uploads.append(Upload(name, _globs(within), capture_on=_CAPTURED.get(when, "always")))
    step.note(ARTIFACT, call.trail, f"'{path}' is the artifact '{name}'")


def _globs(path: str) -> tuple[str, ...]:
    """A folder's name alone keeps nothing (reference bitbucket.md, section 3.4)."""
    if not path:
        return ("**",)
    return (path,) if "." in posixpath.basename(path) else (path, f"{path}/**")
