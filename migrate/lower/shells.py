"""The shell of a command: CircleCI writes the command into a file, and calls the shell with the file's name.

A bash or sh with other options than CircleCI's own is the script's shell with other options (`set -u`), in brackets
where only some commands want them. Any other program is called by the script, with the command as its input
(reference circleci.md, section 4.1; mappings/shells.yml).
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from migrate.diagnostics import Fate, Span, Trail, declare
from migrate.lower.draft import StepDraft
from migrate.shell import Effects, indent
from migrate.shell.ending import is_single
from migrate.yamlio.nodes import Scalar

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#default-shell-options",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Script",
)
SHELL_CALLED = declare(
    "shell-called",
    Fate.REWRITTEN,
    "A command has an interpreter of its own, which the script calls",
    """CircleCI calls it with a file that holds the command.

    The script hands it the command as it stands, in the directory and the environment that it had.""",
    *_DOCS,
)
SHELL_LOGIN = declare(
    "shell-login",
    Fate.REWRITTEN,
    "A job's shells are login shells",
    """Each of them reads the profile before its command.

    Bitbucket's shell does not, so the script reads it once, at its top.""",
    *_DOCS,
)
SHELL_OPTIONS = declare(
    "shell-options",
    Fate.REWRITTEN,
    "A shell with other options than CircleCI's own",
    """CircleCI starts each command with these options, Bitbucket one shell for the whole script.

    The script's shell stands for it: a command that could tell the difference has the options set for it, in brackets,
    or at the top where all commands want them.""",
    *_DOCS,
)
SHELL_SH = declare(
    "shell-sh",
    Fate.APPROXIMATED,
    "A command for sh runs in bash",
    """Bitbucket runs a script in bash where the image has it, and the command with it, under the same options.

    What sh understands means the same in bash, except that echo may not read '\\n' in its words.

    Use printf for that.""",
    *_DOCS,
)
OTHER_SHELL = declare(
    "other-shell",
    Fate.ERROR,
    "A command wants a shell of Windows",
    """Only a runner of your own has it, and there PowerShell reads the whole script: write the rest of the script for
    it, too.

    In the cloud the step fails where the command stood.

    Choose 'unsupported-executors: self-hosted' for the job, or write the command for bash.""",
    *_DOCS,
)
DEFAULT = frozenset({"e", "pipefail"})
"""The options of CircleCI's own shell on Linux."""
_LONG = {"errexit": "e", "nounset": "u", "xtrace": "x"}
_QUIET = frozenset({"--noprofile", "--norc"})
_SHELLS = frozenset({"bash", "sh"})
_COMMON = frozenset({"u", "x"})
_FILE = "COMMAND"


class Shell(NamedTuple):
    """What `shell` says: its words, the program's name, and its options if the script's own shell can have them.

    The options are letters, or names where there is no letter; None are those of a program that must be called.
    """

    words: tuple[str, ...]
    name: str
    options: frozenset[str] | None

    @property
    def login(self) -> bool:
        """Whether it reads the profile first."""
        return self.options is not None and "l" in self.options


def read(text: str) -> Shell | None:
    """The shell that a text names; None for none."""
    words = tuple(text.split())
    called = words[1:] if words[:1] == ("/usr/bin/env",) else words
    if not called:
        return None
    name = called[0].replace("\\", "/").rpartition("/")[2]
    return Shell(words, name, _options(called[1:]) if name in _SHELLS else None)


def _options(words: tuple[str, ...]) -> frozenset[str] | None:
    found: set[str] = set()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word in _QUIET:
            continue
        if word == "--login":
            found.add("l")
        elif word[:1] in {"-", "+"} and word[1:].isalpha() and not set(word[1:]) & set("cis"):
            count = word[1:].count("o")
            named, waiting = waiting[:count], waiting[count:]
            if len(named) < count:
                return None
            said = set(word[1:]) - {"o"} | {_LONG.get(one, one) for one in named}
            found = found | said if word[0] == "-" else found - said
        else:
            return None
    return frozenset(found)


