"""A text without what it appends to `$BASH_ENV` at its end, and what that is."""

from __future__ import annotations

from typing import NamedTuple

from migrate.shell import tree
from migrate.shell.analysis import analyse
from migrate.shell.node import Node

_BLANKS = b" \t\n;"


class Appended(NamedTuple):
    """The `rest` of a text, which runs first, and the lines that it appends behind it, comments among them."""

    rest: str
    exports: str = ""


def appended(text: str) -> Appended:
    """Cut a text before the statements at its end that do nothing but append plain lines to the file, or read it."""
    syntax = tree.parse(text)
    parts = syntax.root.parts if syntax.valid else ()
    place = len(parts)
    while place and _lines(parts[place - 1]) is not None:
        place -= 1
    tail = parts[place:]
    if not tail:
        return Appended(text)
    start = tail[0].start if place else 0
    pieces, end = [], start
    for node in tail:
        between = b"\n".join(syntax.source[end : node.start].split(b";"))
        pieces += [between, (_lines(node) or "").encode("utf-8", "surrogatepass")]
        end = node.end
    lines = [line.strip() for line in b"".join([*pieces, syntax.source[end:]]).split(b"\n")]
    exports = b"\n".join(line for line in lines if line and line != b";")
    return Appended(_text(syntax.source[:start].rstrip(_BLANKS)), _text(exports))


def _lines(statement: Node) -> str | None:
    """The lines that a statement appends, and does nothing else; none where it reads the file."""
    effects = analyse(statement.text)
    if statement.kind == "redirected_statement" and len(effects.calls) == 1 and len(effects.bash_env) == 1:
        (lines,) = effects.bash_env
        return None if lines is None or _substitutes(lines) else lines.strip("\n")
    reads = statement.kind == "command" and len(effects.sources) == 1 and "BASH_ENV" in effects.sources[0]
    return "" if reads and len(effects.calls) == 1 else None


def _substitutes(text: str) -> bool:
    return tree.parse(text).root.first("command_substitution") is not None


def _text(source: bytes) -> str:
    return source.decode("utf-8", "surrogatepass")
