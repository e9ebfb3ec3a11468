"""In which order a text names a variable and sets it."""

from __future__ import annotations

from migrate.shell import scan, tree
from migrate.shell.node import Node


def named_first(text: str, names: frozenset[str]) -> frozenset[str]:
    """Those of the names that stand somewhere, in a string for instance, before the text sets them.

    A program may read such a variable by its name before it is set. Comments are no place for a name.
    """
    syntax = tree.parse(text)
    if not syntax.valid:
        return names & scan.names(syntax.source)
    setting = {start for node in syntax.root.below() for start in _set(node)}
    comments = [(node.start, node.end) for node in syntax.root.below() if node.kind == "comment"]
    first: dict[str, int] = {}
    for name, start in scan.places(syntax.source):
        if name in names and not any(begin <= start < end for begin, end in comments):
            first.setdefault(name, start)
    return frozenset(name for name, start in first.items() if start not in setting)


def _set(node: Node) -> tuple[int, ...]:
    """Where a node names the variable that it sets: `X=1`, `X+=1`, `for X in …`."""
    if node.kind in {"variable_assignment", "for_statement"}:
        target = node.child("name") or node.child("variable")
        return () if target is None else (target.start,)
    return ()
