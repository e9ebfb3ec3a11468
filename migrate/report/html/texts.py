"""A file as the page shows it: its lines, and from where to where each key and item of it stands.

Secrets are masked here, once, so that nothing that the page shows of a file can have one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from migrate.diagnostics import Notes, Span
from migrate.lower.secrets import MASK, mask
from migrate.yamlio.extents import Extent
from migrate.yamlio.nodes import Scalar, walk
from migrate.yamlio.read import extents, lines, read

_HEADS = ("- run: ", "run: ", "command: ", "- ")
"""What stands before a command that is written on one line with its key."""
_QUOTES = "\"'"


class Range(NamedTuple):
    """Lines of a file, counted from 1, the last one included; `file` is its number on the page."""

    file: int
    first: int
    last: int


class Text:
    """A file of YAML, called `name` in messages; `number` is which one of the page's it is, `secrets` are not shown."""

    def __init__(self, name: str, text: str, secrets: tuple[str, ...], number: int = 0) -> None:
        self.name = name
        self.number = number
        self.extents = extents(text)
        self._starts = [(one.line, one.column) for one in self.extents]
        self.lines = [mask(line, secrets) for line in lines(text.removesuffix("\n"))]
        self._hide(text, secrets)

    @cached_property
    def _above(self) -> list[int]:
        """For each extent the number of the one that it stands in, -1 for none."""
        above: list[int] = []
        open_: list[int] = []
        for number, one in enumerate(self.extents):
            while open_ and self.extents[open_[-1]].depth >= one.depth:
                open_.pop()
            above.append(open_[-1] if open_ else -1)
            open_.append(number)
        return above

    @cached_property
    def _below(self) -> dict[int, list[int]]:
        below: dict[int, list[int]] = {}
        for number, above in enumerate(self._above):
            below.setdefault(above, []).append(number)
        return below

    @cached_property
    def bare(self) -> frozenset[int]:
        """The lines without content: blank ones and comments, but for those inside a value."""
        inside: set[int] = set()  # the further lines of values
        for number, one in enumerate(self.extents):
            if one.last > one.line and number not in self._below:
                inside.update(range(one.line + 1, one.last + 1))
        found = ((number, line.strip()) for number, line in enumerate(self.lines, 1))
        return frozenset(n for n, line in found if not line or (n not in inside and line.startswith(("#", "---", "%"))))

    @cached_property
    def said(self) -> list[str]:
        """What each line says, without the key that it is the value of, without quotes; a block begins with nothing."""
        return [_said(line) for line in self.lines]

    def _hide(self, text: str, secrets: tuple[str, ...]) -> None:
        """Hide the values in which a secret stands that no line shows as it is: folded, or spelt with escapes."""
        root = read(text, self.name, Notes()) if secrets else None
        for place in walk(root) if root else ():
            value = place.node
            if isinstance(value, Scalar) and any(secret in value.text for secret in secrets):
                at = self.range(value.span)
                if not any(MASK in line for line in self.lines[at.first - 1 : at.last]):
                    start = value.span.column - 1 if at.first == value.span.line else 0
                    self.lines[at.first - 1] = self.lines[at.first - 1][:start] + MASK
                    self.lines[at.first : at.last] = [MASK] * (at.last - at.first)

    def _number_at(self, span: Span, *, key: bool = False) -> int:
        """The extent that begins at a place, the largest, or, if a `key` is wanted, the smallest; else the one around.

        -1 if there is none: the place is the document's.
        """
        end = bisect_right(self._starts, (span.line, span.column))
        start = end
        while start and self._starts[start - 1] == (span.line, span.column):
            start -= 1
        if start < end:
            return end - 1 if key else start
        number = end - 1
        while number >= 0 and self.extents[number].last < span.line:
            number = self._above[number]
        return number

    def extent(self, span: Span, *, key: bool = False) -> Extent:
        """The extent at a place, as it is found it."""
        number = self._number_at(span, key=key)
        return self.extents[number] if number >= 0 else Extent(span.line, span.column, span.line, 0)

    def range(self, span: Span, *, key: bool = False) -> Range:
        """The lines of the key or item at a place."""
        found = self.extent(span, key=key)
        return Range(self.number, found.line, found.last)

    def depth(self, line: int) -> int:
        """How deep the key or item stands that begins first on a line; 0 if none does."""
        number = bisect_right(self._starts, (line, 0))
        there = number < len(self.extents) and self.extents[number].line == line
        return self.extents[number].depth if there else 0

    @cached_property
    def _saying(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, one in enumerate(self.said, 1):
            found.setdefault(one, []).append(number)
        return found

    def saying(self, said: str, first: int, last: int) -> int:
        """The first line of these that says this; 0 if none does, or if it is nothing."""
        numbers = self._saying.get(said, []) if said else []
        at = bisect_left(numbers, first)
        return numbers[at] if at < len(numbers) and numbers[at] <= last else 0

    def inside(self, span: Span) -> Iterator[Extent]:
        """Everything below the key or item at a place."""
        number = self._number_at(span)
        depth = self.extents[number].depth if number >= 0 else 0
        yield from takewhile(lambda one: one.depth > depth, self.extents[number + 1 :])

    def below(self, span: Span) -> list[Extent]:
        """The keys or items right below the key at a place."""
        return [self.extents[one] for one in self._below.get(self._number_at(span, key=True), ())]


def _said(line: str) -> str:
    bare = line.strip()
    if bare.startswith(_HEADS):
        head = next(one for one in _HEADS if bare.startswith(one))
        bare = bare.removeprefix(head).lstrip()
    return "" if bare.startswith(("|", ">")) else bare.strip(_QUOTES)


__all__ = ["Range", "Text"]
