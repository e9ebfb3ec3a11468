"""`checkout` becomes the clone that every Bitbucket step starts with."""

import posixpath

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.directories import inside, outside
from migrate.lower.draft import Run, StepDraft
from migrate.lower.history import CLONE_DEPTH
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when, title

CHECKOUT_PATH = declare(
    "checkout-path",
    Fate.APPROXIMATED,
    "The repository is checked out somewhere else than in the working directory",
    """Bitbucket clones into its own directory only. A link has the other name; the working directory is the clone
    itself, not a folder around it.""",
    "https://circleci.com/docs/configuration-reference/#checkout",
    "https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/",
)


@step("checkout")
def lower(call: Call, step: StepDraft) -> None:
    """Mark the job as one that needs the repository."""
    step.checked_out = True
    note_when(call, step, "the clone is made before the script begins")
    _method(call, step)
    path = step.text("path", call.body, call.trail)
    below = inside(step.directory, path) if path.startswith(("~", "/")) else None
    if below:
        step.directory, step.offset = path, below
    within = inside(path, step.directory) if path and not below else ""
    if within == "":
        note_title(call, step)
        return
    place = outside(path) if within is None else within
    parent = posixpath.dirname(place)
    made = f"mkdir -p {parent}\n" if parent not in {"", "~", "/"} else ""
    link = f'{made}ln -sfn "$BITBUCKET_CLONE_DIR" {place}'
    step.script.append(Run(link, "checkout", title(call, step) or f"the checkout is called {path}", call.trail))
    step.note(CHECKOUT_PATH, call.trail, f"the clone is in $BITBUCKET_CLONE_DIR; '{path}' is a link to it")


def _method(call: Call, step: StepDraft) -> None:
    method = step.text("method", call.body, call.trail)
    depth = step.text("depth", call.body, call.trail)
    if method:
        step.depth = depth or "full"
        step.note(CLONE_DEPTH, call.trail, f"'method: {method}' is a clone of depth {step.depth}")
