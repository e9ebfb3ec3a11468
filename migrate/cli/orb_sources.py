"""`--orb-source`: files that hold the sources of orbs, and which orb each of them is."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click

from migrate import Source
from migrate.circleci.orbs import Missing, Wanted, is_exact, is_orb, newest, order, parse
from migrate.cli.reading import text

LEGAL = (
    "name the files NAMESPACE__ORB@VERSION.yml or NAMESPACE/ORB@VERSION.yml, or say which orb a file is: "
    "ALIAS=FILE, NAMESPACE/ORB=FILE or NAMESPACE/ORB@VERSION=FILE"
)
_ENDINGS = (".yaml", ".yml")
_ALIAS = re.compile(r"[^\s/@=]+")


class Which(NamedTuple):
    """Which orb a file is: its full name and version, or the alias that the config gives it."""

    orb: str = ""
    version: str = ""
    alias: str = ""


class OrbFiles(NamedTuple):
    """The files by what they are; the later of two that are the same orb is the one that counts."""

    files: dict[Which, Path]

    def source(self, wanted: Wanted) -> Source | Missing | None:
        """The source of an orb: by its alias, else the newest version that was asked for, else that of any version."""
        reference = parse(wanted.reference)
        versions = self._versions(reference.orb) if reference else ()
        version = newest(reference, versions) if reference else None
        found = self.files.get(Which(alias=wanted.alias)) if wanted.alias else None
        if reference and found is None and version is not None:
            found = self.files[Which(reference.orb, version)]
        if reference and found is None:
            found = self.files.get(Which(reference.orb))
        if found is not None:
            return Source(found.as_posix(), text(str(found), found.as_posix()))
        if reference and versions:
            return Missing(f"--orb-source has {reference.orb} in {', '.join(versions)}, none of which is asked for")
        return None

    def _versions(self, orb: str) -> tuple[str, ...]:
        there = (which.version for which in self.files if which.orb == orb and which.version)
        return tuple(sorted(there, key=order))


def orb_files(values: Iterable[str]) -> OrbFiles:
    """Read the values of `--orb-source`; what names no orb is wrong usage. What is named with = wins."""
    found: dict[Which, Path] = {}
    named: dict[Which, Path] = {}
    for value in values:
        name, equals, rest = value.partition("=")
        path = Path(value)
        if path.is_dir():
            found |= dict(_below(path))
        elif path.is_file():
            found[_which(path, value)] = path
        elif equals and (which := _called(name)) and Path(rest).is_file():
            named[which] = Path(rest)
        elif equals and _called(name):
            raise _misuse(value, f"there is no file {rest}")
        else:
            raise _misuse(value, "there is no such file or directory")
    return OrbFiles(found | named)


def _below(folder: Path) -> Iterator[tuple[Which, Path]]:
    """The orbs of a directory and of its namespaces, the directories below it."""
    namespaces = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    files = [path for place in (folder, *namespaces) for path in sorted(place.iterdir()) if path.is_file()]
    orbs = [path for path in files if path.suffix in _ENDINGS and not path.name.startswith(".")]
    if not orbs:
        raise _misuse(folder.as_posix(), "the directory holds no orb")
    yield from ((_which(path, path.as_posix()), path) for path in orbs)


def _which(path: Path, value: str) -> Which:
    """Which orb a file is, by its name: with its namespace before two low lines, or as its directory."""
    name, at, version = path.name.removesuffix(path.suffix).partition("@")
    version = version.replace("dev-", "dev:", 1) if version.startswith("dev-") else version
    namespace, lines, orb = name.partition("__")
    full = f"{namespace}/{orb}" if lines else f"{path.absolute().parent.name}/{name}"
    if not (at and is_orb(full) and is_exact(version) and path.suffix in _ENDINGS):
        raise _misuse(value, "the name does not say which orb, and which version of it, this is")
    return Which(full, version)


def _called(name: str) -> Which | None:
    """What stands before =: an alias, an orb, or one version of an orb."""
    orb, at, version = name.partition("@")
    if is_orb(orb) and (is_exact(version) or not at):
        return Which(orb, version)
    return Which(alias=name) if _ALIAS.fullmatch(name) else None


def _misuse(value: str, said: str) -> click.UsageError:
    return click.UsageError(f"--orb-source {value}: {said}; {LEGAL}")


__all__ = ["OrbFiles", "orb_files"]
