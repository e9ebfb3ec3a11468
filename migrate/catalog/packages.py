"""The table of package managers, `mappings/package_managers.yml`."""

from collections.abc import Iterable
from typing import NamedTuple

from migrate.catalog.rows import complaint, listed, table, text, texts
from migrate.diagnostics import CatalogError
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Entry, Mapping


class Manager(NamedTuple):
    """A package manager: the commands that download, and where it keeps that.

    `calls` are beginnings of commands, `without` an option with which they keep nothing, `files` its lock files, `path`
    what it keeps, and `places` what it keeps in images whose names begin so; "" is a place that nobody knows.
    """

    name: str
    calls: tuple[tuple[str, ...], ...]
    without: str
    files: tuple[str, ...]
    path: str
    places: tuple[tuple[str, str], ...]

    def called_by(self, calls: Iterable[tuple[str, ...]]) -> bool:
        """Whether one of these commands, given as words, downloads with it and keeps what it has downloaded."""
        return any(self._is(_plain(words)) and self.without not in words for words in calls)

    def _is(self, words: list[str]) -> bool:
        return any(words[: len(start)] == list(start) for start in self.calls)

    def kept(self, image: str) -> str:
        """The folder that it keeps in an image; "" if that is not known."""
        return next((path for begins, path in self.places if image.startswith(begins)), self.path)


def read(root: Mapping) -> dict[str, Manager]:
    """The package managers by name."""
    return {entry.key.text: _manager(entry) for entry in table(root, "managers").entries}


def _manager(entry: Entry) -> Manager:
    row = entry.value
    if not isinstance(row, Mapping):
        raise CatalogError(complaint(row.span, f"the package manager '{entry.key.text}' is a mapping"))
    keys = row.keys
    return Manager(
        entry.key.text,
        tuple(tuple(call.split()) for call in listed(row, "calls")),
        text(row, "without") if "without" in keys else "",
        tuple(listed(row, "files")),
        text(row, "path") if "path" in keys else "",
        tuple(texts(peek(row, "in")).items()) if "in" in keys else (),
    )


def _plain(words: tuple[str, ...]) -> list[str]:
    """The words of a command: its program without folder, or the module that Python runs, and what is no option."""
    program = words[0].rpartition("/")[2] if words else ""
    if program.startswith("python") and words[1:2] == ("-m",):
        words = words[2:]
        program = words[0] if words else ""
    return [program, *(word for word in words[1:] if not word.startswith("-"))]
