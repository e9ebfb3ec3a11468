"""What is read of a repository to see what it is: the names of its files, and the texts of a few small ones."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

SKIPPED = frozenset(
    {".git", ".hg", ".mypy_cache", ".svn", ".tox", ".venv", "__pycache__", "dist", "node_modules", "vendor", "venv"}
)
"""Folders of tools, and of other people's code."""
MOST_FILES, DEEPEST = 20_000, 4
"""After so many files, and below so many folders, nothing is looked at: what says what a repository is stands above."""
_READ = frozenset({"package.json", "pyproject.toml", "setup.py"})
_MOST_TEXTS, _LARGEST = 100, 200_000


class Listing(NamedTuple):
    """The files, sorted; the texts of some of them; and what could not be looked at."""

    files: tuple[str, ...]
    texts: dict[str, str]
    complaints: tuple[str, ...]


def listing(root: Path) -> Listing:
    """Look at a repository; what cannot be read is told, and left out."""
    complaints: list[str] = []
    files = _files(root, complaints)
    texts: dict[str, str] = {}
    named = [name for name in files if name.rpartition("/")[2] in _READ]
    for name in sorted(named, key=lambda one: (one.count("/"), one))[:_MOST_TEXTS]:
        try:
            with (root / name).open("rb") as file:
                data = file.read(_LARGEST + 1)
            texts[name] = data.decode("utf-8") if len(data) <= _LARGEST else ""
        except (OSError, UnicodeDecodeError) as error:
            said = getattr(error, "strerror", None) or "it is not UTF-8"
            complaints.append(f"{(root / name).as_posix()}: warning: cannot be read, and was left out: {said}")
    return Listing(tuple(files), texts, tuple(complaints))


def _files(root: Path, complaints: list[str]) -> list[str]:
    """The names of the files below a folder, sorted, but for those that are too deep or too many."""
    found: list[str] = []
    for place, folders, files in os.walk(root, onerror=_told(complaints)):
        within = Path(place).relative_to(root)
        deep = len(within.parts) >= DEEPEST
        folders[:] = [] if deep else sorted(one for one in folders if one not in SKIPPED)
        found += [(within / name).as_posix() for name in sorted(files)]
        if len(found) > MOST_FILES:
            complaints.append(f"{root.as_posix()}: warning: only the first {MOST_FILES:,} files were looked at")
            break
    return sorted(found[:MOST_FILES])


def _told(complaints: list[str]) -> Callable[[OSError], None]:
    def tell(error: OSError) -> None:
        name = Path(str(error.filename)).as_posix()
        complaints.append(f"{name}: warning: cannot be read, and was left out: {error.strerror}")

    return tell


__all__ = ["Listing", "listing"]
