"""Which configs an audit reads: files, directories, globs, lists of paths, archives."""

import glob
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import click

from migrate.cli.audit_archives import ENDINGS as ARCHIVES
from migrate.cli.audit_archives import unpack

_CONFIGS = ("config.yml", "config.yaml")
_FOLDER = ".circleci"
_ENDINGS = (".yml", ".yaml")
_SKIPPED = frozenset({".git", ".hg", ".tox", ".venv", "node_modules", "vendor", "venv", "__pycache__"})
"""Folders in which no repository of the user's lies."""


class Found(NamedTuple):
    """A config: where it is, and what it is called in messages."""

    path: str
    shown: str

    @property
    def repository(self) -> str:
        """The path of its repository, or its own if it lies in none."""
        path = PurePosixPath(self.shown.replace("!", "/"))
        own = path.parent.parent if path.parent.name == _FOLDER else path
        return own.as_posix().strip("./") or "repository"


def find(paths: tuple[str, ...], scratch: Path) -> Iterator[Found]:
    """The configs that the arguments name, in their order, each once; archives are unpacked into `scratch`."""
    seen: set[str] = set()
    for path in paths:
        for found in _named(path, scratch):
            if found.shown not in seen:
                seen.add(found.shown)
                yield found


def _named(path: str, scratch: Path) -> Iterator[Found]:
    place = Path(path)
    if place.is_dir():
        yield from (Found(name, name) for name in _below(place))
    elif place.is_file() and place.name.endswith(ARCHIVES):
        folder = unpack(place, scratch)
        names = ((name, Path(name).relative_to(folder).as_posix()) for name in _below(folder))
        yield from (Found(name, f"{place.as_posix()}!{inner}") for name, inner in names)
    elif place.is_file() and place.suffix not in _ENDINGS:
        yield from _listed(place, scratch)
    elif place.is_file():
        yield Found(place.as_posix(), place.as_posix())
    elif matches := sorted(glob.glob(path, recursive=True, include_hidden=True)):  # noqa: PTH207 - as a shell does it
        for match in matches:
            yield from _named(match, scratch)
    else:
        said = f"{path}: there is no such file or directory, and no file has a name like that"
        raise click.UsageError(said)


def _below(folder: Path) -> list[str]:
    """The configs of the repositories below a folder; of one without any repository, all of its YAML files."""
    names: list[str] = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in _SKIPPED)
        names += [(Path(place) / name).as_posix() for name in sorted(files) if name.endswith(_ENDINGS)]
    paths = [(name, PurePosixPath(name)) for name in names]
    return [name for name, path in paths if path.parent.name == _FOLDER and path.name in _CONFIGS] or names


def _listed(file: Path, scratch: Path) -> Iterator[Found]:
    """The paths that a file has, one a line; they are relative to where the command runs."""
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        path = line.strip()
        if path and not path.startswith("#"):
            try:
                yield from _named(path, scratch)
            except click.UsageError as error:
                said = f"{file.as_posix()}:{number}: {error.message}"
                raise click.UsageError(said) from error


__all__ = ["Found", "find"]
