"""`$BASH_ENV`: bash reads this file before each command of a job, and so hands on what commands write to it.

One script is one shell, so the file is read once behind each command that may have written to it. Bash reads it before
it obeys `-e`: a line that fails ends nothing. It reads it last, behind the variables that a command is given (reference
circleci.md, sections 4.1 and 4.3; bash's manual, "Bash Startup Files").
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Run, StepDraft
from migrate.shell import Effects, analyse, tree
from migrate.shell.appends import FILES, written_anew
from migrate.shell.ending import cannot_fail
from migrate.shell.statements import statements

_DOCS = (
    "https://circleci.com/docs/env-vars/#set-an-environment-variable-in-a-shell-command",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)
WRITTEN_ANEW = declare(
    "bash-env-anew",
    Fate.APPROXIMATED,
    "A command throws away what $BASH_ENV held",
    """Later commands find only what the file holds then.

    The script has read the file before, and what it set stays set.

    Unset in the command what is no longer wanted.""",
    *_DOCS,
)
GOES_AWAY = declare(
    "bash-env-directory",
    Fate.APPROXIMATED,
    "$BASH_ENV goes to another directory",
    """CircleCI's bash goes there before each command, from that command's own directory.

    The script has gone there once, and 'working_directory' counts from there.

    Write the directory into the command.""",
    *_DOCS,
)
NAME = "BASH_ENV"


class File(NamedTuple):
    """The file of one job: its `name`, if the config gives it one, and all that commands write to it.

    Of the `texts` None is one that nobody knows before the job runs.
    """

    name: str
    texts: tuple[str | None, ...] = ()

    def written_by(self, text: str, effects: Effects) -> tuple[str | None, ...]:
        """What a command writes to the file; it may call it by its name."""
        named = bool(self.name) and self.name in text
        return effects.bash_env or ((None,) if named else ())

    @property
    def reading(self) -> str:
        """The line that reads the file."""
        sure = not self.name and all(text is not None and cannot_fail(text) for text in self.texts)
        return '. "$BASH_ENV"' if sure else '. "$BASH_ENV" || true'

    def follows(self, run: Run) -> bool:
        """Whether a command has variables of its own that the file may set again, or read."""
        names = {name for name, _ in run.environment}
        if NAME in names:
            return True
        known = [None if text is None else analyse(text) for text in self.texts]
        return bool(names) and any(one is None or names & (one.exports | one.sets | one.reads) for one in known)


def file_of(environment: dict[str, str], written: Iterable[tuple[str, Effects]]) -> File:
    """The file of a job with these variables and commands."""
    file = File(environment.get(NAME, "").strip("'\""))
    return file._replace(texts=tuple(text for pair in written for text in file.written_by(*pair)))


def does_itself(text: str, effects: Effects) -> bool:
    """Whether a command does all that it hands on through the file, or reads the file itself."""
    if FILES & set(effects.sources):
        return True
    own = statements(text)
    return all(one is not None and statements(one) <= own for one in effects.bash_env)


def has_read(text: str, effects: Effects) -> bool:
    """Whether a command leaves its shell as if the file had been read behind it."""
    if not FILES & set(effects.sources):
        return bool(effects.bash_env) and does_itself(text, effects)
    last = analyse(text.rstrip().rpartition("\n")[2])
    return bool(FILES & set(last.sources)) and not last.bash_env


def beyond(effects: Effects, again: set[str]) -> bool:
    """Whether a command reads or exports more than it hands on; the files in `again` are read by later ones, too."""
    carried = analyse("\n".join(text for text in effects.bash_env if text))
    sources = set(effects.sources) - FILES - set(carried.sources) - again
    return bool(sources or effects.exports - carried.exports)


def note(file: File, commands: Sequence[tuple[Run, str]], step: StepDraft) -> None:
    """Say where reading the file once is not the same as reading it before each command."""
    for number, (run, text) in enumerate(commands):
        if any(NAME in other for _, other in commands[:number]) and written_anew(tree.parse(text).root):
            step.note(WRITTEN_ANEW, run.trail, "what $BASH_ENV has set before this command stays set behind it")
    if any(text is not None and analyse(text).changes_directory for text in file.texts):
        for run in (run for run, _ in commands if run.directory):
            said = f"'{run.directory}' counts from where $BASH_ENV has gone to"
            step.note(GOES_AWAY, run.trail, said)
