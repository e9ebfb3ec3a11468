"""Words of a command: what they say when nothing in them is expanded, and how they were written."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from migrate.shell.node import Node

REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
_EXPANDED = frozenset({"simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"})
_JOINED = frozenset({"concatenation", "variable_assignment", "command_name", "subscript"})
_PATTERN = frozenset("*?[]{}~")
_ESCAPED_IN_STRING = frozenset('"\\$`')


class Word(NamedTuple):
    """One word: its `literal` value, None if bash expands some of it; `text` is that, or what is written."""

    text: str
    literal: str | None
    pattern: bool = False
    """Unquoted characters in it may be replaced by bash: `*.log`, `~/x`, `{a,b}`."""


def quote(value: str) -> str:
    """The value as a word that bash and sh read back as just this value; a plain word stays bare.

    An apostrophe is easier to read in double quotes: "it's", not 'it'"'"'s'.
    """
    if "'" not in value:
        return shlex.quote(value)
    escaped = "".join(f"\\{char}" if char in _ESCAPED_IN_STRING else char for char in value)
    return f'"{escaped}"'


def literal(node: Node) -> str | None:
    """What the word says, if nothing in it is expanded."""
    if node.kind == "raw_string":
        return node.text[1:-1]
    if node.kind == "string":
        expanded = any(inner.kind in _EXPANDED for inner in node.below())
        return None if expanded else unescaped(node.text[1:-1], only=_ESCAPED_IN_STRING)
    if node.kind in {"ansi_c_string", "translated_string", "brace_expression"}:
        return None
    if not node.children:
        return unescaped(node.text)
    if node.kind not in _JOINED:
        return None
    pieces = [literal(child) for child in node.children]
    return "".join(piece for piece in pieces if piece is not None) if None not in pieces else None


def unescaped(text: str, only: frozenset[str] | None = None) -> str:
    """The text without its backslashes; in double quotes they count before `only` a few characters."""
    if "\\" not in text:
        return text
    out, place = [], 0
    while place < len(text):
        following = text[place + 1 : place + 2]
        if text[place] == "\\" and following and (only is None or following in only or following == "\n"):
            out.append("" if following == "\n" else following)
            place += 2
        else:
            out.append(text[place])
            place += 1
    return "".join(out)


def word(node: Node) -> Word:
    """The word that a node is."""
    value = literal(node)
    bare = (leaf for leaf in node.below() if leaf.kind in {"word", "extglob_pattern", "brace_expression", "{"})
    pattern = any(_PATTERN & set(leaf.text) for leaf in bare)
    return Word(node.text if value is None else value, value, pattern)


class Argument(NamedTuple):
    """One word of a command: what it says, and the nodes that it is made of."""

    word: Word
    nodes: tuple[Node, ...]

    @property
    def raw(self) -> str:
        """What is written there."""
        return "".join(node.text for node in self.nodes)


def arguments(command: Node) -> tuple[Argument, ...]:
    """The words of a simple command, from its name on: no `X=1` before it, no redirection."""
    out: list[Argument] = []
    end, named = -1, command.kind != "command"
    for child in command.children:
        named = named or child.kind == "command_name"
        if not named or child.kind in REDIRECTS or child.kind == "comment" or child.start == child.end:
            continue
        own = Argument(word(child), (child,))
        if child.start == end:  # the grammar splits some words: "--prefix=`pwd`/out"
            own = _joined(out.pop(), own)
        out.append(own)
        end = child.end
    return tuple(out)


def _joined(one: Argument, other: Argument) -> Argument:
    first, second = one.word, other.word
    both = None if first.literal is None or second.literal is None else first.literal + second.literal
    return Argument(Word(first.text + second.text, both, first.pattern or second.pattern), (*one.nodes, *other.nodes))


def command_words(command: Node) -> tuple[Word, ...]:
    """The words of a simple command alone."""
    return tuple(one.word for one in arguments(command))
