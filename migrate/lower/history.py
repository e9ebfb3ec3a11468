"""How much of the history a step clones: Bitbucket's 50 commits, or all of them for a job that reads them.

CircleCI clones the whole history (reference circleci.md, section 1.5; bitbucket.md, section 3.3).
"""

from collections.abc import Iterator

from migrate.diagnostics import Fate, declare
from migrate.lower.directories import is_relative
from migrate.lower.draft import Run, StepDraft
from migrate.shell import analyse

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#checkout",
    "https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/",
)
CLONE_DEPTH = declare(
    "clone-depth",
    Fate.REWRITTEN,
    "How much of the history is cloned",
    """Bitbucket clones the last 50 commits, CircleCI all of them unless it is told otherwise.

    A step gets the depth that the checkout asked for, or the whole history if one of its commands reads it.""",
    *_DOCS,
)
CLONE_TAGS = declare(
    "clone-tags",
    Fate.REWRITTEN,
    "A command looks for tags",
    """Bitbucket's clone has no tags but the one that was pushed.

    The script fetches them before the command.""",
    *_DOCS,
)
CLONE_BRANCHES = declare(
    "clone-branches",
    Fate.REWRITTEN,
    "A command looks for other branches",
    """Bitbucket's clone has the branch that was pushed, and no other.

    The script fetches those of 'origin' before the command.""",
    *_DOCS,
)
_READERS = {"blame", "cherry", "describe", "log", "merge-base", "name-rev", "rev-list", "shortlog"}
_FEW = ("-1", "-2", "-3", "-n", "--max-count", "-n1")
_MAKING = {"-a", "-d", "-f", "-m", "-s", "-u", "-F", "--annotate", "--delete", "--force", "--message", "--sign"}
_LISTING = ("-l", "-n", "--list", "--points-at", "--contains", "--merged", "--sort")
_TAGS = "git fetch --tags --quiet"
_BRANCHES = "git fetch --quiet origin '+refs/heads/*:refs/remotes/origin/*'"


def settle(step: StepDraft) -> None:
    """Fetch what Bitbucket's clone lacks before the first command that reads it, in the script and behind it."""
    if not step.checked_out:
        return
    for runs in (step.script, step.after_script):
        fetched: set[str] = set()
        for index, run in enumerate(runs):
            if isinstance(run, Run):
                lines = [line for line in _lacking(run, step) if line not in fetched]
                fetched.update(() if run.test else lines)
                if lines:
                    runs[index] = run._replace(text="\n".join([*lines, run.text]))


def _lacking(run: Run, step: StepDraft) -> Iterator[str]:
    """The lines that fetch what a command reads and does not fetch itself."""
    calls = list(_own_calls(run.text, step))
    if any(words[1:2] in {("fetch",), ("pull",)} for words in calls):
        return
    tagged = next((words for words in calls if _reads_tags(words)), None)
    if tagged:
        step.note(CLONE_TAGS, run.trail, f"'{' '.join(tagged[:2])}' finds the tags that the script fetches first")
        yield _TAGS
    branch = next((word for words in calls for word in words[2:] if _is_remote(word)), None)
    if branch:
        step.note(CLONE_BRANCHES, run.trail, f"'{branch}' is a branch that the script fetches first")
        yield _BRANCHES


def _is_remote(word: str) -> bool:
    """Whether a word names a branch of the repository that was cloned, or a range that begins or ends with one."""
    return any(part.startswith(("origin/", "refs/remotes/origin/")) for part in word.replace("...", "..").split(".."))


def _reads_tags(words: tuple[str, ...]) -> bool:
    if words[1] == "describe" or (words[1] == "for-each-ref" and any("refs/tags" in word for word in words)):
        return True
    making = any(word in _MAKING for word in words) or (words[2:] and not words[2].startswith(_LISTING))
    return words[1] == "tag" and not making


def _own_calls(text: str, step: StepDraft) -> Iterator[tuple[str, ...]]:
    """The calls of git that are about the job's own clone, without options before their verb."""
    elsewhere = False
    for words in analyse(text).calls:
        if words[:1] == ("cd",) and len(words) > 1:
            elsewhere = not is_relative(words[1]) and step.inside(words[1]) is None and not words[1].startswith("$")
        if words[:1] == ("git",):
            place, rest = _verb(words[1:])
            there = elsewhere if not place else not is_relative(place) and step.inside(place) is None
            if rest and not there:
                yield ("git", *rest)


def _verb(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Where git is to run, and its words from the verb on."""
    place = ""
    while words and words[0].startswith("-"):
        takes = words[0] in {"-C", "-c"}
        place = words[1] if words[0] == "-C" and len(words) > 1 else place
        words = words[2:] if takes else words[1:]
    return place, words


def depth(step: StepDraft) -> str:
    """The depth that the step's commands need, if it is not Bitbucket's own."""
    if step.depth or not step.checked_out:
        return step.depth
    needed = ""
    for run in (*step.runs, *step.after_script):
        for words in _own_calls(run.text, step):
            reads = words[1] in _READERS and not any(word.startswith(_FEW) for word in words)
            remote = next((word for word in words[2:] if _is_remote(word)), "")
            if reads or remote:
                needed = "full"
                said = (
                    f"'git {words[1]}{f' {remote}' if remote else ''}' reads the history, so the whole of it is cloned"
                )
                step.note(CLONE_DEPTH, run.trail, said)
            elif _goes_elsewhere(words):
                needed = "full"
                said = "'git push' to another repository wants the whole history, so all of it is cloned"
                step.note(CLONE_DEPTH, run.trail, said)
    return needed


def _goes_elsewhere(words: tuple[str, ...]) -> bool:
    """Whether a push goes to a repository that may lack the commits before: it takes none from a shallow clone."""
    targets = [word for word in words[2:] if not word.startswith("-")]
    return words[1] == "push" and bool(targets) and targets[0] != "origin"
