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
    """The key wants another type of value than the one it has.

    CircleCI refuses such a config, so nothing is written.

    Write the value as the message says.""",
    "https://circleci.com/docs/configuration-reference/",
)
MISSING_KEY = declare(
    "missing-key",
    Fate.ERROR,
    "A required key is missing",
    """CircleCI refuses a config in which this key is missing or empty.

    Nothing is written.

    Write the key that the message names.""",
    "https://circleci.com/docs/configuration-reference/",
)


@dataclass(slots=True, eq=False)
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
                self._claim(place)

    def _claim(self, place: Place) -> None:
        (self._items if place.is_item else self._keys).add(place.span)

    def place(self, place: Place) -> None:
        """Claim a place, and everything below it."""
        self._claim(place)
        self.whole(place.node)

    def replaced(self, before: Node, after: Node) -> None:
        """Claim the list items of `before` in whose place something else stands in `after`."""
        if before is after:
            return
        if isinstance(before, Sequence) and isinstance(after, Sequence):
            for old, new in zip(before.items, after.items, strict=True):
                if old is not new and isinstance(old, Scalar):
                    self._items.add(old.span)
                self.replaced(old, new)
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            for one, other in zip(before.entries, after.entries, strict=True):
                self.replaced(one.value, other.value)

    def text(self, node: Node | None, what: str, trail: Trail) -> str:
        """The text of a scalar; anything else is a wrong type, said at `trail`, and gives an empty text."""
        if isinstance(node, Scalar):
            return "" if node.kind == "null" else node.text
        if node is not None:
            said = f"'{what}' wants a string, and this is {node.described}"
            self.notes.refuse(WRONG_TYPE, trail or (node.span,), what, said)
        return ""

    def required(self, node: Node | None, key: str, trail: Trail) -> Node | None:
        """The value of a key that must be there: CircleCI refuses a config without it."""
        value = self.take(node, key)
        if value is None or (isinstance(value, Scalar) and value.kind == "null"):
            said = f"required key [{key}] not found"
            self.notes.refuse(MISSING_KEY, trail, key, said)
        return value

    def unclaimed(self, root: Node) -> Iterator[Place]:
        """The places that nobody read: of a subtree of which nothing was read its top, else what was not."""
        places = list(walk(root))
        touched: set[Place | None] = set()
        for place in reversed(places):
            if place in touched or place.span in (self._items if place.is_item else self._keys):
                touched |= {place, place.above}
        unread: set[Place | None] = set()
        for place in places:
            if place.above in unread:
                unread.add(place)
            elif place not in touched:
                unread.add(place)
                yield place


def peek(node: Node | None, key: str) -> Node | None:
    """The value of `key` without claiming it."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            if entry.key.text == key:
                return entry.value
    return None
