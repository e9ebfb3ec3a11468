"""Where CircleCI's paths lie on Bitbucket, whose clone directory is fixed.

A job's `working_directory` is where CircleCI checks out; there it becomes the clone directory
(reference circleci.md, section 1.3; bitbucket.md, section 3.3).
"""

import posixpath

HOMES = ("~", "$HOME", "${HOME}", "/home/circleci", "/root")
"""How configs write the home directory of CircleCI's images."""


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
    if path.startswith(("/", *HOMES[:3])):
        return None
    normal = posixpath.normpath(path)
    if normal.startswith(".."):
        return None
    return "" if normal == "." else normal


def outside(path: str) -> str:
    """A path outside the clone directory, with the home directory written as `~`."""
    for home in HOMES[1:4]:
        if path == home or path.startswith(home + "/"):
            return "~" + path[len(home) :]
    return path
