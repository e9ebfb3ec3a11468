"""Commands that leave the checkout through `..`: what lies beside it lies elsewhere on Bitbucket."""

import posixpath

from migrate.diagnostics import Fate, declare
from migrate.lower.directories import HOMES, is_relative
from migrate.lower.draft import StepDraft
from migrate.shell import analyse

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#jobs",
    "https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/",
)
PARENT_DIRECTORY = declare(
    "parent-directory",
    Fate.APPROXIMATED,
    "A command leaves the checkout through '..'",
    """On CircleCI the checkout lies in the home directory, on Bitbucket in /opt/atlassian/pipelines/agent.

    What is put beside the checkout with '..' is found with '..' again.

    Look for scripts of the repository that name the directory by its whole path.""",
    *_DOCS,
)
NEIGHBOUR_IN_HOME = declare(
    "neighbour-in-home",
    Fate.MANUAL,
    "A neighbour of the checkout is looked for in the home directory",
    """On CircleCI both are the same place, on Bitbucket they are not.

    The commands are written as they were, and one does not find what the other made.

    Write '..' or '~' in both commands.""",
    *_DOCS,
)


def note_neighbours(step: StepDraft) -> None:
    """Say which commands of a job mean the home directory when they write `..`."""
    texts = [run.text for run in (*step.runs, *step.after_script)]
    for run in (*step.runs, *step.after_script):
        if ".." not in f"{run.text}{run.directory}" or not is_relative(run.directory):
            continue  # nothing to say: no word of it can lead out of the checkout, or it starts elsewhere anyway
        words = [word for words in analyse(run.text).calls for word in words]
        if run.directory.startswith("..") or any(_leaves(word, run.directory) for word in words):
            step.note(PARENT_DIRECTORY, run.trail, "'..' is the clone directory's parent here, not the home directory")
        for name in {word.split("/")[1] for word in words if word.startswith("../") and _leaves(word, run.directory)}:
            if name and any(f"{home}/{name}" in text for home in HOMES for text in texts):
                step.note(NEIGHBOUR_IN_HOME, run.trail, f"'../{name}' and '~/{name}' are two places here")


def _leaves(word: str, directory: str) -> bool:
    """Whether a path leads out of the clone from a directory in it."""
    return word.startswith("..") and posixpath.normpath(posixpath.join(directory, word)).startswith("..")
