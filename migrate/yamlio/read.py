"""Text becomes the positioned tree: the only module that knows PyYAML.

CircleCI reads YAML 1.1 with SnakeYAML, PyYAML resolves nearly the same set (reference circleci.md, section 0):
`yes` and `on` are booleans, `1:30` is an integer, `3.10` is a float whose text we keep.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from migrate.diagnostics import Fate, Notes, Span, declare
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

NOT_YAML = declare(
    "not-yaml",
    Fate.ERROR,
    "The file is not YAML",
    "The text cannot be read as YAML, so nothing was converted. Mend the place that the message names.",
    "https://yaml.org/spec/1.1/",
)
DUPLICATE_KEY = declare(
    "duplicate-key",
    Fate.ERROR,
    "A key stands twice in one mapping",
    "CircleCI refuses a mapping with two equal keys, because only one of them could count. Remove one.",
    "https://yaml.org/spec/1.1/#id861060",
)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = {"str", "int", "float", "bool", "null", "timestamp"}
_MERGE = "tag:yaml.org,2002:merge"


def read(text: str, file: str, notes: Notes) -> Node | None:
    """Read the first document of `text`; `file` is the name that messages show.

    Gives None, and a note that refuses the file, if the text is no YAML. An empty document is a null scalar.
    """
    text = text.removeprefix("\ufeff")
    loader = None
    try:
        loader = _LOADER(text)
        root = loader.get_node() if loader.check_node() else None
    except (yaml.YAMLError, RecursionError) as error:
        _refuse(error, file, notes)
        return None
    finally:
        if loader is not None:
            loader.dispose()
    if root is None:
        return Scalar("", "null", Span(file, 1, 1))
    try:
        return _Builder(file, notes).build(root)
    except RecursionError:
        notes.refuse(NOT_YAML, (Span(file, 1, 1),), file, "the file nests lists and mappings too deeply to be read")
        return None


def is_string(text: str) -> bool:
    """Whether YAML 1.1 reads the plain scalar `text` as a string."""
    resolver: Any = yaml.resolver.Resolver()
    return bool(resolver.resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str")


def _refuse(error: Exception, file: str, notes: Notes) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    span = Span(file, mark.line + 1, mark.column + 1) if mark else Span(file, 1, 1)
    what = " ".join(str(getattr(error, "problem", None) or error).split())
    notes.refuse(NOT_YAML, (span,), file, f"the file is not YAML: {what}")


@dataclass(slots=True)
class _Builder:
    """Turns PyYAML's nodes into ours; a node that aliases share is built once and stays shared."""

    file: str
    notes: Notes
    built: dict[int, Node] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def build(self, node: yaml.Node) -> Node:
        key = id(node)
        if key in self.built:
            return self.built[key]
        if key in self.open:
            self.notes.refuse(NOT_YAML, (self.span(node),), self.file, "an alias stands inside its own anchor")
            return Scalar("", "null", self.span(node))
        self.open.add(key)
        made = self._make(node)
        self.open.discard(key)
        self.built[key] = made
        return made

    def _make(self, node: yaml.Node) -> Node:
        if isinstance(node, yaml.MappingNode):
            return Mapping(tuple(self._entries(node).values()), self.span(node))
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.build(item) for item in node.value), self.span(node))
        kind = node.tag.rpartition(":")[2]
        return Scalar(node.value, kind if kind in _KINDS else "str", self.span(node))

    def _entries(self, node: yaml.MappingNode) -> dict[str, Entry]:
        """The node's own entries, in order, after those that it merges in and does not say itself."""
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                self._merge(value, merged)
                continue
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in own:
                said = f"the key '{name}' stands twice, first at line {own[name].key.span.line}; remove one"
                self.notes.refuse(DUPLICATE_KEY, (self.span(key),), name, said)
                continue
            built = self.build(key)
            scalar = built if isinstance(built, Scalar) else Scalar(name, "str", built.span)
            own[name] = Entry(scalar, self.build(value))
        return {name: entry for name, entry in merged.items() if name not in own} | own

    def _merge(self, node: yaml.Node, merged: dict[str, Entry]) -> None:
        """Merge a mapping, or each of a list of mappings: what was merged first stays."""
        for source in node.value if isinstance(node, yaml.SequenceNode) else (node,):
            mapping = self.build(source)
            if not isinstance(mapping, Mapping):
                said = "'<<' merges mappings; this is " + mapping.described
                self.notes.refuse(NOT_YAML, (self.span(source),), "<<", said)
                continue
            for entry in mapping.entries:
                merged.setdefault(entry.key.text, entry)

    def span(self, node: yaml.Node) -> Span:
        return Span(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
