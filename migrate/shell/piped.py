"""Where a text calls a program, in which pipeline the call stands, and the text with something else in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate.shell import tree
from migrate.shell.node import Node
from migrate.shell.words import REDIRECTS, Argument, arguments

_SWALLOWING = frozenset({"command", "declaration_command", "heredoc_body", "herestring_redirect", "test_command"})
"""Nodes in which the failure of a substitution stops nobody: `make $(fail)`, `export X=$(fail)`."""
_BLANKS = b" \t\n\\"


class Call(NamedTuple):
    """A call of a program, from its name on.

    `start` and `end` are bytes; `assigned` says that a variable is set for it alone, `redirected` that its input is.
    If all that follows it is `< file`, that is its `file`, which ends where the call and its input do.
    `before` is what stands before it in its pipeline, and `cut` where the text between the two begins; `last` says that
    nothing follows there. Where `swallowed`, its failure stops nobody.
    """

    arguments: tuple[Argument, ...]
    start: int
    end: int
    before: str = ""
    cut: int = -1
    members: int = 1
    last: bool = True
    assigned: bool = False
    redirected: bool = False
    file: str = ""
    file_end: int = -1
    swallowed: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Its words as they are written, plain ones without their quotes."""
        return tuple(one.word.text for one in self.arguments)


def calls(text: str, program: str) -> tuple[Call, ...]:
    """The calls of a program in a text, in their order; none in a text that is not understood."""
    syntax = tree.parse(text)
    return tuple(_found(syntax.root, program, _Place(), swallowed=False)) if syntax.valid and program in text else ()


class _Place(NamedTuple):
    """Where a command stands: the pipeline that it is a member of, what is that member, and its redirections."""

    line: Node | None = None
    member: Node | None = None
    redirects: tuple[Node, ...] = ()


def _found(node: Node, program: str, place: _Place, *, swallowed: bool) -> Iterator[Call]:
    """The calls here and below."""
    if node.kind == "command":
        words = arguments(node)
        if words and words[0].word.text == program:
            yield _call(node, words, place, swallowed=swallowed)
    inside = swallowed or node.kind in _SWALLOWING
    for child in node.children:
        where = _Place()
        if node.kind == "pipeline":
            where = _Place(node, child)
        elif node.kind == "redirected_statement" and child.field == "body":
            where = place._replace(redirects=node.children[1:])
        yield from _found(child, program, where, swallowed=inside)


def _call(node: Node, words: tuple[Argument, ...], place: _Place, *, swallowed: bool) -> Call:
    redirects = tuple(one for one in (*place.redirects, *node.children) if one.kind in REDIRECTS)
    call = Call(
        words,
        words[0].nodes[0].start,
        words[-1].nodes[-1].end,
        assigned=bool(node.having("variable_assignment")),
        redirected=any(map(_is_input, redirects)),
        swallowed=swallowed,
    )
    if len(redirects) == 1 and [one.kind for one in redirects[0].children[:-1]] == ["<"]:
        call = call._replace(file=redirects[0].children[-1].text, file_end=redirects[0].end)
    if place.line is None:
        return call
    siblings = place.line.children
    at = next(number for number, child in enumerate(siblings) if child is place.member)
    members = sum(1 for child in siblings if child.named and child.kind != "comment")
    call = call._replace(members=members, last=at == len(siblings) - 1)
    if at == 0 or siblings[at - 1].kind != "|":
        return call
    cut = len(node.source[: siblings[at - 1].start].rstrip(_BLANKS))
    return call._replace(before=siblings[at - 2].text, cut=cut)


def _is_input(redirect: Node) -> bool:
    return any(child.kind.startswith("<") for child in redirect.children)
