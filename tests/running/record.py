"""What is kept of a job that has run, in words that mean the same on both sides."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.running.place import Place

Plain = Callable[[str], str]
"""What gives folders the names that both sides share."""
PROJECT = "<project>"
"""What the working directory is called."""
_OWN = ("BASH_ENV", "OLDPWD", "PWD", "SHLVL", "_", "CI", "BUILD_DIR")
_SERVICES = ("CIRCLE", "BITBUCKET_")
_TEMPORARY = re.compile(r"(tmp/[\w-]+\.)\w{4,}|(tmp/)\w{6,}")
"""What mktemp makes up."""


class Called(NamedTuple):
    """One call of a stub: the program, its arguments, where, and the variables that it found."""

    program: str
    arguments: tuple[str, ...]
    directory: str
    environment: tuple[tuple[str, str], ...]


class Record(NamedTuple):
    """A job that has run: whether it succeeded, what it called and printed, and the files that it left."""

    succeeded: bool
    calls: tuple[Called, ...]
    printed: str
    files: tuple[tuple[str, str], ...]


def take(
    place: Place, ways: Mapping[Path, str], printed: Iterable[str], own: frozenset[str], *, succeeded: bool
) -> Record:
    """The record of what ran in a place.

    `ways` to the working directory have a name of their own in the record; `own` are the variables that the config
    itself sets. Those of the two services are left out unless the config sets them.
    """
    called = {str(path): ways[path] for path in sorted(ways, key=lambda path: -len(str(path)))}
    called |= {f"~{w.removeprefix(str(place.home))}": n for w, n in called.items() if w.startswith(f"{place.home}/")}

    def plain(text: str) -> str:
        text = text.replace(f"{place.box}/bash_env", f"{place.home}/.bash_env")  # CircleCI's is outside of the machine
        for way, name in called.items():  # `~`: what `dirs` says
            text = re.sub(rf"{re.escape(way)}(?![\w.-])", name, text)
        return _TEMPORARY.sub(r"\1\2XXXXXX", text.replace(str(place.home), "~").replace(str(place.root), ""))

    order = (place.box / "order").read_text(encoding="utf-8").split()
    texts = ((place.box / "calls" / number).read_text("utf-8", "replace") for number in order)
    calls = tuple(_called(text, plain, own) for text in texts)
    files = _files(place, plain, frozenset(ways.values()))
    return Record(succeeded, calls, plain("".join(printed)), tuple(sorted(files.items())))


def _called(entry: str, plain: Plain, own: frozenset[str]) -> Called:
    program, directory, arguments, exported = entry.split("\1", 3)
    words = tuple(plain(word) for word in arguments.split("\2")[:-1])
    found = (word.partition("=") for word in _words(exported) if "=" in word)
    kept = {name: plain(value) for name, _, value in found if name in own or not _foreign(name)}
    return Called(program, words, plain(directory.rstrip()), tuple(sorted(kept.items())))


def _words(exported: str) -> list[str]:
    try:
        return shlex.split(exported)
    except ValueError:
        return []


def _foreign(name: str) -> bool:
    return name in _OWN or name.startswith(_SERVICES)


def _files(place: Place, plain: Plain, checkouts: frozenset[str]) -> dict[str, str]:
    """The files that the job made, changed or took away.

    A link that stands for the working directory is none, and neither is the archive in which a workspace is handed on
    or the mark of a job that is ended early.
    """
    found = {plain(str(path)): "(deleted)" for path in place.laid if not path.exists()}
    for path in place.root.rglob("*"):
        if path.is_relative_to(place.box) or path.is_relative_to(place.real):
            continue
        if path.is_symlink():
            target = plain(str(path.readlink()))
            if checkouts.isdisjoint((target, plain(str(path)))):
                found[plain(str(path))] = f"-> {target}"
        elif path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            if place.laid.get(path) != text:
                found[plain(str(path))] = plain(text)
    ours = re.compile(r"/\.bash_env$|/tmp/halted$|/\.workspace-[^/]*\.tar\.gz$")
    return {name: text for name, text in found.items() if text and not ours.search(name)}
