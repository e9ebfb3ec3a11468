"""What is said about workspaces."""

from collections.abc import Sequence

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Attached, Persisted, Run, StepDraft
from migrate.lower.steps.shared_keys import STEP_TITLE
from migrate.lower.workspaces.layers import Layer, Use, may_lose_modes

_DOCS = (
    "https://circleci.com/docs/workspaces/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-artifacts-in-steps/",
)
PERSIST = declare(
    "workspace-persist",
    Fate.REWRITTEN,
    "A job hands files on as a shared artifact",
    """Bitbucket hands files on as artifacts.

    The files are uploaded when the step ends, and only the steps of jobs that attach the workspace download them. An
    artifact is kept for 14 days (CircleCI: 15) and may have 1 GB.""",
    *_DOCS,
)
MODES = declare(
    "workspace-modes",
    Fate.APPROXIMATED,
    "Files of an artifact lose their modes",
    """Bitbucket's artifacts do not keep the modes of files.

    The files come back with mode 644 and are there from the beginning of the step.

    No command was seen that runs one of them; where a program does, write 'chmod +x' before it.""",
    *_DOCS,
)
ARCHIVE = declare(
    "workspace-archive",
    Fate.REWRITTEN,
    "A job hands files on as an archive",
    """An artifact holds files below the clone directory only, forgets their modes, links and empty folders, and puts
    them back where they were.

    Where that would make a difference, or nobody can know that it does not, the files are packed where CircleCI
    persisted them and unpacked where it attached them. The archive is one file more in the clone directory, called
    .workspace-….tar.gz.""",
    *_DOCS,
)
ATTACH = declare(
    "workspace-attach",
    Fate.REWRITTEN,
    "A job gets files from earlier jobs",
    """Bitbucket would give the step the artifacts of all steps before it.

    Its step downloads the artifacts of the jobs that it requires, and of those that these require, and no others.""",
    *_DOCS,
)
EMPTY = declare(
    "workspace-empty",
    Fate.DROPPED,
    "A job attaches a workspace in which nothing is",
    """No job that it requires persists anything.

    CircleCI attaches nothing either, and so the step gets nothing.

    Remove the step, or require the job that persists the files, and convert again.""",
    *_DOCS,
)
UNUSED = declare(
    "workspace-unused",
    Fate.DROPPED,
    "A job hands on files that nobody gets",
    """No job that runs here and requires it attaches the workspace.

    No artifact is kept.

    If somebody fetches the files by hand, store them as an artifact.""",
    *_DOCS,
)
MISSING = declare(
    "workspace-missing",
    Fate.ERROR,
    "A job attaches files of a job that is left out",
    """The job that made them has no step.

    The step fails on purpose where the files were attached.

    Bring them there in another way, then take the failing command out.""",
    *_DOCS,
)
ELSEWHERE = declare(
    "workspace-elsewhere",
    Fate.MANUAL,
    "A job attaches files of a job that does not run with it",
    """Your choices let it run in a start condition where the other one does not run.

    Nothing hands on the files there.

    Let the other job run there, too, or make the files in another way.""",
    *_DOCS,
)
_NAMED = 6
"""How many jobs a note names."""


def persisted(layer: Layer, uses: Sequence[Use], artifact: str) -> None:
    """Say what becomes of a layer, in which artifact, and for whom."""
    step, trail = layer.step, layer.persisted.mark.trail
    what = _listed(layer.part.paths)
    users = _listed(tuple(dict.fromkeys(use.step.job.name for use in uses)))
    if layer.archive:
        said = f"{what} below '{layer.persisted.root}' goes to {users} packed, in the artifact '{artifact}'"
        step.note(ARCHIVE, trail, said)
        return
    step.note(PERSIST, trail, f"{what} below '{layer.persisted.root}' is the artifact '{artifact}', for {users}")
    if may_lose_modes(layer):
        step.note(MODES, trail, f"what is below {what} is not executable in {users}, and is there from the beginning")


def attached(step: StepDraft, use: Attached, names: Sequence[str]) -> None:
    """Say what comes to where the workspace is attached."""
    if names:
        step.note(ATTACH, use.mark.trail, f"the artifacts that come to '{use.at}': {_listed(names)}")
    else:
        step.note(EMPTY, use.mark.trail, f"no job that '{step.job.name}' requires persists anything")


def unused(step: StepDraft, use: Persisted) -> None:
    """Say that nobody gets what is handed on, or that it is nothing."""
    when = "" if use.when == "on_success" else f" ('when: {use.when}')"
    why = "no job that runs here attaches it" if use.paths else "no path is named"
    step.note(UNUSED, use.mark.trail, f"{_listed(use.paths)} below '{use.root}'{when} is kept for nobody: {why}")


def missing(step: StepDraft, use: Attached, names: Sequence[str]) -> None:
    """Say that files cannot come."""
    said = f"{_listed(names)} is left out, whose files came to '{use.at}'; the step fails until you bring them there"
    step.note(MISSING, use.mark.trail, said)


def elsewhere(step: StepDraft, use: Attached, names: Sequence[str], where: str) -> None:
    """Say that files do not come in one start condition."""
    said = f"in '{where}' {_listed(names)} does not run, whose files come to '{use.at}'"
    step.note(ELSEWHERE, use.mark.trail, said)


def untitled(step: StepDraft, mark: Run) -> None:
    """Say that the name of a step has no place."""
    if mark.title:
        step.note(STEP_TITLE, mark.trail, f"the name '{mark.title}' has no line of its own in the log")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown or "nothing"
