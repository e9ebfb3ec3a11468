"""What is read: the config, the choices, and where the repository is. Each error says what and where."""

import codecs
import os
import posixpath
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from migrate import Source
from migrate.cli.exits import Refused

DEFAULT = ".circleci/config.yml"
CHOICES = "circle2bb.yml"
_STDIN = "-"
STDIN = "<stdin>"
_FOLDER = ".circleci"
_LARGEST = 10_000_000
"""Bytes: what is larger is not even looked at; the reader of YAML has a lower limit, of characters."""
_MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


def named(path: str) -> Source:
    """A file that the user has named."""
    return Source(Path(path).as_posix(), text(path, path))


class Project(NamedTuple):
    """A config, the choices beside it, the repository's root as the user named it, and `others` that were read too."""

    config: Source
    choices: Source | None
    root: Path
    others: tuple[Source, ...] = ()

    @property
    def is_rooted(self) -> bool:
        """Whether the config's name is one below the repository's root, not one as the user gave it."""
        return _is_rooted(self.config.path)

    @property
    def has_file(self) -> Callable[[str], bool]:
        """Whether the repository has a file."""
        return lambda name: (self.root / name).is_file()

    def file(self, name: str) -> tuple[str, str] | None:
        """The name for messages, and the text, of a file of the repository; None if it has no such file."""
        path = posixpath.normpath(name)
        if not name or path.startswith(("/", "..")) or not (self.root / path).is_file():
            return None
        shown = path if self.is_rooted else (self.root / path).as_posix()
        return shown, text(str(self.root / path), shown)


class Parts:
    """The files that a conversion reads besides the config: they are found in a project, and kept for the report."""

    def __init__(self, given: Project, continuation: Source | None = None) -> None:
        """`continuation` is one that was read already."""
        self._given = given
        self._read = {continuation.path: continuation} if continuation else {}

    def file(self, name: str) -> tuple[str, str] | None:
        """The name for messages, and the text, of a file of the project; None if it has no such file."""
        found = self._given.file(name)
        if found:
            self._read[found[0]] = Source(*found)
        return found

    def named(self, names: Iterable[str]) -> tuple[Source, ...]:
        """Those of the names that were read here."""
        return tuple(self._read[name] for name in names if name in self._read)


def project(config: str, choices: str | None) -> Project:
    """Read a config, from standard input if it is `-`, and its choices file if there is one."""
    root = Path() if config == _STDIN else _root(Path(config))
    shown = STDIN if config == _STDIN else _shown(Path(config), root)
    source = Source(shown, text(config, shown))
    if choices is not None:
        return Project(source, named(choices), root)
    beside = root / CHOICES
    name = CHOICES if _is_rooted(shown) else beside.as_posix()
    return Project(source, Source(name, text(str(beside), name)) if beside.is_file() else None, root)


def _is_rooted(shown: str) -> bool:
    """Whether a name is one below the repository's root."""
    return shown.startswith(f"{_FOLDER}/")


def _root(config: Path) -> Path:
    """The folder above the config's `.circleci`; without one, the config's own folder."""
    above = [place for place in config.parents if place.name == _FOLDER]
    if above:
        return above[-1].parent
    # A config that is named from inside `.circleci` has the folder in its full path only.
    whole = Path(os.path.abspath(config))  # noqa: PTH100 - resolve() would follow links out of the repository
    inside = [place for place in whole.parents if place.name == _FOLDER]
    return inside[-1].parent if inside else config.parent


def _shown(config: Path, root: Path) -> str:
    """The config's name in messages: from the repository's root if it lies below `.circleci`, else as given."""
    whole = Path(os.path.abspath(config))  # noqa: PTH100
    within = whole.relative_to(os.path.abspath(root))  # noqa: PTH100
    return within.as_posix() if _is_rooted(within.as_posix()) else config.as_posix()


def text(path: str, shown: str) -> str:
    """The text of a file, called `shown` in messages; what is no text is refused."""
    data = _bytes(path, shown)
    if len(data) > _LARGEST:
        said = f"the file is larger than {_LARGEST // 1_000_000} MB; name a CircleCI config"
        raise _refusal(said, f"{shown}:1:1")
    if mark := _MARKS.get(data[:2]):
        said = f"the file is {mark}, and CircleCI reads UTF-8; save it as UTF-8"
        raise _refusal(said, f"{shown}:1:1")
    zero = data.find(b"\0")
    if zero >= 0:
        said = "the file is binary; a CircleCI config is YAML text in UTF-8"
        raise _refusal(said, _place(shown, data, zero))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        said = f"the byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise _refusal(said, _place(shown, data, error.start)) from error


def _bytes(path: str, shown: str) -> bytes:
    try:
        if path == _STDIN:
            return sys.stdin.buffer.read(_LARGEST + 1)
        with Path(path).open("rb") as file:
            return file.read(_LARGEST + 1)
    except FileNotFoundError as error:
        said = f"there is no such file; name another, or run circle2bb where {DEFAULT} is"
        raise _refusal(said, shown) from error
    except IsADirectoryError as error:
        said = f"this is a directory; name a file in it, such as {DEFAULT}"
        raise _refusal(said, shown) from error
    except (OSError, ValueError) as error:
        said = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
        raise _refusal(said, shown) from error


def _place(shown: str, data: bytes, offset: int) -> str:
    line = data.count(b"\n", 0, offset) + 1
    before = data[data.rfind(b"\n", 0, offset) + 1 : offset].decode("utf-8", "replace")
    return f"{shown}:{line}:{len(before) + 1}"


def _refusal(said: str, where: str) -> Refused:
    return Refused(f"{where}: error: {said}")


__all__ = ["CHOICES", "DEFAULT", "STDIN", "Parts", "Project", "named", "project", "text"]
