"""Whether a text may end with a failure that `set -e` does not see.

`set -e` looks away from what stands before `&&` and `||`, and from `!`; a compound command that ends so is
not looked at either, unless it is a subshell. As a process of its own the text would fail by its exit status;
as lines of a longer script it would go on.
"""

from __future__ import annotations

from collections.abc import Iterable

from migrate.shell import builtin, tree
from migrate.shell.node import Node
from migrate.shell.words import command_words

NEVER_FAIL = frozenset({"true", ":"})
"""Commands that end well, whatever happens."""
_CLAUSES = frozenset({"elif_clause", "else_clause", "case_item"})


def unchecked(node: Node) -> bool:
    """Whether the statement may fail unseen; simple commands never do, nor calls of functions, nor `eval`."""
    if node.kind == "list":
        return _list(node)
    if node.kind == "negated_command":
        return True
    if node.kind == "redirected_statement":
        body = node.child("body")
        return body is not None and unchecked(body)
    if node.kind in {"program", "do_group", "compound_statement"}:
        return _last(node.children)
    if node.kind in {"for_statement", "c_style_for_statement", "while_statement"}:
        return any(unchecked(body) for body in node.having("do_group", "compound_statement"))
    if node.kind in {"if_statement", "case_statement"}:
        return _branches(node)
    return False


def cannot_fail(text: str) -> bool:
    """Whether no statement of a text can fail, as those that only set variables or define functions cannot."""
    syntax = tree.parse(text)
    return syntax.valid and all(_sets(statement) for statement in syntax.root.parts)


def is_single(text: str) -> bool:
    """Whether a text is one statement that ends where its last command does, so that `set -e` says nothing about it."""
    syntax = tree.parse(text)
    parts = syntax.root.parts
    return syntax.valid and len(parts) <= 1 and all(_is_plain(part) for part in parts)


def _is_plain(node: Node) -> bool:
    if node.kind in {"list", "pipeline", "redirected_statement", "negated_command"}:
        return all(_is_plain(part) for part in node.parts if not part.kind.endswith("_redirect"))
    plain = {"command", "declaration_command", "unset_command", "test_command"}
    return node.kind in plain or node.kind.startswith("variable_assignment")


def _sets(node: Node) -> bool:
    if node.kind == "declaration_command":
        return not builtin.declared(command_words(node)).lasting
    return node.kind == "function_definition" or (node.kind.startswith("variable_assignment") and not _may_fail(node))


def _last(nodes: Iterable[Node]) -> bool:
    statements = [node for node in nodes if node.named and node.kind != "comment"]
    return bool(statements) and unchecked(statements[-1])


def _branches(node: Node) -> bool:
    """The last command of any branch; what a condition says is never a failure."""
    own: list[Node] = []
    inside = node.kind == "else_clause"
    for child in node.children:
        if child.kind in _CLAUSES:
            if _branches(child):
                return True
        elif child.kind in {"then", ")"}:
            inside = True
        elif inside:
            own.append(child)
    return _last(own)


def _list(node: Node) -> bool:
    first, *others = node.children
    result, fails = unchecked(first), _may_fail(first)
    for operator, item in zip(others[::2], others[1::2], strict=False):
        if operator.kind == "&&":
            result = fails or unchecked(item)
            fails = fails or _may_fail(item)
        else:
            result = fails and unchecked(item)
            fails = fails and _may_fail(item)
    return result


def _may_fail(node: Node) -> bool:
    if node.kind in {"variable_assignment", "variable_assignments"}:
        return any(below.kind == "command_substitution" for below in node.below())
    words = command_words(node) if node.kind == "command" else ()
    return not (words and words[0].text in NEVER_FAIL and not node.having("file_redirect"))
