"""Paths of workspaces and artifacts, and the globs that keep what lies there.

CircleCI's workspaces take globs of Go's `filepath.Match` below a root anywhere (reference circleci.md, section 4.6);
Bitbucket's artifacts take globs below the clone directory, of which a folder's name alone keeps nothing
(reference bitbucket.md, section 3.4).
"""

import posixpath
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from migrate.lower.directories import inside, outside
from migrate.lower.draft import StepDraft
from migrate.shell import quote

_GLOB = re.compile(r"[*?\[]")
_PIECE = re.compile(r"(\[[^\]]*\]|[*?])")
_SUFFIX = re.compile(r"[^.].*\.([A-Za-z][A-Za-z0-9]{0,4})$")
_FOLDERS = frozenset({"app", "d", "dSYM", "egg", "git", "kext"})
"""Suffixes that folders have, by custom of macOS, Debian, setuptools and git."""


class Part(NamedTuple):
    """Paths below one folder of CircleCI's, which is where the clone lies if the paths lie there.

    `base` is the folder in CircleCI, from `/` or `~`, and `folder` what commands call it here; `shift` leads to it from
    the root of the workspace.
    """

    base: str
    folder: str
    shift: str
    paths: tuple[str, ...]


def absolute(path: str, step: StepDraft) -> str:
    """A path of a job as CircleCI has it, from `/` or `~`."""
    path = outside(step.resolved(path))
    return posixpath.normpath(path if path.startswith(("/", "~")) else posixpath.join(outside(step.directory), path))


def here(path: str, step: StepDraft) -> str | None:
    """Where an absolute path lies below the clone directory ("" is that itself), or None if it lies elsewhere."""
    return inside(path, step.directory)


def spelled(path: str, step: StepDraft) -> str:
    """What commands call a place here: from the clone directory, or from `/` or `~`.

    What CircleCI's commands found with `..` is found with `..` here, because they will look for it there.
    """
    whole = absolute(path, step)
    within = here(whole, step)
    if within is not None:
        return within
    written = posixpath.normpath(step.resolved(path))
    return written if written.startswith("..") else whole


def parts(root: str, paths: Iterable[str], step: StepDraft) -> tuple[Part, ...]:
    """What is persisted, apart for each folder that the root may be on Bitbucket.

    Where the clone lies below the root, as with `root: ~` and `paths: [project]`, it lies elsewhere on Bitbucket, so
    what is in it and what is not go their own ways.
    """
    base, clone = absolute(root, step), posixpath.normpath(outside(step.directory))
    shift = posixpath.relpath(clone, base) if here(base, step) is None and _is_below(clone, base) else ""
    found: dict[bool, dict[str, None]] = {}
    for path in paths:
        inner = posixpath.relpath(posixpath.normpath(posixpath.join(base, outside(path))), base)
        if shift and fnmatchcase(shift, inner):
            found.setdefault(True, {})["."] = None
        elif shift and _is_below(inner, shift):
            found.setdefault(True, {})[_whole_folder(posixpath.relpath(inner, shift))] = None
        else:
            found.setdefault(False, {})[_whole_folder(inner)] = None
            if shift and inner == ".":
                found.setdefault(True, {})["."] = None
    split = {False: (base, spelled(root, step), ""), True: (clone, "", shift)}
    return tuple(Part(*split[moved], tuple(listed)) for moved, listed in found.items())


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _whole_folder(path: str) -> str:
    """A path without a last `*`: a folder's entries are the folder, and each comes with all that is below it."""
    while path.endswith("/*"):
        path = path[:-2]
    return "." if path == "*" else path


def globs(path: str) -> tuple[str, ...]:
    """The globs of Bitbucket that keep a file, or a folder with all that is in it; "" is the clone directory."""
    if not path:
        return ("**",)
    return (path,) if is_file(path) else (path, f"{path}/**")


def is_file(path: str) -> bool:
    """Whether a path's name is one of a file, by its suffix; of others nobody knows."""
    found = _SUFFIX.fullmatch(posixpath.basename(path))
    return bool(found) and found[1] not in _FOLDERS if found else False


def is_glob(path: str) -> bool:
    """Whether a path has wildcards of Go's."""
    return bool(_GLOB.search(path))


def has_class(path: str) -> bool:
    """Whether a path has what no glob of Bitbucket's can say: brackets, a backslash, or a `?` that is a character."""
    return any(mark in path for mark in "[\\?{}")


def fixed(path: str) -> str:
    """The folders of a path before its first wildcard."""
    found = _GLOB.search(path)
    return posixpath.dirname(path[: found.start()]) if found else path


def overlap(one: str, other: str) -> bool:
    """Whether a file may lie below both paths; those with wildcards count from the folder where they begin."""
    first, second = f"{fixed(one)}/".lstrip("/"), f"{fixed(other)}/".lstrip("/")
    return first.startswith(second) or second.startswith(first)


def word(path: str) -> str:
    """A path as a word for the shell, which expands its wildcards and a `~` at its head, and nothing else."""
    if path == "~" or path.startswith("~/"):
        return "~" + (f"/{word(path[2:])}" if path[2:] else "")
    return "".join(piece if _PIECE.fullmatch(piece) else quote(piece) for piece in _PIECE.split(path) if piece)
