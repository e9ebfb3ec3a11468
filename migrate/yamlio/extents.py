"""From which line to which each key and each list item stands, and what an alias repeats.

The positioned tree knows where things begin. A page that shows a text beside another one needs their ends as well, and
the aliases, which the tree has replaced by what they stand for.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

_Place = tuple[int, int]


class Extent(NamedTuple):
    """A key or list item: line and column of its beginning, counted from 1, its last line, and how deep it stands.

    `alias` is where the node begins that it repeats, if it is an alias or its value is one.
    """

    line: int
    column: int
    last: int
    depth: int
    alias: _Place | None = None


@dataclass(slots=True, eq=False)
class _Open:
    """A list or mapping that has not ended; `begun` is where its current key or item begins."""

    listed: bool
    begun: _Place = (0, 0)
    keyed: bool = False
    """Whether a key waits for its value."""


@dataclass(slots=True, eq=False)
class Measure:
    """Takes the events of a document in order, with lines and columns counted from 0; `found` is what came of them."""

    lines: list[str]
    found: list[Extent] = field(default_factory=list)
    _stack: list[_Open] = field(default_factory=lambda: [_Open(listed=True)])
    """The first stands for the document, which has one item."""
    _anchors: dict[str, _Place] = field(default_factory=dict)
    _last: int = 0

    def begin(self, line: int, column: int, anchor: str | None, *, listed: bool) -> None:
        """A list, if `listed`, or a mapping begins."""
        self._begun(line, column, anchor)
        self._stack.append(_Open(listed))

    def end(self, line: int, *, flow: bool) -> None:
        """What began last ends; in `flow` style it has a bracket of its own at the end."""
        self._stack.pop()
        if flow and line > self._last:
            self._last = line
        self._ended()

    def scalar(self, line: int, column: int, last: int, anchor: str | None) -> None:
        """A scalar that ends in the line `last`, or in blank ones before it."""
        while last > line and not self.lines[last].strip():
            last -= 1
        self._last = max(self._last, last)
        self._begun(line, column, anchor)
        self._ended()

    def alias(self, line: int, column: int, anchor: str) -> None:
        """An alias."""
        self._last = max(self._last, line)
        self._begun(line, column, None)
        self._ended(self._anchors.get(anchor))

    def _begun(self, line: int, column: int, anchor: str | None) -> None:
        """A node begins; it is an item, a key, or the value of a key, which has begun with that."""
        if anchor:
            self._anchors[anchor] = (line, column)
        top = self._stack[-1]
        if not top.keyed:
            top.begun = (line, column)

    def _ended(self, alias: _Place | None = None) -> None:
        """A node has ended, and with it the item or the pair of key and value that it belongs to, if it is no key."""
        top = self._stack[-1]
        top.keyed = not top.listed and not top.keyed
        depth = len(self._stack) - 1
        if not top.keyed and depth:
            line, column = top.begun
            repeats = (alias[0] + 1, alias[1] + 1) if alias else None
            self.found.append(Extent(line + 1, column + 1, max(line, self._last) + 1, depth, repeats))


__all__ = ["Extent", "Measure"]
