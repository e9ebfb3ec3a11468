"""`analyse`: from a text to its effects."""

from __future__ import annotations

from functools import lru_cache

from migrate.shell import ending, scan, tree
from migrate.shell.effects import Effects
from migrate.shell.flow import Scope
from migrate.shell.walk import Walk

_FLAGS = (
    "changes_directory",
    "exits",
    "sets_options",
    "traps",
    "background",
    "pipelines",
    "aliases_or_umask",
)


@lru_cache(maxsize=65_536)  # all texts of a config: several passes ask for each of them, one after the other
def analyse(text: str) -> Effects:
    """What the text does to the bash that runs it, and what it wants from it.

    No text is an error: what cannot be parsed is not `valid`, and never `contained`.
    """
    syntax = tree.parse(text)
    walk = Walk()
    walk.visit(syntax.root, frozenset(), Scope())
    reads, mentions = frozenset(walk.reads), scan.names(_without_comments(syntax))
    if not syntax.valid:
        found = scan.dollars(syntax.source, 0, len(syntax.source))
        reads |= {syntax.source[start:end].decode("ascii") for start, end in found.spans}
        mentions = scan.names(syntax.source)
    return Effects(
        reads=reads,
        mentions=mentions,
        prefixes=frozenset(walk.prefixes),
        sets=frozenset(walk.sets),
        changes=frozenset(walk.changes),
        exports=frozenset(walk.exports | walk.sets if "allexport" in walk.marks else walk.exports),
        sources=tuple(walk.sources),
        functions=frozenset(walk.functions),
        calls=tuple(words for _, words in sorted(walk.calls, key=lambda call: call[0])),
        writes=frozenset(walk.writes),
        bash_env=tuple(walk.bash_env),
        unchecked_end=ending.unchecked(syntax.root),
        valid=syntax.valid,
        **{flag: flag in walk.marks for flag in _FLAGS},
    )


def _without_comments(syntax: tree.Syntax) -> bytes:
    pieces, place = [], 0
    for node in syntax.root.below():
        if node.kind == "comment":
            pieces.append(syntax.source[place : node.start])
            place = node.end
    return b" ".join([*pieces, syntax.source[place:]])
