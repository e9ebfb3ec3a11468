"""The statements of a text, as they are written."""

from __future__ import annotations

from migrate.shell import tree
from migrate.shell.edit import with_texts

_PAIR = 2


def statements(text: str) -> frozenset[str]:
    """What stands at the text's own level: no part of a here-document, a list or a loop is a statement of its own."""
    return frozenset(node.text for node in tree.parse(text).root.parts)


def is_subshell(text: str) -> bool:
    """Whether a text is one pair of brackets, with no redirection behind it."""
    parts = tree.parse(text).root.parts
    return len(parts) == 1 and parts[0].kind == "subshell"


def is_list(text: str) -> bool:
    """Whether a text begins with `a && b` or `a || b`, which `x ||` before it would take apart."""
    parts = tree.parse(text).root.parts
    return bool(parts) and parts[0].kind == "list"


def ended(text: str) -> str | None:
    """The text with its last statement in brackets, if that is `a && b` or `! a`: then `set -e` sees how it ended."""
    syntax = tree.parse(text)
    parts = syntax.root.parts if syntax.valid else ()
    if not parts or parts[-1].kind not in {"list", "negated_command"} or parts[-1].text.startswith("("):
        return None
    start, end = parts[-1].start, parts[-1].end
    return with_texts(text, [(start, start, "("), (end, end, ")")])


def entered(text: str, longest: int) -> str | None:
    """The text with its last statements in brackets on one line, from the first `cd` on: `(cd web && make)`.

    None where they are more than simple commands, or more letters than `longest`, or have comments among them.
    """
    syntax = tree.parse(text)
    parts = syntax.root.parts if syntax.valid else ()
    first = next((at for at, node in enumerate(parts) if node.text.startswith("cd ")), None)
    if first is None or any(node.kind != "command" or "\n" in node.text for node in parts[first:]):
        return None
    line = f"({' && '.join(node.text for node in parts[first:])})"
    between = syntax.source[parts[first].start :].decode("utf-8", "surrogatepass")
    if len(line) > longest or len(parts) - first < _PAIR or "#" in between:
        return None
    return syntax.source[: parts[first].start].decode("utf-8", "surrogatepass") + line
