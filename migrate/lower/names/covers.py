"""A regular expression becomes globs: the same names where there are such globs, else as few more as can be.

The program of the pattern is a graph. A way through it is a word of characters and, for each of its loops, a wildcard;
a character that may be one of many is a wildcard, too. So the globs of all ways admit what the pattern does. Whether
they admit nothing else is then decided by automata, over the names that git allows (`migrate.circleci.automata`).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from migrate.bitbucket import globs
from migrate.circleci.automata import TooMuch, characters, examples
from migrate.circleci.pattern_characters import PatternError
from migrate.circleci.pattern_reader import Code, read

MOST_WAYS = 24
"""Globs that one pattern may become; with more ways through it, its rest is a wildcard."""
_FEW = 3
"""So many characters of a class are spelled out."""
ALL, _NO_SLASH = "**", "*"
_PIECE = re.compile(r"\\.|\*\*|\*|.", re.DOTALL)

Word = tuple[str, ...]
"""Literal characters and wildcards."""


class Cover(NamedTuple):
    """Globs that admit at least what a pattern matches, and whether they admit nothing else."""

    globs: tuple[str, ...]
    exact: bool


ANYTHING = Cover((ALL,), exact=False)


@lru_cache(maxsize=2048)
def cover(pattern: str) -> Cover:
    """The globs of a pattern (RE2, without slashes, for whole names); `**` where it is too large to be followed."""
    try:
        found = tuple(dict.fromkeys(_glob(word) for word in _Ways(read(pattern), pattern).words(0)))
        return _checked(pattern, found)
    except (PatternError, RecursionError, TooMuch):
        return ANYTHING


def overlap(glob: str, other: str) -> bool:
    """Whether a name may match both globs."""
    try:
        return any(all(way) for way in examples((pattern_of(glob), pattern_of(other))))
    except TooMuch:
        return True


def pattern_of(glob: str) -> str:
    """The pattern that matches what a glob without braces does."""
    words = {ALL: ".*", _NO_SLASH: "[^/]*"}
    return "".join(words.get(piece) or _escaped(piece[-1]) for piece in _PIECE.findall(glob))


def escaped(name: str) -> str:
    """The pattern that matches just a name."""
    return "".join(map(_escaped, name))


def _escaped(char: str) -> str:
    return char if char.isalnum() or not char.isascii() else f"\\{char}"


def _checked(pattern: str, found: tuple[str, ...]) -> Cover:
    """The globs without those that others make superfluous, and whether they are exact."""
    ways = examples((pattern, *map(pattern_of, found)))
    kept = list(range(len(found)))
    for index in sorted(kept, key=lambda index: (-len(found[index]), index)):
        others = [other for other in kept if other != index]
        if all(any(way[1 + other] for other in others) for way in ways if way[1 + index]):
            kept = others
    exact = all(way[0] == any(way[1 + index] for index in kept) for way in ways)
    return Cover(tuple(found[index] for index in kept), exact)


def _glob(word: Word) -> str:
    out: list[str] = []
    for piece in word:
        wild = piece in {ALL, _NO_SLASH}
        if wild and out and out[-1] in {ALL, _NO_SLASH}:
            out[-1] = max(out[-1], piece, key=len)
        else:
            out.append(piece if wild else globs.literal(piece))
    return "".join(out)


class _Ways:
    """The ways through a program from one of its places to its end."""

    def __init__(self, code: Code, text: str) -> None:
        letters = characters(text)
        self.code = code
        allowed = {op.test: {c for c in letters if op.test.fullmatch(c)} for op in code if op.test}
        self.allowed = [allowed[op.test] if op.test else set() for op in code]
        self.letters = set(letters)
        self.loop = self._loops()
        self.known: dict[int, dict[Word, None]] = {}

    def words(self, place: int) -> dict[Word, None]:
        """The words of all ways from a place; one wildcard where they are too many."""
        if place == len(self.code):
            return {(): None}
        members = self.loop[place]
        key = min(members)
        if key not in self.known:
            found: dict[Word, None] = {}
            start = self._wildcard(set().union(*(self.allowed[m] for m in members))) if len(members) > 1 else ""
            for member in sorted(members):
                for piece, target in self._edges(member):
                    if target not in members:
                        found |= {tuple(filter(None, (start, piece, *rest))): None for rest in self.words(target)}
            self.known[key] = found if len(found) <= MOST_WAYS else {(ALL,): None}
        return self.known[key]

    def _edges(self, place: int) -> Iterator[tuple[str, int]]:
        op = self.code[place]
        if op.test is None:
            yield from (("", place + distance) for distance in op.to)
        elif 0 < len(self.allowed[place]) <= _FEW:
            yield from ((char, place + 1) for char in sorted(self.allowed[place]))
        elif self.allowed[place]:
            yield self._wildcard(self.allowed[place]), place + 1

    def _wildcard(self, chars: set[str]) -> str:
        if not chars:
            return ""
        return ALL if "/" in chars else _NO_SLASH

    def _loops(self) -> list[frozenset[int]]:
        """For each place, those of the outermost loop that it is in, or itself alone.

        Only a loop jumps back: from its end to where it begins, and every place between the two is in it.
        """
        found = [frozenset({place}) for place in range(len(self.code))]
        for place, op in enumerate(self.code):
            for first in (place + distance for distance in op.to if distance < 0):
                found[first : place + 1] = [frozenset(range(first, place + 1))] * (place + 1 - first)
        return found
