"""How much of the history a step clones: Bitbucket's 50 commits, or all of them for a job that reads them.

CircleCI clones the whole history (reference circleci.md, section 1.5; bitbucket.md, section 3.3).
"""

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.shell import analyse

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#checkout",
    "https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/",
)
CLONE_DEPTH = declare(
    "clone-depth",
    Fate.REWRITTEN,
    "How much of the history is cloned",
    """Bitbucket clones the last 50 commits, CircleCI all of them unless it is told otherwise. A step gets the depth
    that the checkout asked for, or the whole history if one of its commands reads it.""",
    *_DOCS,
)
CLONE_TAGS = declare(
    "clone-tags",
    Fate.MANUAL,
    "A command looks for tags",
    "Bitbucket's clone has no tags but the one that was pushed. Put 'git fetch --tags' before the command.",
    *_DOCS,
)
_READERS = {"blame", "cherry", "describe", "log", "merge-base", "name-rev", "rev-list", "shortlog"}
_FEW = ("-1", "-2", "-3", "-n", "--max-count", "-n1")


def depth(step: StepDraft) -> str:
    """The depth that the step's commands need, if it is not Bitbucket's own."""
    if step.depth or not step.checked_out:
        return step.depth
    needed = ""
    for run in (*step.runs, *step.after_script):
        for words in analyse(run.text).calls:
            reader = next((word for word in words[1:4] if word in _READERS), "") if words[:1] == ("git",) else ""
            if reader and not any(word.startswith(_FEW) for word in words):
                needed = "full"
                step.note(CLONE_DEPTH, run.trail, f"'git {reader}' reads the history, so the whole of it is cloned")
            if reader == "describe":
                step.note(CLONE_TAGS, run.trail, "'git describe' finds no tags; put 'git fetch --tags' before it")
    return needed
