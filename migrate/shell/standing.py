"""Calls of programs, where they stand in a text, and their words as a value without a shell's quotes.

Whoever writes something else than shell text in a call's place must know that the call stands alone, and what its words
say: nothing but letters and the values of variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate.shell import tree
from migrate.shell.node import Node
from migrate.shell.words import REDIRECTS, Argument, arguments

_PLACES = {
    "background": "in the background",
    "c_style_for_statement": "in a loop",
    "case_statement": "in a condition",
    "command_substitution": "in a substitution",
    "compound_statement": "in braces",
    "for_statement": "in a loop",
    "function_definition": "in a function",
    "if_statement": "in a condition",
    "list": "in a list of '&&' or '||'",
    "negated_command": "behind a '!'",
    "pipeline": "in a pipeline",
    "process_substitution": "in a substitution",
    "redirected_statement": "with a redirection",
    "subshell": "in brackets",
    "while_statement": "in a loop",
}
"""What a call stands in, by the kind of node around it."""
_AROUND = frozenset({"program", "command", "command_name", "concatenation", "string", "variable_assignment"})
"""Nodes in which a call stands only if there is another one of these around it, or none."""
_LETTERS = frozenset("_-./:,=@%+")
"""Signs that mean themselves to a shell, with quotes around them or without."""


class Standing(NamedTuple):
    """A call: where it stands, in letters of the text, and its words as they are written.

    `values` are the words as text with `$NAME` in it, None where a shell makes more of a word. `place` says what the
    call stands in; it is "" for a statement of its own.
    """

    start: int
    end: int
    words: tuple[str, ...]
    values: tuple[str | None, ...]
    place: str


def standing(text: str) -> tuple[Standing, ...]:
    """The calls of a text, in its order; none in a text that is not understood."""
    syntax = tree.parse(text)
    return tuple(_calls(syntax.root, "", syntax.source)) if syntax.valid else ()


def without_end(text: str) -> tuple[str, str]:
    """The statements of a text, and the blanks and comments behind the last of them."""
    syntax = tree.parse(text)
    last = syntax.root.parts[-1].end if syntax.root.parts else 0
    end = len(syntax.source[:last].decode("utf-8", "surrogatepass"))
    return text[:end].strip("\n"), text[end:].lstrip(" \t;")


def _calls(node: Node, place: str, source: bytes) -> Iterator[Standing]:
    if node.kind == "command":
        words = arguments(node)
        own = place or _of_its_own(node)
        start, end = (len(source[:at].decode("utf-8", "surrogatepass")) for at in (node.start, node.end))
        yield Standing(start, end, tuple(one.raw for one in words), tuple(_value(one) for one in words), own)
    inner = place or _PLACES.get(node.kind, "" if node.kind in _AROUND else "in another command")
    for child in node.children:
        yield from _calls(child, inner, source)


def _of_its_own(command: Node) -> str:
    """What a call has beside its words."""
    if command.having("variable_assignment"):
        return "with variables of its own"
    return "with a redirection" if command.having(*REDIRECTS) else ""


def _value(argument: Argument) -> str | None:
    """What a word says, with the variables in it as `$NAME`; None if a shell makes more of it."""
    if argument.word.pattern:
        return None
    pieces = []
    for node in argument.nodes:
        piece = _spelt(node)
        if piece is None:
            return None
        pieces.append(piece)
    return _short("".join(pieces))


def _short(value: str) -> str:
    """The value with `$NAME` for `${NAME}` where no letter of a name follows."""
    first, *rest = value.split("${")
    out = [first]
    for piece in rest:
        name, _, after = piece.partition("}")
        out.append(f"${{{name}}}{after}" if f"a{after[:1]}".isidentifier() and after else f"${name}{after}")
    return "".join(out)


def _spelt(node: Node) -> str | None:
    """What a part of a word says, with the variables in it as `${NAME}`."""
    found = [one for one in node.below() if one.kind in {"simple_expansion", "expansion"}]
    if any(one.kind.endswith("substitution") or one.kind == "arithmetic_expansion" for one in node.below()):
        return None
    pieces, names, place = [], [], node.start
    for one in found:
        name = one.text.strip("${}")
        if one.text not in {f"${name}", f"${{{name}}}"} or not name.isidentifier():
            return None
        pieces += [node.source[place : one.start].decode("utf-8", "replace"), ""]
        names.append(name)
        place = one.end
    pieces.append(node.source[place : node.end].decode("utf-8", "replace"))
    around = "".join(pieces)
    if "'" in around and '"' in around:
        return None
    plain = [piece.replace("'", "").replace('"', "") for piece in pieces]
    if not all((char.isascii() and char.isalnum()) or char in _LETTERS for char in "".join(plain)):
        return None
    plain[1::2] = [f"${{{name}}}" for name in names]
    return "".join(plain)
