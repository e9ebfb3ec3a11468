"""`checkout` becomes the clone that every Bitbucket step starts with."""

import posixpath

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.directories import inside, is_relative, word
from migrate.lower.draft import Run, StepDraft
from migrate.lower.history import CLONE_DEPTH
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when, title
from migrate.shell import analyse
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#checkout",
    "https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/",
)
CHECKOUT_PATH = declare(
    "checkout-path",
    Fate.REWRITTEN,
    "The repository is checked out somewhere else than in the working directory",
    """Bitbucket clones into its own directory only, and a step begins there.

    What ran in the working directory around it, or beside it, runs in a directory of that name, where a link leads to
    the clone.""",
    *_DOCS,
)


SECOND_CHECKOUT = declare(
    "second-checkout",
    Fate.APPROXIMATED,
    "A job checks the repository out a second time",
    """Bitbucket clones once for each step.

    The script clones Bitbucket's own clone: the same commit, with as much of the history. What it fetches and pushes it
    fetches from there.

    If the second one is for another commit or branch, see that the script checks that one out.""",
    *_DOCS,
)
LATE_CHECKOUT = declare(
    "late-checkout",
    Fate.APPROXIMATED,
    "A command runs before the checkout",
    """CircleCI starts it in an empty directory, Bitbucket with the repository in place.

    Programs that install something do not care; one that looks around, or writes into the directory, may.

    If the command must not find the files, let it run in a directory of its own.""",
    *_DOCS,
)


@step("checkout")
def lower(call: Call, step: StepDraft) -> None:
    """Mark the job as one that needs the repository."""
    note_when(call, step, "the clone is made before the script begins")
    _method(call, step)
    path = step.text("path", call.body, call.trail)
    if step.checked_out:
        _again(path, call, step)
        return
    step.checked_out = True
    note_title(call, step)
    _note_late(step)
    if path and step.place(".") and step.inside(".") is None:
        said = f"'{path}' is the clone directory; commands of the working directory run in {step.place('.')}"
        step.note(CHECKOUT_PATH, call.trail, said)


def settle(step: StepDraft) -> None:
    """Find where a job checks out, before its steps are lowered: paths of all of them lie there, or beside it."""
    call = next((call for call in step.job.steps if call.step == "checkout"), None)
    # Peeked, not taken: the room takes it.
    path = peek(call.body, "path") if call else None
    if not isinstance(path, Scalar) or path.symbols or not path.text:
        return
    place = posixpath.normpath(posixpath.join(step.directory, path.text) if is_relative(path.text) else path.text)
    if inside(place, step.directory) != "":
        step.directory, step.working = place, step.directory


def _again(path: str, call: Call, step: StepDraft) -> None:
    """Clone once more, into another place; into the same one CircleCI would only fetch."""
    place = step.place(path or ".")
    if not place:
        note_title(call, step)
        return
    text = f'git clone --quiet "$BITBUCKET_CLONE_DIR" {word(place)}'
    step.script.append(Run(text, "checkout", title(call, step) or f"the checkout in {path}", call.trail))
    step.note(SECOND_CHECKOUT, call.trail, f"'{path}' is a clone of the clone in $BITBUCKET_CLONE_DIR")


def _note_late(step: StepDraft) -> None:
    """Say which commands came before; those that start elsewhere see no difference."""
    written = {one.trail for one in step.job.steps if one.step in {"deploy", "run"}}
    for run in step.runs:
        calls = [words for words in analyse(run.text).calls if words]
        here = run.trail in written and is_relative(run.directory)
        if here and any(words[0] not in step.draft.catalog.installers for words in calls):
            said = f"'{run.title or run.text.splitlines()[0]}' ran in an empty directory; here the repository is there"
            step.note(LATE_CHECKOUT, run.trail, said)


def _method(call: Call, step: StepDraft) -> None:
    method = step.text("method", call.body, call.trail)
    depth = step.text("depth", call.body, call.trail)
    if method:
        step.depth = depth or "full"
        step.note(CLONE_DEPTH, call.trail, f"'method: {method}' is a clone of depth {step.depth}")
