"""Calls of a program whose words are known, so that something else can be written in their places.

What matters of the place is whether the text is at its end there: then `exit 0` says the same as the call, once nothing
of the text is left to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate.shell import tree
from migrate.shell.edit import with_texts
from migrate.shell.node import Node
from migrate.shell.words import command_words

Words = tuple[str, ...]
_GAP = b" \t\n;&"
_CLAUSES = frozenset({"elif_clause", "else_clause", "case_item"})
_BODIES = frozenset({"program", "compound_statement", "do_group", "else_clause"})
_LOOPS = frozenset({"for_statement", "c_style_for_statement", "while_statement"})


class Called(NamedTuple):
    """Where a call stands, in bytes of its text; `last` says that nothing of the text runs behind it.

    An `exit 0` that is the next to run belongs to it, and ends at `exit_end`; that is 0 where there is none.
    """

    start: int
    end: int
    exit_end: int
    last: bool


class _Place(NamedTuple):
    """Whether a statement is the last to run, and whether it runs in the shell that reads the text."""

    last: bool = True
    here: bool = True


_ASIDE = _Place(last=False, here=False)


def called(text: str, programs: frozenset[Words]) -> tuple[Called, ...]:
    """The calls with just these words, in their order; none in a text that is not understood."""
    syntax = tree.parse(text)
    if not syntax.valid or not any(words[0] in text for words in programs):
        return ()
    return tuple(sorted(_below(syntax.root, _Place(), None, programs)))


def replaced(text: str, calls: tuple[Called, ...], by: str) -> str:
    """The text with something else in place of the calls."""
    return with_texts(text, ((call.start, call.end, by) for call in calls))


def leaving(text: str, calls: tuple[Called, ...]) -> str:
    """The text with `exit 0` in place of the calls; the `exit 0` that some of them have behind them is enough."""
    source = text.encode("utf-8", "surrogatepass")
    gaps = [len(source[call.end :]) - len(source[call.end :].lstrip(_GAP)) if call.exit_end else 0 for call in calls]
    found = zip(calls, gaps, strict=True)
    return with_texts(text, ((call.start, call.end + gap, "" if call.exit_end else "exit 0") for call, gap in found))


def staying(text: str, calls: tuple[Called, ...]) -> str:
    """The text as it would be if the calls did nothing, and those with an `exit 0` behind them did not leave."""
    return with_texts(text, ((call.start, call.exit_end or call.end, ":") for call in calls))


def _below(node: Node, place: _Place, after: Node | None, programs: frozenset[Words]) -> Iterator[Called]:
    """The calls in a statement; `after` is the one that runs next wherever this one has run well."""
    if node.kind == "command" and tuple(word.literal for word in command_words(node)) in programs:
        exit_end = after.end if place.here and after is not None and _ends_well(after) else 0
        yield Called(node.start, node.end, exit_end, last=place.here and (place.last or exit_end > 0))
    elif node.kind == "list":
        yield from _list(node, place, programs)
    elif node.kind in _BODIES:
        yield from _each(node.parts, place, programs)
    elif node.kind in {"if_statement", "elif_clause", "case_statement", "case_item"}:
        yield from _branches(node, place, programs)
    else:
        for child in node.children:
            inner = _ASIDE
            if node.kind == "redirected_statement":
                inner = place
            elif node.kind in _LOOPS and child.kind in _BODIES:
                inner = place._replace(last=False)
            yield from _below(child, inner, None, programs)


def _each(statements: tuple[Node, ...], place: _Place, programs: frozenset[Words]) -> Iterator[Called]:
    """Statements that run one after the other."""
    for number, statement in enumerate(statements, 1):
        last = number == len(statements)
        after = None if last else statements[number]
        yield from _below(statement, place._replace(last=place.last and last), after, programs)


def _branches(node: Node, place: _Place, programs: frozenset[Words]) -> Iterator[Called]:
    """`if` and `case`: the statements of a condition are followed by others, those of a branch are not."""
    starts = (child.end for child in node.children if child.kind in {"then", ")"})
    start = next(starts, node.end)
    yield from _each(
        tuple(one for one in node.parts if one.start >= start and one.kind not in _CLAUSES), place, programs
    )
    for child in node.parts:
        if child.kind in _CLAUSES:
            yield from _below(child, place, None, programs)
        elif child.start < start:
            yield from _below(child, place._replace(last=False), None, programs)


def _list(node: Node, place: _Place, programs: frozenset[Words]) -> Iterator[Called]:
    """`a && b || c`: behind a call, which succeeds, what stands after `||` does not run."""
    first, *others = node.children
    items, signs = (first, *others[1::2]), [sign.kind for sign in others[::2]]
    for number, item in enumerate(items):
        rest = signs[number:]
        after = items[number + 1] if rest[:1] == ["&&"] else None
        last = place.last and all(sign == "||" for sign in rest)
        yield from _below(item, place._replace(last=last), after, programs)


def _ends_well(node: Node) -> bool:
    return node.kind == "command" and [word.literal for word in command_words(node)] == ["exit", "0"]