def note(shell: Shell, step: StepDraft, where: Trail | Span, *, job: bool = False) -> None:
    """Say what becomes of a shell, of one command or of all those of a job."""
    shown = " ".join(shell.words)
    takes = step.draft.catalog.shells.get(shell.name.lower())
    if takes == "no":
        step.note(
            OTHER_SHELL, where, f"'{shown}' is no program of a container; the command fails here until you replace it"
        )
    elif shell.options is None or (shell.login and not job):
        step.note(SHELL_CALLED, where, f"'{shown}' is called with the command")
    elif shell.login:
        step.note(SHELL_LOGIN, where, f"'{shown}' reads the profile, and so does the script")
    elif shell.name != "sh" and shell.options != DEFAULT:
        step.note(SHELL_OPTIONS, where, f"'{shown}' is the script's shell, with these options")
    if shell.name == "sh" and shell.options is not None:
        bash = _has_bash(step)
        said = "bash here" if bash else "the script's shell"
        step.note(SHELL_SH if bash else SHELL_OPTIONS, where, f"'{shown}' is {said}, with the same options")


def _has_bash(step: StepDraft) -> bool:
    return not (step.image and any(word in step.image.name for word in step.draft.catalog.words_without_bash))


def in_script(shell: Shell, step: StepDraft) -> frozenset[str] | None:
    """The options of a shell that the script's own can stand for; None of one that must be called."""
    return shell.options if step.login or not shell.login else None


def calling(command: Scalar, shell: Shell, step: StepDraft) -> Scalar:
    """A command as the input of the program that runs it, if that must be called."""
    takes = step.draft.catalog.shells.get(shell.name.lower(), "")
    if in_script(shell, step) is not None or (takes == "no" and step.runs_on):
        return command
    return _between(command, *_called(shell, command, takes))


def _called(shell: Shell, command: Scalar, takes: str) -> tuple[str, str, str]:
    """What stands before a command, the command, and what stands behind it."""
    text, words = command.text.strip("\n"), " ".join(shell.words)
    end = _end(shell.name.upper().rstrip("0123456789.") if takes in {"-", "-c"} else _FILE, text)
    if takes == "-c" and "'" not in text:
        if "\n" not in text:
            return f"{words} -c '", text, "'"
        whole = bool(command.symbols or command.defaults)  # their places are counted in the text as it is
        return f"{words} -c '\n", text if whole else indent(text, 2), "\n'"
    if takes == "-":
        return f"{words} - <<'{end}'\n", text, f"\n{end}"
    if takes.startswith("command."):
        file = f"/tmp/{takes}"  # noqa: S108 - in a container of its own
        return f"cat > {file} <<'{end}'\n", text, f"\n{end}\n{words} {file}"
    # nothing is left but a file, and one that has no name leaves the command's input what it was
    return f"{words} /dev/fd/3 3<<'{end}'\n", text, f"\n{end}"


def _end(word: str, text: str) -> str:
    """A word that ends a here-document with this text."""
    while word in text.splitlines():
        word += "_"
    return word


def _between(command: Scalar, before: str, text: str, after: str) -> Scalar:
    moved = len(before) - (len(command.text) - len(command.text.lstrip("\n")))
    symbols = tuple(one._replace(start=one.start + moved, end=one.end + moved) for one in command.symbols)
    defaults = tuple(one._replace(start=one.start + moved, end=one.end + moved) for one in command.defaults)
    return replace(command, text=before + text + after, symbols=symbols, defaults=defaults)


def common(options: list[frozenset[str]]) -> frozenset[str]:
    """The options that all commands of a job want, and that do no harm to what stands between them."""
    return frozenset.intersection(_COMMON, *options) if options else frozenset()


def setting(options: frozenset[str] | None, text: str, effects: Effects, have: frozenset[str]) -> str:
    """The line that gives a shell the options of a command, as far as the command could tell; it may need none."""
    if options is None:
        return ""
    on = options - have - DEFAULT - {"l"}
    on -= frozenset() if effects.reads or not effects.valid else {"u"}
    off = {"e"} if not ("e" in options or is_single(text) or _begins_strict(text, effects)) else set()
    off |= {"pipefail"} if "pipefail" in have - options and effects.pipelines else set()
    return " ".join(["set", *flags("-", on), *flags("+", off)]) if on or off else ""


def _begins_strict(text: str, effects: Effects) -> bool:
    """Whether a command itself begins with `set -e`."""
    first = effects.calls[0] if effects.calls and text.startswith("set ") else ()
    return any(word.startswith("-") and word[1:].isalpha() and "e" in word for word in first[1:])


def flags(sign: str, options: AbstractSet[str]) -> list[str]:
    """The words that set options, or with `+` take them back: letters together, the first name with them."""
    letters = "".join(sorted(one for one in options if len(one) == 1))
    names = sorted(one for one in options if len(one) > 1)
    first = [f"{sign}{letters}"] if letters else []
    if first and names:
        first = [f"{sign}{letters}o {names.pop(0)}"]
    return [*first, *(f"{sign}o {name}" for name in names)]
