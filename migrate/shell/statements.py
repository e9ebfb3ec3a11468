"""The statements of a text, as they are written."""

from __future__ import annotations

from migrate.shell import tree


def statements(text: str) -> frozenset[str]:
    """What stands at the text's own level: no part of a here-document, a list or a loop is a statement of its own."""
    return frozenset(node.text for node in tree.parse(text).root.parts)


def is_subshell(text: str) -> bool:
    """Whether a text is one pair of brackets, with no redirection behind it."""
    parts = tree.parse(text).root.parts
    return len(parts) == 1 and parts[0].kind == "subshell"
