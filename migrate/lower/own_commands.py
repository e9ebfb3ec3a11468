"""Calls of CircleCI's own program, `circleci` or `circleci-agent`, which Bitbucket's steps do not have.

`step halt` is replaced (migrate.lower.halting), and so are lists of tests and texts with variables
(migrate.lower.agent), where the command itself calls it: in a text that another shell reads, or behind a program such
as `sudo`, nobody sees it done (reference circleci.md, section 4.9).
"""

from collections.abc import Iterator

from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import StepDraft
from migrate.shell import analyse
from migrate.shell.calls import called, staying

CIRCLECI_COMMAND = declare(
    "circleci-command",
    Fate.ERROR,
    "A command of CircleCI's own",
    """The program 'circleci' exists in CircleCI's jobs only.

    The step fails on purpose where a command stood that has no counterpart. What has one is replaced.

    Leave the command out, or write what stands for it. What another shell, or a command in the background, is to end
    cannot be ended by it here: let it fail or write a file, and ask behind it.""",
    "https://circleci.com/docs/use-the-circleci-cli-to-split-tests/",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Script",
)
PROGRAMS = frozenset({"circleci", "circleci-agent"})
HALTS = frozenset((program, "step", "halt") for program in PROGRAMS)
"""The calls that end a job."""
_PRINTING = frozenset({"echo", "printf"})


def note_own_commands(text: str, step: StepDraft, trail: Trail) -> None:
    """Say which calls in a command fail here."""
    for shown in _left(staying(text, called(text, HALTS))):
        said = f"'{shown}' is a command of CircleCI's own; it fails here until you replace it"
        step.note(CIRCLECI_COMMAND, trail, said)


def _left(text: str) -> Iterator[str]:
    """The calls that stay, those of `step halt` also where another program is to make them."""
    effects = analyse(text)
    own = [words for words in effects.calls if words and words[0] in PROGRAMS]
    yield from (" ".join(words[:3]) for words in own)
    printed = any(words[0] in _PRINTING and "step halt" in " ".join(words) for words in effects.calls if words)
    direct = any(words[1:3] == ("step", "halt") for words in own)
    if "step halt" in text and "halt" in effects.mentions and not printed and not direct:
        yield from [name for name in map(" ".join, sorted(HALTS)) if name in text] or ["circleci step halt"]
