"""Globs as Bitbucket reads them: branch and tag patterns, and `glob()` in conditions (reference bitbucket.md, 2.2).

`*` is anything without a slash, `**` anything, `?` at most one character that is no slash, `{a,b}` a choice that may be
nested; braces without a comma are literal, as are square brackets; a backslash takes a character's meaning away. A
glob matches whole names, and case counts.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_WORDS = {"**": ".*", "*": "[^/]*", "?": "[^/]?"}
_PIECE = re.compile(r"\\.|\*\*|[*?{},]|.", re.DOTALL)
_SPECIAL = re.compile(r"[*?{}\\]")


def matches(glob: str, name: str) -> bool:
    """Whether a glob matches the whole of a name."""
    return _compiled(glob).fullmatch(name) is not None


def matches_path(glob: str, path: str) -> bool:
    """Whether a glob matches a changed path: there `**/` stands for any folders, and for none (section 2.3)."""
    return matches(glob, path) or ("**/" in glob and matches(glob.replace("**/", ""), path))


def chosen(patterns: Iterable[str], name: str) -> str | None:
    """The pattern that decides about a name: the name itself, else the longest that matches it, the first of equals."""
    listed = tuple(patterns)
    if name in listed:
        return name
    return max((glob for glob in listed if matches(glob, name)), key=len, default=None)


def literal(name: str) -> str:
    """The glob that matches a name and nothing else."""
    return _SPECIAL.sub(r"\\\g<0>", name)


def expression(glob: str) -> str:
    """The regular expression of a glob, for whole names."""
    return _source([match[0] for match in _PIECE.finditer(glob)])


@lru_cache(maxsize=4096)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(expression(glob), re.DOTALL)


def _source(pieces: list[str]) -> str:
    choices = _choices(pieces)
    return "".join(choices.get(index) or _word(piece) for index, piece in enumerate(pieces))


def _word(piece: str) -> str:
    return _WORDS.get(piece) or re.escape(piece[-1] if len(piece) > 1 else piece)


def _choices(pieces: list[str]) -> dict[int, str]:
    """What the braces and commas of choices become, by their place; those of no choice are literal."""
    found: dict[int, str] = {}
    opened: list[list[int]] = []
    for index, piece in enumerate(pieces):
        if piece == "{":
            opened.append([index])
        elif piece == "," and opened:
            opened[-1].append(index)
        elif piece == "}" and opened:
            first, *commas = opened.pop()
            if commas:
                found |= {first: "(?:", index: ")"} | dict.fromkeys(commas, "|")
    return found
