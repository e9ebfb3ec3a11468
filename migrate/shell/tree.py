r"""The door to tree-sitter: bash text in, our own small tree out.

The grammar has some habits that would mislead every reader of its trees. They are put right here and in
`shape`, so that nobody else needs to know them:

* a `$B` in `$A/$B/c` may be read as a bare `$` followed by a new word. The `$` is then read again as a
  letter, and the expansion, like all that hide in leaves, is found by `scan.dollars`;
* a line that begins with a backslash, as `\cp a b` does, may be read as words of the line before. The backslash
  and what it stands before are read again as letters, too. So is a lone `$` that takes the next line for a name;
* expansions at the start of a line of a here-document are passed over. Its body is read as a string instead;
* a list `a && b && …` nests once for each operator. Ours is flat, so that no text is too deep for recursion.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from migrate.shell import scan, shape
from migrate.shell.node import Node

if TYPE_CHECKING:
    from tree_sitter import Parser, TreeCursor

_DEEPEST = 80
"""Nesting beyond which we stop reading; the deepest of 2 500 commands that people wrote has 15 levels."""

_LONGEST = 50_000
"""Bytes beyond which a text is not read: the grammar takes time in the square of some, and the longest command of
the 2 500 has a tenth of that."""

_ROUNDS = 6
"""How often a text is read again with letters where the grammar stumbled: thrice is the most ever needed."""

_ASCII = bytes(range(128)) + b"." * 128
"""The grammar's scanner asks C what class a character is of, which depends on the locale, and beyond ASCII reads
memory that is not its own: `{` and certain emoji kill the process
(https://github.com/tree-sitter/tree-sitter-bash/issues/337). To bash, they are letters like others."""

_LITERAL = frozenset({"comment", "raw_string", "ansi_c_string", "heredoc_start", "heredoc_end"})


class Syntax(NamedTuple):
    """A text and its tree; `valid` says that every byte of the text found its place in it."""

    source: bytes
    root: Node
    valid: bool


@lru_cache(maxsize=1024)
def parse(text: str) -> Syntax:
    """The tree of a bash text, whatever the text is."""
    source = text.encode("utf-8", "surrogatepass")
    if len(source) > _LONGEST:
        return Syntax(source, Node("program", "", 0, len(source), (), source), valid=False)
    reading = _Reading(source, base=0)
    root = reading.of(source)
    return Syntax(source, root, reading.sound)


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


@dataclass(slots=True, eq=False)
class _Reading:
    """One text while it is read: `base` is where it stands in `source`, which the nodes quote."""

    source: bytes
    base: int
    depth: int = 0
    sound: bool = True
    wrong: dict[int, int] = field(default_factory=dict)

    def of(self, text: bytes) -> Node:
        """The tree of a text, which is read again as long as the grammar misreads some of it."""
        patched = bytearray(text.translate(_ASCII))
        for _ in range(_ROUNDS):
            self.sound, self.wrong = True, {}
            tree = _parser().parse(bytes(patched))
            root = self._node(tree.walk(), self.depth, "")
            self.sound = self.sound and not tree.root_node.has_error
            if not self.wrong:
                return root
            for place, letter in self.wrong.items():
                patched[place - self.base] = letter
        self.sound = False
        return root

    def _node(self, cursor: TreeCursor, depth: int, parent: str) -> Node:
        """The node under the cursor, with all below it; the cursor comes back to where it was."""
        raw = cursor.node
        if raw is None:  # never: a cursor stands on a node from its birth
            raise AssertionError
        kind, start, end = raw.type, raw.start_byte + self.base, min(raw.end_byte + self.base, len(self.source))
        node = Node(kind, cursor.field_name or "", start, end, (), self.source, raw.is_named)
        if kind == "heredoc_body":
            return node
        if depth > _DEEPEST:
            self.sound = False
            return self._leaf(node)
        children = self._list(cursor, depth) if kind == "list" else self._children(cursor, depth, kind)
        if not children:
            self.wrong.update(self._misread(node, parent))
            return self._leaf(node)
        if kind == "heredoc_redirect":
            children = self._heredoc(children, depth)
        node = Node(kind, node.field, start, end, tuple(children), self.source, raw.is_named)
        self.sound = self.sound and not shape.misread(node)
        return shape.shaped(node)

    def _misread(self, leaf: Node, parent: str) -> dict[int, int]:
        """The bytes that must be letters for the grammar to find the bounds of a word."""
        if leaf.kind == "$" and parent == "simple_expansion":
            spaced = self.source[leaf.end : leaf.end + 1].isspace()
            return {leaf.start: ord(".")} if spaced else {}
        if leaf.kind == "$":
            return {leaf.start: ord("x")} if scan.name_end(self.source, leaf.end) > leaf.end else {}
        if leaf.kind == "word" and self.source[leaf.start : leaf.start + 1].isspace():
            place = self.source.find(b"\\", leaf.start, leaf.end)
            self.sound = self.sound and place >= 0
            # not "x": `\a=b` is no assignment, so its stand-in must be none
            return {at: ord(".") for at in range(place, min(place + 2, leaf.end))} if place >= 0 else {}
        return {}

    def _children(self, cursor: TreeCursor, depth: int, kind: str) -> list[Node]:
        children = []
        if cursor.goto_first_child():
            children.append(self._node(cursor, depth + 1, kind))
            while cursor.goto_next_sibling():
                children.append(self._node(cursor, depth + 1, kind))
            cursor.goto_parent()
        return children

    def _list(self, cursor: TreeCursor, depth: int) -> list[Node]:
        levels = 0
        while cursor.node is not None and cursor.node.type == "list" and cursor.goto_first_child():
            levels += 1
        children = [self._node(cursor, depth + 1, "list")]
        for _ in range(levels):
            while cursor.goto_next_sibling():
                children.append(self._node(cursor, depth + 1, "list"))
            cursor.goto_parent()
        return children

    def _leaf(self, node: Node) -> Node:
        """A leaf, or a node with the expansions for children that hide in it."""
        if not node.named or node.kind in _LITERAL:
            return node
        found = scan.dollars(self.source, node.start, node.end)
        self.sound = self.sound and not found.commands
        if not found.spans:
            return node
        return replace(node, children=tuple(self._hidden(*span) for span in found.spans))

    def _hidden(self, start: int, end: int) -> Node:
        name = Node("variable_name", "", start, end, (), self.source, named=True)
        return Node("simple_expansion", "", start, end, (name,), self.source, named=True)

    def _heredoc(self, children: list[Node], depth: int) -> list[Node]:
        """The parts of a here-document, its body read as it is read by bash."""
        label = next((child for child in children if child.kind == "heredoc_start"), None)
        quoted = label is None or any(mark in label.text for mark in "\"'\\")
        indented = children[0].kind == "<<-"
        ends = (child for child in children if child.kind == "heredoc_end")
        self.sound = self.sound and all(self._is_line(end, indented=indented) for end in ends)
        return [
            self._body(child, label, depth, quoted=quoted) if label and child.kind == "heredoc_body" else child
            for child in children
        ]

    def _is_line(self, end: Node, *, indented: bool) -> bool:
        """Whether an end word is a line of its own; the grammar also takes `  EOF` and `EOF || b` for one."""
        before = self.source[self.source.rfind(b"\n", 0, end.start) + 1 : end.start]
        return not (before.strip(b"\t") if indented else before) and self.source[end.end : end.end + 1] in {b"", b"\n"}

    def _body(self, body: Node, label: Node, depth: int, *, quoted: bool) -> Node:
        first = self.source.find(b"\n", label.end) + 1
        if 0 < first <= body.start and not self.source[first : body.start].strip():
            body = replace(body, start=first)  # the grammar's body begins at its first word
        text = self.source[body.start : body.end]
        if quoted or not (b"$" in text or b"`" in text):
            return body
        reading = _Reading(self.source, base=body.start - 1, depth=depth)
        string = reading.of(scan.as_string(text)).first("string")
        if string is None or not reading.sound or string.end != body.end + 1:
            self.sound = False
            return self._leaf(body)
        return replace(body, children=string.children)
