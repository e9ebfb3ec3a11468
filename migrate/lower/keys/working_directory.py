"""`working_directory` becomes the clone directory, which on Bitbucket has a fixed place."""

from migrate.diagnostics import Fate, declare
from migrate.lower.directories import is_home
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node, Scalar

HOME_CHECKOUT = declare(
    "home-checkout",
    Fate.APPROXIMATED,
    "The working directory is a home directory, or the root of all",
    """What is checked out there lies among the files of the system's user.

    On Bitbucket it lies in the clone directory; commands find it there by relative paths, and not behind '~' or '/'.

    Look for '~' and '/' in the scripts of the repository that read the checkout.""",
    "https://circleci.com/docs/configuration-reference/#jobs",
    "https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/",
)


@job_key("working_directory")
def lower(value: Node, step: StepDraft) -> None:
    """Remember the directory: paths and commands that name it are translated (`migrate.lower.script`)."""
    directory = step.plain(value, "working_directory", (value.span,))
    if isinstance(value, Scalar) and value.kind == "null":
        return  # as if the key were not there, as for the schema of configs
    step.directory = directory.rstrip("/") or "/"
    if is_home(step.directory):
        said = f"'working_directory: {directory}': write paths that begin with it relative to the clone directory"
        step.note(HOME_CHECKOUT, value.span, said)
