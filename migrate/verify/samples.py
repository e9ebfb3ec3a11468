"""Names that a regular expression or a glob matches, and names that it nearly matches.

A pattern's program is walked once for each of its places, by the shortest way that leads through it; so every
alternative and every class of characters is tried. What comes out is the same for the same pattern.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.circleci.pattern_reader import Code


_ALL = "".join(map(chr, range(33, 127)))
_FIRST, _LAST = f"a1x0-_./Zv2+ {_ALL}", f"z9y8_-./Aw7+ {_ALL[::-1]}"
"""In which order characters are tried: with both, a class is seen at its beginning and at its end."""
_LONGEST = 200
"""Letters of a name: git takes some more, and nobody writes them."""
_MOST = 6
"""Samples of one pattern, with each order of the characters."""
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|^[-/]|/$|\.lock$|\.$")


def is_ref(name: str) -> bool:
    """Whether git takes a name for a branch or a tag, nearly as `git check-ref-format` decides it."""
    return 0 < len(name) <= _LONGEST and not _FORBIDDEN.search(name)


@lru_cache(maxsize=512)
def of_pattern(pattern: str) -> tuple[str, ...]:
    """Names that a regular expression matches; few, or none where it has no name that git would take."""
    code = _code(pattern)
    if code is None:
        return ()
    return tuple(dict.fromkeys((*_ways(code, _FIRST), *_ways(code, _LAST))))


def _ways(code: "Code", tried: str) -> list[str]:
    """A name for each place of a program, of the characters that are tried first; not all, where there are many."""
    heads, tails = _heads(code, tried), _tails(code, tried)
    ways = (f"{heads[place]}{tails[place]}" for place in sorted(heads) if place in tails)
    found = [name for name in dict.fromkeys(ways) if is_ref(name)]
    return found[:: max(1, -(-len(found) // _MOST))]


@lru_cache(maxsize=512)
def size(pattern: str) -> int:
    """The places of a pattern's program."""
    return len(_code(pattern) or ())


@lru_cache(maxsize=512)
def _code(pattern: str) -> "Code | None":
    """The program of a pattern; None if it has none."""
    from migrate.circleci.pattern_characters import PatternError  # loaded where a filter has a regular expression
    from migrate.circleci.pattern_reader import read

    try:
        return read(pattern)
    except PatternError:
        return None


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
    return tuple(name for name in dict.fromkeys(found) if is_ref(name))


_WORDS = {"**": ("x", "x/y"), "*": ("x", "1.2"), "?": ("x",)}


def _pieces(glob: str) -> Iterable[str]:
    simple = re.sub(r"\{([^{},]*)(?:,[^{}]*)\}", r"\1", glob)
    return re.findall(r"\\.|\*\*|.", simple, re.DOTALL)


def _char(test: re.Pattern[str], place: int, tried: str) -> str:
    """A character that passes a test; not always the same, so that repetitions are told apart."""
    start = place % 4
    found = (char for char in (*tried[start:4], *tried[:start], *tried[4:]) if test.fullmatch(char))
    return next(found, "")


def _onward(code: "Code", place: int, tried: str) -> Iterator[tuple[int, str]]:
    op = code[place]
    if op.test is not None:
        char = _char(op.test, place, tried)
        if char:
            yield place + 1, char
    else:
        yield from ((place + distance, "") for distance in op.to)


def _heads(code: "Code", tried: str) -> dict[int, str]:
    """A short text that leads to each place."""
    found = {0: ""}
    waiting = deque([0])
    while waiting:
        place = waiting.popleft()
        for following, char in _onward(code, place, tried) if place < len(code) else ():
            if following not in found:
                found[following] = found[place] + char
                waiting.append(following)
    return found


def _tails(code: "Code", tried: str) -> dict[int, str]:
    """A short text that leads from each place to the end."""
    back: dict[int, list[tuple[int, str]]] = {}
    for place in range(len(code)):
        for following, char in _onward(code, place, tried):
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
