"""A node of the syntax tree, as the rest of the package sees it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One node: kinds and fields are tree-sitter-bash's own words, offsets count bytes of `source`."""

    kind: str
    field: str
    start: int
    end: int
    children: tuple[Node, ...]
    source: bytes = dataclasses.field(repr=False)
    named: bool = True

    @property
    def text(self) -> str:
        """What is written there."""
        return self.source[self.start : self.end].decode("utf-8", "replace")

    @property
    def parts(self) -> tuple[Node, ...]:
        """The children that mean something: no punctuation, no comments."""
        return tuple(child for child in self.children if child.named and child.kind != "comment")

    def child(self, name: str) -> Node | None:
        """The first child that stands in this field."""
        return next((child for child in self.children if child.field == name), None)

    def having(self, *kinds: str) -> tuple[Node, ...]:
        """The children of these kinds."""
        return tuple(child for child in self.children if child.kind in kinds)

    def without(self, *kinds: str) -> tuple[Node, ...]:
        """The children of other kinds."""
        return tuple(child for child in self.children if child.kind not in kinds)

    def below(self) -> Iterator[Node]:
        """This node and all below it, in the order of the text."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def first(self, kind: str) -> Node | None:
        """The first node of this kind, here or below."""
        return next((node for node in self.below() if node.kind == kind), None)
