"""Events of a YAML reader become the positioned tree, without recursion and within limits.

A node that aliases share is built once and stays shared; what each alias repeats is counted nevertheless, as everything
that reads the tree later may see it again for each.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple, NoReturn

from migrate.diagnostics import LONGEST_TEXT, TOO_LARGE, Code, Fate, Notes, Span, declare
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence
from migrate.yamlio.scalars import identity

NOT_YAML = declare(
    "not-yaml",
    Fate.ERROR,
    "The file is not YAML",
    """The text cannot be read as YAML.

    Nothing was converted.

    Mend the place that the message names.""",
    "https://circleci.com/docs/introduction-to-yaml-configurations/",
    "https://yaml.org/spec/1.1/",
)
DUPLICATE_KEY = declare(
    "duplicate-key",
    Fate.ERROR,
    "A key stands twice in one mapping",
    """CircleCI refuses a mapping with two equal keys, because only one of them could count.

    Nothing is written.

    Remove one. Keys are equal if they have the same value: 'yes' and 'true' are, and so are '16' and '0x10'.""",
    "https://circleci.com/docs/introduction-to-yaml-configurations/",
    "https://yaml.org/spec/1.1/#id861060",
)
BAD_KEY = declare(
    "bad-key",
    Fate.ERROR,
    "A key is a list or a mapping",
    """A key of a config is a word or a number.

    CircleCI refuses such a config, so nothing is written.

    A value that begins with '{{' or '[' wants quotes around it: without them YAML reads a mapping or a list.""",
    "https://circleci.com/docs/introduction-to-yaml-configurations/",
    "https://yaml.org/spec/1.1/#id861060",
)
TOO_DEEP = declare(
    "too-deep",
    Fate.ERROR,
    "Lists and mappings are nested too deeply",
    """At most 256 may stand inside one another; CircleCI's own reader stops earlier.

    The rest was not read, and nothing is written.

    Take the nested part out, such as into a command.""",
    "https://circleci.com/docs/configuration-reference/",
)
DEEPEST = 256
MOST_VALUES = 220_000
_LETTERS = 100
"""How many letters count as a value."""
_LONGEST_KEY = 1024
"""Letters of a key, as YAML has it for keys on one line."""


class BuildError(Exception):
    """The rest of the file need not be read: the note that refuses it has been made. Caught in `read`."""


class _Anchor(NamedTuple):
    """A node that aliases can repeat, and how many values that repeats."""

    node: Node
    size: int


@dataclass(slots=True, eq=False)
class _Open:
    """A list or mapping that has not ended."""

    span: Span
    anchor: str | None
    is_key: bool
    start: int
    """The number of values that had been counted when it began."""
    templated: bool = field(default=False, kw_only=True)
    """Whether a `<<` stands somewhere below."""


@dataclass(slots=True, eq=False)
class _List(_Open):
    items: list[Node] = field(default_factory=list)

    def closed(self) -> Node:
        return Sequence(tuple(self.items), self.span, self.templated)


@dataclass(slots=True, eq=False)
class _Table(_Open):
    own: dict[str, Entry] = field(default_factory=dict)
    merged: dict[str, Entry] = field(default_factory=dict)
    known: dict[object, Scalar] = field(default_factory=dict)
    key: Scalar | None = None
    merging: bool = False

    def closed(self) -> Node:
        """The own entries, in order, after those that are merged in and not said here."""
        if not self.merged:
            return Mapping(tuple(self.own.values()), self.span, self.templated)
        entries = [entry for name, entry in self.merged.items() if name not in self.own]
        return Mapping((*entries, *self.own.values()), self.span, self.templated)


@dataclass(slots=True, eq=False)
class Builder:
    """Takes the events of one document in order; `root` is there when the last has been taken."""

    file: str
    notes: Notes
    root: Node | None = None
    _stack: list[_List | _Table] = field(default_factory=list)
    _anchors: dict[str, _Anchor | None] = field(default_factory=dict)
    _count: int = 0

    def scalar(self, node: Scalar, anchor: str | None, *, merges: bool = False) -> None:
        """A scalar; `merges` if it is the key `<<`."""
        size = 1 + len(node.text) // _LETTERS
        if len(node.text) > LONGEST_TEXT:
            said = f"a value has at most {LONGEST_TEXT:,} letters; this one has {len(node.text):,}"
            self._refuse(node.span, said, TOO_LARGE)
        self._grow(size, node.span)
        if anchor is not None:
            self._anchors[anchor] = _Anchor(node, size)
        self._put(node, node.span)
        top = self._stack[-1] if merges and self._stack else None
        if isinstance(top, _Table) and top.key is node:
            top.merging = True

    def begin(self, span: Span, anchor: str | None, *, listed: bool) -> None:
        """A list, if `listed`, or a mapping begins."""
        self._grow(1, span)
        if len(self._stack) >= DEEPEST:
            said = f"more than {DEEPEST} lists and mappings stand inside one another; the config is nested too deeply"
            self._refuse(span, said, TOO_DEEP)
        if anchor is not None:
            self._anchors[anchor] = None
        top = self._stack[-1] if self._stack else None
        is_key = isinstance(top, _Table) and top.key is None
        if is_key:
            said = "a list or mapping stands where a key should; put quotes around a value that begins with '{{' or '['"
            self.notes.refuse(BAD_KEY, (span,), self.file, said)
        self._stack.append((_List if listed else _Table)(span, anchor, is_key, self._count - 1))

    def end(self) -> None:
        """What began last ends."""
        ended = self._stack.pop()
        node = ended.closed()
        if ended.anchor is not None and self._anchors.get(ended.anchor, node) is None:
            self._anchors[ended.anchor] = _Anchor(node, self._count - ended.start)
        self._put(Scalar("?", "str", ended.span) if ended.is_key else node, ended.span)

    def alias(self, anchor: str, span: Span) -> None:
        """The node that has the anchor stands here once more."""
        if anchor not in self._anchors:
            legal = ", ".join(f"'{name}'" for name in sorted(self._anchors)[:20]) or "none"
            self._refuse(
                span, f"the file is not YAML: there is no anchor '&{anchor}' above this alias; there are: {legal}"
            )
        found = self._anchors[anchor]
        if found is None:
            self._refuse(span, f"the file is not YAML: an alias stands inside its own anchor '&{anchor}'")
        self._grow(found.size, span)
        self._put(found.node, span)

    def _put(self, node: Node, span: Span) -> None:
        """Put a node, which stands at `span`, where the next one belongs."""
        top = self._stack[-1] if self._stack else None
        is_key = isinstance(top, _Table) and top.key is None
        if top and not is_key and ("<<" in node.text if isinstance(node, Scalar) else node.templated):
            top.templated = True
        if top is None:
            self.root = node
        elif isinstance(top, _List):
            top.items.append(node)
        elif top.key is None:
            top.key = self._key(node, span)
        elif top.merging:
            self._merge(node, span, top.merged)
            top.key, top.merging = None, False
        else:
            self._add(top, top.key, node)
            top.key = None

    def _key(self, node: Node, span: Span) -> Scalar:
        if not isinstance(node, Scalar):
            self._refuse(span, "an alias of a list or mapping stands where a key should", BAD_KEY)
        if len(node.text) > _LONGEST_KEY:
            self._refuse(span, f"a key has at most {_LONGEST_KEY} letters; this one has {len(node.text)}", BAD_KEY)
        return node if node.span == span else replace(node, span=span)

    def _add(self, table: _Table, key: Scalar, value: Node) -> None:
        same: object = key.text
        if key.kind != "str":
            same = (key.kind, identity(key.text, key.kind))
        first = table.known.setdefault(same, key)
        entry = table.own.setdefault(key.text, Entry(key, value))
        if first is not key or entry.key is not key:
            first = first if first is not key else entry.key
            as_ = "" if first.text == key.text else f" as '{first.text}', which is the same value"
            said = f"the key '{key.text}' stands twice, first at line {first.span.line}{as_}; remove one"
            self.notes.refuse(DUPLICATE_KEY, (key.span,), key.text, said)

    def _merge(self, node: Node, span: Span, merged: dict[str, Entry]) -> None:
        """Merge a mapping, or each of a list of mappings: what was merged first stays."""
        for mapping in node.items if isinstance(node, Sequence) else (node,):
            if not isinstance(mapping, Mapping):
                said = f"'<<' merges mappings, or a list of them; this is {mapping.described}"
                self.notes.refuse(NOT_YAML, (span,), "<<", said)
                continue
            for entry in mapping.entries:
                merged.setdefault(entry.key.text, entry)

    def _grow(self, by: int, span: Span) -> None:
        self._count += by
        if self._count > MOST_VALUES:
            said = f"the file has more than {MOST_VALUES:,} keys and values, with what aliases and merge keys repeat"
            self._refuse(span, said, TOO_LARGE)

    def _refuse(self, span: Span, said: str, code: Code = NOT_YAML) -> NoReturn:
        self.notes.refuse(code, (span,), self.file, said)
        raise BuildError
