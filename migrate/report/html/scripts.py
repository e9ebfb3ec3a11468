"""The lines of a script's items, each with the place of the source that it comes of."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Command, Item
from migrate.diagnostics import Span, Trail
from migrate.lower.machines import titled
from migrate.report.html.texts import Range, Text
from migrate.yamlio.extents import Extent


class Origin(NamedTuple):
    """Where something comes from: the lines that say it, and the way there, from the workflow's entry inwards."""

    lines: Range
    way: tuple[Range, ...] = ()
    same: bool = False
    """Whether the line says the very same there."""


class Sources:
    """The files that are shown, by name, and where trails lead in them."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self.by_name = {one.name: one for one in texts}
        self.by_number = {one.number: one for one in self.by_name.values()}
        self._known: dict[Trail, Origin | None] = {}

    def origin(self, trail: Trail) -> Origin | None:
        """The innermost place of a trail that is shown, and the way to it; None if none of its files is shown."""
        if trail not in self._known:  # many lines have the same
            self._known[trail] = self._find(trail)
        return self._known[trail]

    def _find(self, trail: Trail) -> Origin | None:
        shown = [span for span in trail if span.file in self.by_name]
        if not shown:
            return None
        way = (Range(self.by_name[one.file].number, one.line, one.line) for one in shown[:-1])
        return Origin(self.by_name[shown[-1].file].range(shown[-1]), tuple(dict.fromkeys(way)))


def item_lines(item: Item, at: Extent, target: Text, sources: Sources) -> Iterator[tuple[int, tuple[Origin, ...]]]:
    """The lines of an item that stands at a place of the result; none is known of what the converter writes itself.

    An item that repeats a text by its anchor has the lines of that text, too.
    """
    first, last = at.line, at.last
    whole = sources.origin(item.trail)
    if at.alias:
        yield first, (whole,) if whole else ()
        text = target.extent(Span("", *at.alias))
        first, last = text.line, text.last
    if not isinstance(item, Command) or not item.parts:
        yield from _matched(range(first, last + 1), whole, target, sources)
        return
    yield first, tuple(found for part in item.parts if (found := sources.origin(part.trail)))
    place = first + (1 if last > first else 0)
    for part in item.parts:
        count = sum(line.count("\n") + 1 for line in titled(part))
        yield from _matched(range(place, min(place + count, last + 1)), sources.origin(part.trail), target, sources)
        place += count


def _matched(
    lines: Iterable[int], whole: Origin | None, target: Text, sources: Sources
) -> Iterator[tuple[int, tuple[Origin, ...]]]:
    """Lines of a command: each comes of the very line that says it, in the order of the command, if one does."""
    if whole is None:
        yield from ((line, ()) for line in lines)
        return
    source = sources.by_number[whole.lines.file]
    place = whole.lines.first
    for line in lines:
        there = source.saying(target.said[line - 1], place, whole.lines.last)
        if there:
            place = there + 1
            way = tuple(dict.fromkeys((*whole.way, whole.lines)))
            yield line, (Origin(Range(source.number, there, there), way, same=True),)
        else:
            yield line, (whole,)


__all__ = ["Origin", "Sources", "item_lines"]
