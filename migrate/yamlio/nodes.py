"""The positioned tree: YAML as it was written, with the text of every scalar and the place of everything.

Two nodes are equal when they say the same, wherever they stand: places take no part in comparisons.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.diagnostics import Span


class Symbol(NamedTuple):
    """A piece `[start, end)` of a scalar's text that has no value before the pipeline runs.

    Such as `<< pipeline.number >>`; `name` is what stands between the brackets.
    """

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar: its text as written (`3.10` stays `3.10`), and the type that YAML 1.1 gives it.

    `kind` is one of `str int float bool null timestamp`; `symbols` are the pieces of the text that
    stay unknown until run time.
    """

    text: str
    kind: str
    span: Span = field(compare=False)
    symbols: tuple[Symbol, ...] = ()

    @property
    def truth(self) -> bool:
        """The value of a scalar whose kind is `bool` (YAML 1.1: yes, on and true)."""
        return self.text.lower() in {"true", "yes", "on"}

    @property
    def described(self) -> str:
        """The value as CircleCI's messages show it."""
        names = {"str": "string", "int": "integer", "bool": "boolean"}
        return f'"{self.text}" (type {names.get(self.kind, self.kind)})'


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    span: Span = field(compare=False)

    @property
    def described(self) -> str:
        """The value as CircleCI's messages show it."""
        return "a list (type sequence)"


class Entry(NamedTuple):
    """One key of a mapping with its value."""

    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping whose merge keys are already resolved; entries in the order of the file."""

    entries: tuple[Entry, ...]
    span: Span = field(compare=False)

    @property
    def described(self) -> str:
        """The value as CircleCI's messages show it."""
        return "a mapping (type mapping)"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys' texts, in order."""
        return tuple(entry.key.text for entry in self.entries)


Node = Scalar | Sequence | Mapping


class Place(NamedTuple):
    """A key or list item below some root: its dotted path and its parent's, where it stands, its value."""

    path: str
    parent: str
    span: Span
    node: Node
    is_item: bool


def walk(root: Node) -> Iterator[Place]:
    """Give every key and list item below `root`; a parent comes before what is below it.

    A subtree that stands in several places (an alias, a merge key) is given once, at the first.
    """
    seen: set[int] = set()
    stack: list[tuple[str, Node]] = [("", root)]
    while stack:
        parent, node = stack.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        below = list(_below(parent, node))
        yield from below
        stack.extend((place.path, place.node) for place in reversed(below))


def _below(parent: str, node: Sequence | Mapping) -> Iterator[Place]:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield Place(f"{parent}[{index}]", parent, item.span, item, is_item=True)
    else:
        for entry in node.entries:
            path = f"{parent}.{entry.key.text}" if parent else entry.key.text
            yield Place(path, parent, entry.key.span, entry.value, is_item=False)
