"""Where CircleCI's paths lie on Bitbucket, whose clone directory is fixed.

A job's `working_directory` is where CircleCI checks out; there it becomes the clone directory
(reference circleci.md, section 1.3; bitbucket.md, section 3.3).
"""

import posixpath

from migrate.shell import quote

HOMES = ("~", "$HOME", "${HOME}", "/home/circleci", "/root")
"""How configs write the home directory of CircleCI's images."""
WORKING = ("$CIRCLE_WORKING_DIRECTORY", "${CIRCLE_WORKING_DIRECTORY}")
"""How configs write a job's working directory, in commands and, against the manual, in paths."""


def spellings(directory: str) -> tuple[str, ...]:
    """The ways in which commands may write a job's working directory."""
    for home in HOMES:
        if directory.startswith(home + "/"):
            return tuple(other + directory[len(home) :].rstrip("/") for other in HOMES)
    return (directory.rstrip("/"),)


def inside(path: str, directory: str) -> str | None:
    """`path` relative to the clone directory ("" is the directory itself), or None if it lies outside."""
    for start in spellings(directory):
        if path.rstrip("/") == start:
            return ""
        if path.startswith(start + "/"):
            return inside(path[len(start) + 1 :], directory)
    if not is_relative(path):
        return None
    normal = posixpath.normpath(path)
    if normal.startswith(".."):
        return None
    return "" if normal == "." else normal


def is_relative(path: str) -> bool:
    """Whether a path begins where a command starts."""
    return not path.startswith(("/", *HOMES[:3]))


def is_home(directory: str) -> bool:
    """Whether a directory is a home directory, or the root of all."""
    return directory.rstrip("/") in {"", *HOMES}


def is_go_path(directory: str) -> bool:
    """Whether a directory lies where Go looks for sources by their host, as in `/go/src/github.com/owner/name`."""
    before, _, host = directory.partition("/src/")
    return before != directory and "." in host.partition("/")[0] and "/" in host


def word(path: str) -> str:
    """A path as a word of the shell, which finds the home directory where `~` stands for it."""
    home, slash, rest = path.partition("/")
    return f"~{slash}{quote(rest) if rest else ''}" if home == "~" else quote(path)


def outside(path: str) -> str:
    """A path outside the clone directory, with the home directory written as `~`."""
    for home in HOMES[1:4]:
        if path == home or path.startswith(home + "/"):
            return "~" + path[len(home) :]
    return path
