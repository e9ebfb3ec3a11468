"""Regular expressions as the platform reads them: RE2's syntax, whole values, linear time.

Reference circleci.md, sections 0 (point 2b), 2.3, 2.4 and 3.1. All the places of a pattern's program are followed at
once, character by character. So no pattern makes us wait: `(a+)+b` costs its length times the length of the value,
which Python's own `re` cannot promise, as it tries one way after the other. What RE2 lacks is refused when the
pattern is read. `re` still does what it does well: it says whether one character is in a class.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from migrate.circleci.pattern_characters import PatternError
from migrate.circleci.pattern_reader import Code, read

LONGEST = 256
"""Characters of a pattern: MAX_PATTERN_LENGTH of CircleCI-Public/expr; its corpus counts characters (2026-11-22).

Another limit, 128, is reported for branch filters (drevops/vortex#2893); nothing official says so.
"""
_ESCAPED = re.compile(r"\\(?:/|(.))", re.DOTALL)


def bare(pattern: str) -> str:
    """The pattern with slashes that are not escaped: where it stands between none, an escape of one says nothing."""
    if "\\Q" in pattern:
        return pattern  # up to its end each backslash is one
    return _ESCAPED.sub(lambda found: f"\\{found[1]}" if found[1] else "/", pattern)


def complaint(pattern: str, longest: int = LONGEST) -> str:
    """What is wrong with a pattern (without its slashes), in words for the user; empty if nothing is."""
    if len(pattern) > longest:
        return f"the pattern has {len(pattern)} characters, and the limit is {longest}"
    code = _code(pattern)
    return code if isinstance(code, str) else ""


@lru_cache(maxsize=8192)
def matches(pattern: str, value: str) -> bool:
    """Whether the pattern matches the whole value; a pattern that cannot be read matches nothing."""
    code = _code(pattern)
    if isinstance(code, str):
        return False
    # Without assertions, where a character leads depends on nothing else: a long value comes to the same places again.
    lasting = all(not op.at for op in code)
    known: dict[tuple[frozenset[int], str], frozenset[int]] = {}
    places = frozenset(reached(code, [0], "", value[:1]))
    for index, char in enumerate(value, 1):
        before = places
        found = known.get((before, char)) if lasting else None
        if found is None:
            found = frozenset(reached(code, passed(code, before, char), char, value[index : index + 1]))
        known[before, char] = places = found
        if not places:
            return False
    return len(code) in places


@lru_cache(maxsize=1024)
def _code(pattern: str) -> Code | str:
    try:
        return read(pattern)
    except PatternError as error:
        return str(error)


def passed(code: Code, places: Iterable[int], char: str) -> list[int]:
    """The places that a character leads to from `places`."""
    inside = (place for place in places if place < len(code))
    return [place + 1 for place in inside if (test := code[place].test) is not None and test.fullmatch(char)]


def reached(code: Code, starts: Iterable[int], before: str, after: str) -> set[int]:
    """All places that can be come to from `starts` without reading a character, between two; the end is one.

    The empty text stands for the character before the first and after the last one.
    """
    seen: set[int] = set()
    waiting = list(starts)
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            if place < len(code) and (op := code[place]).test is None and _holds(op.at, before, after):
                waiting.extend(place + distance for distance in op.to)
    return seen


def _holds(assertion: str, before: str, after: str) -> bool:
    """Whether an assertion of a program holds between two characters."""
    match assertion:
        case "b":
            return in_word(before) != in_word(after)
        case "B":
            return in_word(before) == in_word(after)
        case "^":
            return not before
        case "$":
            return not after
        case "m^":
            return before in {"", "\n"}
        case "m$":
            return after in {"", "\n"}
    return True


def in_word(char: str) -> bool:
    """Whether a character is one of those that words are made of."""
    return char == "_" or (char.isascii() and char.isalnum())
