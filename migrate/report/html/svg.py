"""A picture of boxes and lines, drawn as SVG; its colours are those of the page."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate.report.html.elements import Html, element
from migrate.report.html.layout import Point, Size

_LETTER, _LINE, _PAD = 7.3, 16.0, 10.0
"""Width of a letter, height of a line, and room around a text."""
_LONGEST = 36
_MARGIN = 8.0


class Box(NamedTuple):
    """A box: its name and what stands below it, the classes that say what it is, and what it says when pointed at."""

    lines: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    title: str = ""

    @property
    def size(self) -> Size:
        """The room that it takes."""
        longest = max(len(_cut(line)) for line in self.lines)
        return Size(longest * _LETTER + 2 * _PAD, len(self.lines) * _LINE + _PAD)


class Line(NamedTuple):
    """A line through points, from one box to another."""

    points: tuple[Point, ...]
    kinds: tuple[str, ...] = ()


class Frame(NamedTuple):
    """A frame around boxes."""

    corner: Point
    size: Size


def draw(
    title: str, boxes: Sequence[tuple[Box, Point]], lines: Sequence[Line], size: Size, frames: Sequence[Frame] = ()
) -> Html:
    """The picture, called `title` for those who do not see it."""
    width, height = size.width + 2 * _MARGIN, size.height + 2 * _MARGIN
    pieces = (
        *(_frame(one) for one in frames),
        *(_path(one) for one in lines),
        *(_box(one, corner) for one, corner in boxes),
    )
    return element(
        "svg",
        *pieces,
        role="img",
        aria_label=title,
        width=round(width),
        height=round(height),
        viewBox=f"{-_MARGIN:g} {-_MARGIN:g} {width:g} {height:g}",
    )


def _frame(frame: Frame) -> Html:
    return _rect(frame.corner, frame.size, "frame")


def _rect(corner: Point, size: Size, kind: str | None = None) -> Html:
    numbers = {"x": corner[0], "y": corner[1], "width": size.width, "height": size.height}
    return element("rect", **{name: f"{number:.0f}" for name, number in numbers.items()}, rx=5, class_=kind)


def _box(box: Box, corner: Point) -> Html:
    size = box.size
    texts = (
        element("text", _cut(line), x=f"{corner[0] + _PAD:.0f}", y=f"{corner[1] + _LINE * (n + 1):.0f}", class_=kind)
        for n, (line, kind) in enumerate(zip(box.lines, ("name", *("more" for _ in box.lines[1:])), strict=True))
    )
    title = box.title or (", ".join(box.lines) if any(len(line) > _LONGEST for line in box.lines) else "")
    named = element("title", title) if title else None
    return element("g", named, _rect(corner, size), *texts, class_=" ".join(("box", *box.kinds)))


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _path(line: Line) -> Html:
    return element("path", d=" ".join(_curve(line.points)), class_=" ".join(("edge", *line.kinds)))


def _curve(points: Sequence[Point]) -> Iterator[str]:
    """Through the points, from left to right, so that it leaves and arrives level."""
    (x, y), *rest = points
    yield f"M{x:.0f} {y:.0f}"
    for next_x, next_y in rest:
        middle = (x + next_x) / 2
        yield f"C{middle:.0f} {y:.0f} {middle:.0f} {next_y:.0f} {next_x:.0f} {next_y:.0f}"
        x, y = next_x, next_y


__all__ = ["Box", "Frame", "Line", "draw"]
