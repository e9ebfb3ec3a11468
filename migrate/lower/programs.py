"""The calls in a job's commands as programs see them: behind `sudo` and its like, and in the text for another shell."""

import posixpath
from collections.abc import Iterable, Iterator

from migrate.bitbucket.model import Pipe
from migrate.lower.draft import Run, StepDraft
from migrate.shell import analyse

_THROUGH = {
    "sudo": frozenset(["-C", "-D", "-R", "-T", "-U", "-g", "-h", "-p", "-r", "-t", "-u"]),
    "env": frozenset(["-C", "-S", "-u"]),
    "timeout": frozenset(["-k", "-s"]),
    "xargs": frozenset(["-E", "-I", "-L", "-P", "-a", "-d", "-n", "-s"]),
    "nice": frozenset(["-n"]),
    **dict.fromkeys(("builtin", "command", "exec", "nohup", "time"), frozenset[str]()),
}
"""Programs that call the one that is named behind them, and their options that have a word of their own (POSIX.1,
sudo(8), timeout(1), xargs(1))."""
_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "su", "zsh"})


def calls(text: str) -> Iterator[tuple[str, ...]]:
    """The calls of a text, in its order; the first word of each is the program, without its folder on the machine."""
    for words in analyse(text).calls:
        yield from _unwrapped(words)


def of_step(step: StepDraft) -> Iterator[tuple[Run, tuple[str, ...]]]:
    """The commands of a step, each with its calls."""
    for run in runs(step):
        yield from ((run, words) for words in calls(run.text))


def runs(step: StepDraft) -> Iterator[Run]:
    """The commands of the script, then those of the after-script."""
    items: Iterable[Run | Pipe] = (*step.script, *step.after_script)
    yield from (item for item in items if isinstance(item, Run))


def _unwrapped(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The call itself, then those that it makes: of the program behind `sudo`, and in the text for a shell."""
    while words:
        words = (_plain(words[0]), *words[1:])
        yield words
        text = _handed(words)
        if text:
            yield from calls(text)
        words = _behind(words) if words[0] in _THROUGH else ()


def _plain(name: str) -> str:
    """A program's name; one of the machine's own (`/usr/bin/docker`) without its folder."""
    return posixpath.basename(name) if name.startswith(("/bin/", "/sbin/", "/usr/")) else name


def _behind(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words behind a program that calls another: its options and assignments are its own."""
    name, rest = words[0], list(words[1:])
    while rest and (rest[0].startswith("-") or (name in {"env", "sudo"} and _assigns(rest[0]))):
        if rest.pop(0) in _THROUGH[name] and rest:
            rest.pop(0)
    return tuple(rest[1:] if name == "timeout" else rest)


def _assigns(word: str) -> bool:
    """Whether a word is `NAME=value`."""
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _handed(words: tuple[str, ...]) -> str:
    """The text that a shell is given as an argument: `bash -ec 'TEXT'`, `eval TEXT`."""
    if words[0] == "eval":
        return " ".join(words[1:])
    if words[0] not in _SHELLS:
        return ""
    options = (place for place, word in enumerate(words) if word.startswith("-") and not word.startswith("--"))
    place = next((place for place in options if words[place].endswith("c")), len(words))
    return words[place + 1] if place + 1 < len(words) else ""
