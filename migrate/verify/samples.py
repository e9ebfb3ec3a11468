"""Names that a regular expression or a glob matches, and names that it nearly matches.

A pattern's program is walked once for each of its places, by the shortest way that leads through it; so every
alternative and every class of characters is tried. What comes out is the same for the same pattern.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache

from migrate.circleci.pattern_characters import PatternError
from migrate.circleci.pattern_reader import Code, read

_TRIED = "a1x0-_./Zv2+ " + "".join(map(chr, range(33, 127)))
_LONGEST = 200
"""Letters of a name: git takes some more, and nobody writes them."""
_MOST = 8
"""Samples of one pattern."""
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|^[-/]|/$|\.lock$|\.$")


def is_ref(name: str) -> bool:
    """Whether git takes a name for a branch or a tag, nearly as `git check-ref-format` decides it."""
    return 0 < len(name) <= _LONGEST and not _FORBIDDEN.search(name)


@lru_cache(maxsize=512)
def of_pattern(pattern: str) -> tuple[str, ...]:
    """Names that a regular expression matches; few, or none where it has no name that git would take."""
    try:
        code = read(pattern)
    except PatternError:
        return ()
    heads, tails = _heads(code), _tails(code)
    ways = (f"{heads[place]}{tails[place]}" for place in sorted(heads) if place in tails)
    found = [name for name in dict.fromkeys(ways) if is_ref(name)]
    return tuple(found[:: max(1, -(-len(found) // _MOST))])


@lru_cache(maxsize=512)
def size(pattern: str) -> int:
    """The places of a pattern's program."""
    try:
        return len(read(pattern))
    except PatternError:
        return 0


def near(name: str) -> Iterator[str]:
    """Names that differ a little: a character more, less or other, before and behind, and a slash inside."""
    half = len(name) // 2
    other = "b" if name[-1:] != "b" else "c"
    made = (f"{name}x", name[:-1], f"{name[:-1]}{other}", f"x{name}", f"x/{name}", f"{name[:half]}/{name[half:]}")
    return (one for one in (*made, f"{name}/x") if is_ref(one))


def of_glob(glob: str) -> tuple[str, ...]:
    """Names that a glob is about: with each choice, and with and without slashes where it has stars."""
    found = [""]
    for piece in _pieces(glob):
        found = [f"{name}{word}" for name in found for word in _WORDS.get(piece, (piece.removeprefix("\\"),))]
        found = found[: _MOST * 2]
    return tuple(name for name in dict.fromkeys(found) if is_ref(name))[:_MOST]


_WORDS = {"**": ("x", "x/y"), "*": ("x", "1.2"), "?": ("x",)}


def _pieces(glob: str) -> Iterable[str]:
    simple = re.sub(r"\{([^{},]*)(?:,[^{}]*)\}", r"\1", glob)
    return re.findall(r"\\.|\*\*|.", simple, re.DOTALL)


def _char(test: re.Pattern[str], place: int) -> str:
    """A character that passes a test; not always the same, so that repetitions are told apart."""
    start = place % 4
    tried = (*_TRIED[start:4], *_TRIED[:start], *_TRIED[4:])
    return next((char for char in tried if test.fullmatch(char)), "")


def _onward(code: Code, place: int) -> Iterator[tuple[int, str]]:
    op = code[place]
    if op.test is not None:
        char = _char(op.test, place)
        if char:
            yield place + 1, char
    else:
        yield from ((place + distance, "") for distance in op.to)


def _heads(code: Code) -> dict[int, str]:
    """A short text that leads to each place."""
    found = {0: ""}
    waiting = deque([0])
    while waiting:
        place = waiting.popleft()
        for following, char in _onward(code, place) if place < len(code) else ():
            if following not in found:
                found[following] = found[place] + char
                waiting.append(following)
    return found


def _tails(code: Code) -> dict[int, str]:
    """A short text that leads from each place to the end."""
    back: dict[int, list[tuple[int, str]]] = {}
    for place in range(len(code)):
        for following, char in _onward(code, place):
            back.setdefault(following, []).append((place, char))
    found = {len(code): ""}
    waiting = deque([len(code)])
    while waiting:
        place = waiting.popleft()
        for former, char in back.get(place, ()):
            if former not in found:
                found[former] = char + found[place]
                waiting.append(former)
    return found
