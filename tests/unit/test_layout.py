"""Graphs of the page: boxes in layers from left to right, none upon another, lines from box to box."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from migrate.report.html.layout import Layout, Size, layered

SIZES = st.builds(Size, st.integers(20, 300).map(float), st.sampled_from([26.0, 42.0]))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Size], list[tuple[int, int]]]:
    """Boxes, and lines between some of them, each from an earlier one to a later one."""
    sizes = draw(st.lists(SIZES, min_size=1, max_size=12))
    pairs = [(one, other) for other in range(len(sizes)) for one in range(other)]
    return sizes, draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)) if pairs else []


def _right(laid: Layout, sizes: list[Size], one: int) -> float:
    return laid.corners[one][0] + sizes[one].width


@given(graphs())
def test_boxes_stand_beside_each_other_and_in_order(graph: tuple[list[Size], list[tuple[int, int]]]) -> None:
    """No two overlap, all lie within the picture, and a line leads from left to right."""
    sizes, edges = graph
    laid = layered(sizes, edges)

    for one, other in combinations(range(len(sizes)), 2):
        (left, top), (x, y) = laid.corners[one], laid.corners[other]
        apart = left + sizes[one].width <= x or x + sizes[other].width <= left
        assert apart or top + sizes[one].height <= y or y + sizes[other].height <= top
    for number, (left, top) in enumerate(laid.corners):
        assert left >= 0
        assert top >= 0
        assert _right(laid, sizes, number) <= laid.size.width + 0.01
        assert top + sizes[number].height <= laid.size.height + 0.01
    for (one, other), points in zip(edges, laid.lines, strict=True):
        assert _right(laid, sizes, one) <= laid.corners[other][0]
        assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert layered(sizes, edges) == laid


def test_boxes_without_lines_stand_in_rows() -> None:
    """As many beside each other as there is room for, below what has lines."""
    sizes = [Size(300.0, 26.0)] * 6
    laid = layered(sizes, [(0, 1)])

    assert laid.corners[0][1] == laid.corners[1][1]
    rows = sorted({top for _, top in laid.corners[2:]})
    assert [sum(top == row for _, top in laid.corners[2:]) for row in rows] == [3, 1]
    assert rows[0] > laid.corners[0][1]
