"""`checkout` becomes the clone that every Bitbucket step starts with."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.directories import inside
from migrate.lower.draft import StepDraft
from migrate.lower.registry import step

CHECKOUT_PATH = declare(
    "checkout-path",
    Fate.APPROXIMATED,
    "The repository is checked out somewhere else than in the working directory",
    "Bitbucket clones into its own directory only. Adapt the commands that use the other path.",
    "https://circleci.com/docs/configuration-reference/#checkout",
    "https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/",
)


@step("checkout")
def lower(call: Call, step: StepDraft) -> None:
    """Mark the job as one that needs the repository."""
    step.checked_out = True
    path = step.text("path", call.body, call.trail)
    if path and inside(path, step.directory) != "":
        step.note(CHECKOUT_PATH, call.trail, f"the clone is in $BITBUCKET_CLONE_DIR, not in '{path}'")
