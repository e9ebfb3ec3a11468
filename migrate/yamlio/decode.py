"""Reading the tree so that the input accounts for itself: what is read is claimed, the rest is reported.

Rooms read mappings with `take` and `each` and lists with `items`; each claims the places that it hands out.
`peek` reads without claiming: say why where you use it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from migrate.diagnostics import Fate, Notes, Span, Trail, declare
from migrate.yamlio.nodes import Entry, Mapping, Node, Place, Scalar, Sequence, walk

WRONG_TYPE = declare(
    "wrong-type",
    Fate.ERROR,
    "A value has the wrong type",
    "The key wants another type of value than the one it has, and CircleCI refuses such a config.",
    "https://circleci.com/docs/configuration-reference/",
)


@dataclass(slots=True)
class Claims:
    """Which places of the source somebody has read."""

    notes: Notes
    _keys: set[Span] = field(default_factory=set)
    _items: set[Span] = field(default_factory=set)

    def take(self, node: Node | None, key: str) -> Node | None:
        """The value of `key` if `node` is a mapping that has it; claims the key."""
        if isinstance(node, Mapping):
            for entry in node.entries:
                if entry.key.text == key:
                    self._keys.add(entry.key.span)
                    return entry.value
        return None

    def each(self, node: Node | None) -> Iterator[Entry]:
        """Each entry of `node` if it is a mapping; claims the keys as they are handed out."""
        if isinstance(node, Mapping):
            for entry in node.entries:
                self._keys.add(entry.key.span)
                yield entry

    def items(self, node: Node | None) -> Iterator[Node]:
        """Each item of a list, or the node itself where one value stands for a list of one; claims them."""
        if isinstance(node, Sequence):
            for item in node.items:
                self._items.add(item.span)
                yield item
        elif node is not None and not (isinstance(node, Scalar) and node.kind == "null"):
            yield node

    def whole(self, node: Node | None) -> None:
        """Claim everything below `node`: for what is understood, or reported, as a whole."""
        if node is not None:
            for place in walk(node):
                (self._items if place.is_item else self._keys).add(place.span)

    def text(self, node: Node | None, what: str, trail: Trail) -> str:
        """The text of a scalar; anything else is a wrong type, said at `trail`, and gives an empty text."""
        if isinstance(node, Scalar):
            return "" if node.kind == "null" else node.text
        if node is not None:
            said = f"'{what}' wants a string, and this is {node.described}"
            self.notes.refuse(WRONG_TYPE, trail or (node.span,), what, said)
        return ""

    def unclaimed(self, root: Node) -> Iterator[Place]:
        """The places that nobody read; of a whole unread subtree, only its top."""
        unread: set[str] = set()
        for place in walk(root):
            if place.parent in unread:
                unread.add(place.path)
            elif place.span not in (self._items if place.is_item else self._keys):
                unread.add(place.path)
                yield place


def peek(node: Node | None, key: str) -> Node | None:
    """The value of `key` without claiming it."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            if entry.key.text == key:
                return entry.value
    return None
