"""`store_artifacts` becomes an artifact for people to download, kept also when the step fails."""

import posixpath
import re

from migrate.bitbucket.model import Upload
from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Run, StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, title
from migrate.lower.workspaces.paths import absolute, globs, here, spelled, word

ARTIFACT = declare(
    "artifact",
    Fate.REWRITTEN,
    "A stored artifact becomes a scoped artifact",
    """Bitbucket keeps artifacts by the names of files, for a step or for the steps behind it.

    The artifact can be downloaded from the step's page for 14 days (CircleCI: 30), up to 1 GB, and later steps do not
    get it, as in CircleCI.

    Fetch what must be kept for longer, or upload it with a pipe.""",
    "https://circleci.com/docs/artifacts/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-artifacts-in-steps/",
)
_FOLDER = "artifacts"
_WORD = re.compile(r"[^A-Za-z0-9._-]+")
_CAPTURED = {"on_success": "success", "on_fail": "failed"}


@step("store_artifacts")
def lower(call: Call, step: StepDraft) -> None:
    """Keep a file or folder; what lies outside the clone directory is copied into it first."""
    path = step.text("path", call.body, call.trail)
    destination = step.text("destination", call.body, call.trail)
    when = step.text("when", call.body, call.trail)
    within = here(absolute(path, step), step)
    name = _name(destination.strip("/") or path.rstrip("/"), path, step)
    if within is None:
        source = spelled(path, step)
        folder = _folder(source, name, step)
        within = posixpath.join(folder, posixpath.basename(source) or "root")
        copy = f"mkdir -p {word(folder)} && cp -r {word(source)} {word(folder)}/"
        step.after_script.append(
            Run(copy, "collect-artifacts", title(call, step), call.trail, when="always", ours=True)
        )
    else:
        note_title(call, step)
    step.uploads.append(Upload(name, globs(within), capture_on=_CAPTURED.get(when, "always")))
    step.note(ARTIFACT, call.trail, f"'{path}' is the artifact '{name}'")


def _name(called: str, path: str, step: StepDraft) -> str:
    """The last part of what the artifact is called, or all of its path if that is taken, or a number if that is too.

    Each of several machines has its number behind its names.
    """
    machine = f"-{step.job.copy + 1}" if step.job.copies > 1 else ""
    taken = {upload.name for upload in step.uploads}
    short = posixpath.basename(posixpath.splitext(called)[0])
    plain = [_WORD.sub("-", text).strip("-.") for text in (short, path)]
    name = next((one + machine for one in plain if one and one + machine not in taken), "")
    first, number = (plain[0] or "build") + machine, 1
    while not name or name in taken:
        name, number = first if number == 1 else f"{first}-{number}", number + 1
    return name


def _folder(source: str, name: str, step: StepDraft) -> str:
    """The folder that a copy goes to: one of its own if there is a copy of the same name already."""
    kept = posixpath.join(_FOLDER, posixpath.basename(source))
    taken = any(path.startswith(kept) for upload in step.uploads for path in upload.paths)
    return posixpath.join(_FOLDER, name) if taken else _FOLDER
