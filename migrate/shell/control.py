"""Rooms for what decides whether, where and how often a statement runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from migrate.shell import appends, builtin
from migrate.shell.ending import NEVER_FAIL
from migrate.shell.flow import Flow, Known, Scope, both, either
from migrate.shell.node import Node
from migrate.shell.words import command_words

if TYPE_CHECKING:
    from migrate.shell.walk import Walk

Room = Callable[["Walk", Node, frozenset[str], Scope], Flow]


def _reached(*candidates: Known, otherwise: frozenset[str]) -> frozenset[str]:
    """The first that is a place at all: also what is never reached is read through."""
    return next((known for known in candidates if known is not None), otherwise)


def _list(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    first, *others = node.children
    flow = walk.visit(first, known, scope._replace(unasked=_is_forgiven(others)))
    for operator, item in zip(others[::2], others[1::2], strict=False):
        if operator.kind == "&&":
            right = walk.visit(item, _reached(flow.well, flow.after, otherwise=known), scope)
            flow = flow if flow.well is None else Flow(right.well, either(flow.badly, right.badly))
        else:
            right = walk.visit(item, _reached(flow.badly, flow.after, otherwise=known), scope)
            flow = flow if flow.badly is None else Flow(either(flow.well, right.well), right.badly)
    return flow


def _is_forgiven(others: list[Node]) -> bool:
    """Whether `|| true` is all that follows."""
    return [item.text for item in others] in [["||", sure] for sure in NEVER_FAIL]


def _negated(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    flow = walk.each(node.children, known, scope)
    return Flow(flow.badly, flow.well)


def _aside(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    """A copy of the shell: what it sets is gone with it."""
    walk.each(node.children, known, scope.aside)
    return both(known)


def _background(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    walk.mark("background", scope)
    return _aside(walk, node, known, scope)


def _substitution(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    """A copy of the shell whose end is asked for only where the substitution is all of an assignment's value."""
    parts, inner = node.parts, scope.aside
    if scope.unasked and len(parts) == 1 and parts[0].kind == "pipeline":
        inner = inner._replace(unasked=True)
    walk.each(node.children, known, inner)
    return both(known)


def _pipeline(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    if not scope.unasked and any(_may_fail(member) for member in node.parts[:-1]):
        walk.marks.add("pipelines")
    for member in node.parts:
        walk.visit(member, known, scope.aside)
    walk.bash_env += appends.through_tee(node.parts)
    return both(known)


def _may_fail(member: Node) -> bool:
    """Whether a member of a pipeline may end badly: an `echo` does not, nor does a `cat` of a here-document."""
    body = member.child("body") if member.kind == "redirected_statement" else member
    words = [word.text for word in command_words(body)] if body is not None and body.kind == "command" else []
    redirects = [child for child in (*member.children, *(body or member).children) if child.kind.endswith("_redirect")]
    if words == ["cat"] and redirects:
        return any(redirect.kind != "heredoc_redirect" for redirect in redirects)
    return not words or words[0] not in {"echo", *NEVER_FAIL} or bool(redirects)


def _if(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    conditions: list[Node] = []
    body: list[Node] = []
    others: list[Node] = []
    current = conditions
    for child in node.children:
        if child.kind in {"elif_clause", "else_clause"}:
            others.append(child)
        elif child.kind == "then":
            current = body
        else:
            current.append(child)
    tested = walk.each(conditions, known, scope)
    ends = None
    if tested.well is not None:
        ends = walk.each(body, tested.well, scope).after
    else:
        walk.each(body, known, scope)
    rest = tested.badly
    for clause in others:
        flow = walk.visit(clause, _reached(rest, otherwise=known), scope)
        ends, rest = (ends if rest is None else either(ends, flow.well)), flow.badly
    return both(either(ends, rest))


def _elif(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    """Well: where its body ends; badly: where its condition failed."""
    place = next((number for number, child in enumerate(node.children) if child.kind == "then"), len(node.children))
    tested = walk.each(node.children[:place], known, scope)
    body = walk.each(node.children[place:], _reached(tested.well, otherwise=known), scope)
    return Flow(None if tested.well is None else body.after, tested.badly)


def _else(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    return Flow(walk.each(node.children, known, scope).after, None)


def _while(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    tested = walk.each(node.without("do_group"), known, scope)
    entered = tested.badly if node.children[0].kind == "until" else tested.well
    walk.each(node.having("do_group"), _reached(entered, otherwise=known), scope)
    return both(tested.after)


def _for(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    name = node.child("variable")
    names = frozenset() if name is None else frozenset({name.text})
    bodies = node.having("do_group", "compound_statement")
    known = _reached(walk.each(node.without("do_group", "compound_statement"), known, scope).after, otherwise=known)
    walk.set(names, scope)
    walk.each(bodies, known | names, scope._replace(arithmetic=False))
    return both(known)


def _case(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    known = _reached(walk.each(node.without("case_item"), known, scope).after, otherwise=known)
    ends: Known = None
    complete = False
    for item in node.having("case_item"):
        ends = either(ends, walk.each(item.children, known, scope).after)
        patterns = [child.text for child in item.children if child.field == "value"]
        falls = any(child.field == "fallthrough" for child in item.children)
        complete = (complete or "*" in patterns) and not falls
    return both(ends if complete else either(ends, known))


def _function(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    name, body = node.child("name"), node.child("body")
    if name is None or body is None:
        return both(known)
    if scope.here:
        walk.functions.add(name.text)
    own = frozenset(name for inner in body.below() for name in _local(inner))
    walk.each(node.children[node.children.index(body) :], known, scope._replace(own=own))
    return both(known)


def _local(node: Node) -> frozenset[str]:
    if node.kind != "declaration_command" or node.children[0].kind not in {"local", "declare", "typeset"}:
        return frozenset()
    words = command_words(node)
    everywhere = any(word.text.startswith("-") and "g" in word.text for word in words)
    return frozenset() if everywhere else builtin.declared(words).names


ROOMS: dict[str, Room] = {
    "list": _list,
    "negated_command": _negated,
    "subshell": _aside,
    "command_substitution": _substitution,
    "process_substitution": _aside,
    "background": _background,
    "pipeline": _pipeline,
    "if_statement": _if,
    "elif_clause": _elif,
    "else_clause": _else,
    "while_statement": _while,
    "for_statement": _for,
    "c_style_for_statement": _for,
    "case_statement": _case,
    "function_definition": _function,
}
