"""Where the boxes of a graph stand, in layers from left to right, and how its lines go between them.

grandalf lays the graphs out, by Sugiyama's method: it is pure Python, so that it installs wherever this does, and loads
in milliseconds. networkx, which is there already, has layers without an order in them, and its lines cross the boxes.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

Point = tuple[float, float]
_BETWEEN, _ABOVE = 44.0, 14.0
"""Room between two layers, and between two boxes of a layer."""
_WIDE = 1100.0
"""How wide rows of boxes without lines become at most."""
_ROUNDS = 1.5
"""How often the boxes are put in order so that fewer lines cross; more takes long and changes little."""


class Size(NamedTuple):
    """How wide and high a box is."""

    width: float
    height: float


class Layout(NamedTuple):
    """The left upper corners of the boxes, the points of each line, and the room that all take."""

    corners: tuple[Point, ...]
    lines: tuple[tuple[Point, ...], ...]
    size: Size


class _Box:
    """What grandalf wants of a box; it knows layers from top to bottom, so that everything lies on its side for it."""

    def __init__(self, size: Size) -> None:
        self.w, self.h = size.height, size.width
        self.xy: Point = (0.0, 0.0)


class _Line:
    """What grandalf wants of a line: it is told its points."""

    points: list[Point]

    def setpath(self, points: Sequence[Point]) -> None:
        """Take the points, the first and the last in the middle of a box."""
        self.points = list(points)


def layered(sizes: Sequence[Size], edges: Sequence[tuple[int, int]]) -> Layout:
    """Lay out boxes of these sizes and lines between them by their numbers; there is no circle among them."""
    boxes = [_Box(size) for size in sizes]
    lines = [_Line() for _ in edges]
    parts = _parts(len(sizes), edges)
    top, width = 0.0, 0.0
    for part in (one for one in parts if len(one) > 1):
        inside = frozenset(part)
        mine = [number for number, (one, _) in enumerate(edges) if one in inside]
        _laid_out({one: boxes[one] for one in part}, {number: (edges[number], lines[number]) for number in mine})
        low, right = _moved([boxes[one] for one in part], [lines[number] for number in mine], top)
        top, width = low + _ABOVE, max(width, right)
    low, right = _in_rows([boxes[one] for part in parts if len(part) == 1 for one in part], top, max(width, _WIDE))
    top, width = max(top, low), max(width, right)
    turned = tuple(tuple((y, x) for x, y in line.points) for line in lines)
    return Layout(tuple(map(_corner, boxes)), turned, Size(width, max(0.0, top - _ABOVE)))


def _parts(count: int, edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The boxes in sets that lines connect, in the order of their first ones."""
    part = {number: [number] for number in range(count)}
    for one, other in edges:
        if part[one] is not part[other]:
            joined = sorted(part[one] + part[other])
            part |= dict.fromkeys(joined, joined)
    return [boxes for number, boxes in part.items() if boxes[0] == number]


def _laid_out(boxes: Mapping[int, _Box], lines: Mapping[int, tuple[tuple[int, int], _Line]]) -> None:
    """Have grandalf lay out boxes that lines connect."""
    from grandalf.graphs import Edge, Vertex, graph_core
    from grandalf.layouts import SugiyamaLayout

    vertices: dict[int, Any] = {number: _numbered(Vertex)(number) for number in boxes}
    for number, box in boxes.items():
        vertices[number].view = box
    ends: list[Any] = []
    for number, ((one, other), line) in lines.items():
        ends.append(_numbered(Edge)(vertices[one], vertices[other], data=number))
        ends[-1].view = line
    sugiyama = SugiyamaLayout(graph_core(list(vertices.values()), ends))
    sugiyama.xspace, sugiyama.yspace = _ABOVE, _BETWEEN
    sugiyama.init_all()
    sugiyama.draw(_ROUNDS)


def _corner(box: _Box) -> Point:
    """The left upper corner of a box, as the page has it."""
    return box.xy[1] - box.h / 2, box.xy[0] - box.w / 2


@cache
def _numbered(kind: type[Any]) -> type[Any]:
    """A kind of grandalf's things that sets hold in the order of their numbers, and not of where they lie in memory."""

    class Numbered(kind):  # type: ignore[misc]
        def __hash__(self) -> int:
            return hash(self.data)

    return Numbered


def _moved(boxes: Sequence[_Box], lines: Sequence[_Line], top: float) -> Point:
    """Move what was laid out below `top`; where it ends, below and on the right."""
    left = min(box.xy[0] - box.w / 2 for box in boxes)
    above = min(box.xy[1] - box.h / 2 for box in boxes)
    edges = {box.xy[1]: min(one.xy[1] - one.h / 2 for one in boxes if one.xy[1] == box.xy[1]) for box in boxes}
    for box in boxes:  # boxes of a layer begin at one edge
        box.xy = (box.xy[0] - left + top, edges[box.xy[1]] + box.h / 2 - above)
    for line in lines:
        line.points = [(x - left + top, y - above) for x, y in line.points]
    return max(box.xy[0] + box.w / 2 for box in boxes), max(box.xy[1] + box.h / 2 for box in boxes)


def _in_rows(boxes: Sequence[_Box], top: float, width: float) -> Point:
    """Put boxes without lines beside each other, in as many rows as they need; where they end."""
    x, right = 0.0, 0.0
    low = top
    for box in boxes:
        if x and x + box.h > width:
            x, top = 0.0, low
        box.xy = (top + box.w / 2, x + box.h / 2)
        x += box.h + _ABOVE
        low, right = max(low, top + box.w + _ABOVE), max(right, x - _ABOVE)
    return low, right


__all__ = ["Layout", "Point", "Size", "layered"]
