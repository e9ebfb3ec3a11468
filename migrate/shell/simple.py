"""Rooms for simple commands, assignments and redirections: what each does to the shell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from migrate.shell import appends, builtin, scan, tree
from migrate.shell.flow import Flow, Scope, both
from migrate.shell.node import Node
from migrate.shell.words import Word, command_words

if TYPE_CHECKING:
    from migrate.shell.walk import Walk

Room = Callable[["Walk", Node, frozenset[str], Scope], Flow]


def _command(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    words = command_words(node)
    if not words:
        return walk.each(node.children, known, scope)
    walk.calls.append((node.start, tuple(word.text for word in words)))
    scope = scope._replace(unasked=True)
    prefixed = known
    for child in node.having("variable_assignment"):  # each sees those before it, the command's words see none
        walk.each(child.children, prefixed, scope)
        prefixed |= {name.text for name in child.having("variable_name")}
    flow = walk.each(node.without("variable_assignment"), known, scope)
    known = known if flow.after is None else flow.after
    redirects = node.having("file_redirect")
    _redirects(walk, node, redirects)
    walk.writes.update(word.literal for word in appends.tee_words(words) if _is_file(word) and word.literal)
    walk.bash_env += appends.told(node)
    return _run(walk, words, known, scope)


def _is_file(word: Word) -> bool:
    return not word.text.startswith("-")


def _run(walk: Walk, words: tuple[Word, ...], known: frozenset[str], scope: Scope) -> Flow:
    """A command that may be built into the shell."""
    words = builtin.unwrapped(words)
    if not words:
        return both(known)
    name, arguments = words[0].text, words[1:]
    if name in builtin.DECLARING:  # a plain command to the grammar behind `!`, `command` and `builtin`
        return _declare(walk, words, known, scope)
    mark = builtin.mark(name, arguments)
    if mark and not (name == "return" and scope.own is not None):
        walk.mark(mark, scope)
    if builtin.exports_all(name, arguments):
        walk.mark("allexport", scope)
    if name in {".", "source"} and arguments and scope.here:
        walk.sources.append(arguments[0].text)
    known = _assign(walk, builtin.assigned(name, arguments), known, scope)
    for word in arguments if name == "let" else ():
        known = walk.visit(tree.parse(f"(({word.text}))").root, known, scope).after or known
    if name in builtin.LEAVING or (name == "exec" and arguments):
        return both(None)
    if name in {"true", ":"}:
        return Flow(known, None)
    return Flow(None, known) if name == "false" else both(known)


def _assign(walk: Walk, names: frozenset[str], known: frozenset[str], scope: Scope) -> frozenset[str]:
    walk.set(names, scope)
    return known | names if names else known


def _assignment(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    """`X=1`, `X+=1`, `X[1]=2`, `X=(1 2)`."""
    flow = walk.each(node.children, known, scope)
    known = known if flow.after is None else flow.after
    target = node.child("name") or node.children[0]
    name = (target.children[0] if target.children else target).text
    if any(child.kind == "+=" for child in node.children):
        walk.read((name,), known)
    if not scan.is_name(name):
        return both(known)
    known = _assign(walk, frozenset({name}), known, scope)
    if name != "BASH_ENV" and any(below.kind == "variable_name" and below.text == "BASH_ENV" for below in node.below()):
        walk.bash_env.append(None)  # the file has another name from now on
    substitutes = any(below.kind == "command_substitution" for below in node.below())
    return Flow(known, known if substitutes else None)


def _assignments(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    return walk.each(node.children, known, scope)


def _declaration(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    """`export`, `declare`, `typeset`, `local`, `readonly`: names with or without a value."""
    words = command_words(node)
    walk.calls.append((node.start, tuple(word.text for word in words)))
    after = walk.each(node.parts, known, scope._replace(unasked=True)).after
    return _declare(walk, words, known if after is None else after, scope)


def _declare(walk: Walk, words: tuple[Word, ...], known: frozenset[str], scope: Scope) -> Flow:
    outer = scope._replace(own=None) if words[0].text == "export" else scope
    said = builtin.declared(words)
    if said.exported and scope.here:
        walk.exports.update(said.names)
    if said.lasting:
        walk.mark("aliases_or_umask", scope)
    walk.set(said.assigned if words[0].text == "export" or said.exported else said.names, outer)
    fresh = said.names if scope.own is not None and not said.exported else said.assigned
    return both(_assign(walk, said.assigned, known | fresh, outer))


def _unset(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    words = command_words(node)
    walk.calls.append((node.start, tuple(word.text for word in words)))
    walk.mark("aliases_or_umask", scope)
    walk.each(node.children, known, scope)
    walk.changes.update(word.text for word in words[1:])
    return both(known - {word.text for word in words})


def _redirected(walk: Walk, node: Node, known: frozenset[str], scope: Scope) -> Flow:
    body = node.child("body")
    redirects = node.children if body is None else node.children[1:]
    after = known if (flow := walk.each(redirects, known, scope)).after is None else flow.after
    _redirects(walk, body, redirects)
    walk.bash_env += [] if body is None else appends.read(body, redirects)
    return both(after) if body is None else walk.visit(body, after, scope)


def _redirects(walk: Walk, body: Node | None, redirects: tuple[Node, ...]) -> None:
    walk.writes.update(appends.targets(redirects))
    walk.bash_env += appends.redirected(body, redirects)


ROOMS: dict[str, Room] = {
    "command": _command,
    "variable_assignment": _assignment,
    "variable_assignments": _assignments,
    "declaration_command": _declaration,
    "unset_command": _unset,
    "redirected_statement": _redirected,
}
