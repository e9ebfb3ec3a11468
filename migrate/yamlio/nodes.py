"""The positioned tree: YAML as it was written, with the text of every scalar and the place of everything.

Two nodes are equal when they say the same, wherever they stand: places take no part in comparisons.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.diagnostics import Span

_SHOWN = 100
"""Letters of a key that a path shows."""


class Symbol(NamedTuple):
    """A piece `[start, end)` of a scalar's text that has no value before the pipeline runs.

    Such as `<< pipeline.number >>`; `name` is what stands between the brackets.
    """

    start: int
    end: int
    name: str


class Default(NamedTuple):
    """A piece `[start, end)` of a scalar's text that is a parameter's default: a run may have another value there.

    Where it is not `exact`, the value only decided that this text stands there.
    """

    start: int
    end: int
    name: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar: its text as written (`3.10` stays `3.10`), and the type that YAML 1.1 gives it.

    `kind` is one of `str int float bool null timestamp`; `symbols` are the pieces of the text that
    stay unknown until run time, `defaults` those that are known because nobody gave another value.
    `marks` are the places of the `<<` in it, one each, if it has any and they are known.
    """

    text: str
    kind: str
    span: Span = field(compare=False)
    symbols: tuple[Symbol, ...] = ()
    marks: tuple[Span, ...] = field(default=(), compare=False)
    defaults: tuple[Default, ...] = field(default=(), compare=False)

    @property
    def truth(self) -> bool:
        """The value of a scalar whose kind is `bool` (YAML 1.1: yes, on and true)."""
        return self.text.lower() in {"true", "yes", "on"}

    @property
    def written(self) -> str:
        """The value as it is written into a text: a boolean is `true` or `false`, however it was spelt."""
        return str(self.truth).lower() if self.kind == "bool" else self.text

    @property
    def described(self) -> str:
        """The value as CircleCI's messages show it."""
        names = {"str": "string", "int": "integer", "bool": "boolean"}
        return f'"{self.text}" (type {names.get(self.kind, self.kind)})'


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; `templated` is false if it is known that no `<<` stands below."""

    items: tuple["Node", ...]
    span: Span = field(compare=False)
    templated: bool = field(default=True, compare=False)

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
    """A mapping whose merge keys are already resolved; entries in the order of the file.

    `templated` is false if it is known that no `<<` stands below.
    """

    entries: tuple[Entry, ...]
    span: Span = field(compare=False)
    templated: bool = field(default=True, compare=False)

    @property
    def described(self) -> str:
        """The value as CircleCI's messages show it."""
        return "a mapping (type mapping)"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys' texts, in order."""
        return tuple(entry.key.text for entry in self.entries)


Node = Scalar | Sequence | Mapping


@dataclass(slots=True, eq=False)
class Place:
    """A key or list item below some root, or below another place: where it stands, and its value.

    `step` is the key, or the number of the item in brackets.
    """

    step: str
    above: "Place | None"
    span: Span
    node: Node
    is_item: bool

    @property
    def path(self) -> str:
        """The dotted path from the root, made when it is asked for; very long keys are cut."""
        steps: list[str] = []
        place: Place | None = self
        while place:
            steps.append(place.step if len(place.step) <= _SHOWN else f"{place.step[:_SHOWN]}…")
            place = place.above
        return ".".join(reversed(steps)).replace(".[", "[")


def walk(root: Node) -> Iterator[Place]:
    """Give every key and list item below `root`; a parent comes before what is below it.

    A subtree that stands in several places (an alias, a merge key) is given once, at the first.
    """
    seen: set[int] = set()
    stack: list[tuple[Place | None, Node]] = [(None, root)]
    while stack:
        above, node = stack.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        below = list(_below(above, node))
        yield from below
        stack.extend((place, place.node) for place in reversed(below))


def _below(above: Place | None, node: Sequence | Mapping) -> Iterator[Place]:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield Place(f"[{index}]", above, item.span, item, is_item=True)
    else:
        for entry in node.entries:
            yield Place(entry.key.text, above, entry.key.span, entry.value, is_item=False)
