"""Where the steps stand: their ways through the pipelines, and the lines of the text that define them."""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Parallel, Pipelines, Start, Step
from migrate.yamlio.nodes import Mapping, Node, Sequence, walk

_Way = tuple[str | int, ...]


class Instance(NamedTuple):
    """A step where a pipeline runs it: its path as Bitbucket writes it, the line of its definition, and its node.

    The node is the very same for all that run it by one alias.
    """

    path: str
    step: Step
    line: int | None
    node: Node | None = None


def instances(pipelines: Pipelines, root: Node | None) -> tuple[Instance, ...]:
    """Every step of every pipeline, in the order of the file whose tree is `root`."""
    lines = _defining_lines(root) if root else {}
    found: list[Instance] = []
    for start in pipelines.starts:
        for way, step in _steps(start):
            node = _at(root, way)
            found.append(Instance(" > ".join(str(part) for part in way), step, lines.get(id(node)), node))
    return tuple(found)


def _defining_lines(root: Node) -> dict[int, int]:
    """The line of the first `step:` key that holds a node; an alias holds the very node of its anchor."""
    lines: dict[int, int] = {}
    for place in walk(root):
        if place.step == "step" and place.above and not place.is_item:
            lines.setdefault(id(place.node), place.span.line)
    return lines


def _steps(start: Start) -> Iterator[tuple[_Way, Step]]:
    top: _Way = ("pipelines", start.section, *((start.pattern,) if start.pattern else ()))
    for index, item in enumerate(start.pipeline, start=1 if start.variables else 0):
        if isinstance(item, Parallel):
            for place, step in enumerate(item.steps):
                yield (*top, index, "parallel", place, "step"), step
        else:
            yield (*top, index, "final" if item.final else "step"), item


def _at(node: Node | None, way: _Way) -> Node | None:
    for part in way:
        if isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part] if part < len(node.items) else None
        elif isinstance(node, Mapping):
            node = next((entry.value for entry in node.entries if entry.key.text == part), None)
        else:
            return None
    return node


__all__ = ["Instance", "instances"]
