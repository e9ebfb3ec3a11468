"""Which nodes name a variable whose value is wanted: the one place that `reads` and renaming share."""

from __future__ import annotations

from itertools import pairwise

from migrate.shell import scan
from migrate.shell.node import Node

_OTHER = frozenset({"command_substitution", "process_substitution", "expansion", "string", "do_group"})
_NAMES = frozenset({"variable_name", "word", "string_content"})
_ASSIGNING = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=", "^=", "|="})
_COUNTING = frozenset({"++", "--"})


def inside(node: Node, *, arithmetic: bool) -> bool:
    """Whether bare words in this node are variables: `$((X + 1))`; `arithmetic` says it of the parent."""
    if node.kind in {"arithmetic_expansion", "subscript", "c_style_for_statement"}:
        return True
    if node.kind == "compound_statement":
        return node.children[0].kind == "(("
    return arithmetic and node.kind not in _OTHER


def wanted(node: Node, *, arithmetic: bool) -> tuple[Node, ...]:
    """The names that this very node expands; what its children expand is theirs."""
    if node.kind == "simple_expansion":
        return _named(node.children)
    if node.kind == "expansion":
        return _of_expansion(node)
    if node.kind == "command":
        return _of_test(node)
    if node.kind == "unary_expression" and node.children[0].text == "-v":
        return _named(node.children[1:])
    if not arithmetic:
        return ()
    if node.kind == "subscript":
        return _named(node.children[1:])
    targets = {id(target) for target in assigned(node)}
    return tuple(name for name in _named(node.children) if id(name) not in targets)


def assigned(node: Node) -> tuple[Node, ...]:
    """The names that an arithmetic expression sets: `X = 1`, `X += 1`, `X++`."""
    operators = {child.kind for child in node.children if not child.named}
    if node.kind == "binary_expression" and operators & _ASSIGNING:
        return _named(node.children[:1])
    if node.kind in {"postfix_expression", "unary_expression"} and operators & _COUNTING:
        return _named(node.children)
    if node.kind == "variable_assignment":
        return _named(node.children[:1])
    return ()


def adds(node: Node) -> bool:
    """Whether an assignment begins with what the variable holds: `X += 1`, `X++`, but not `X = 1`."""
    return not any(child.kind == "=" for child in node.children)


def _named(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    out: list[Node] = []
    for node in nodes:
        if node.kind == "subscript":
            out += _named(node.children[:1])
        elif node.kind == "string":
            out += _named(node.having("string_content"))
        elif node.kind in _NAMES and scan.is_name(node.text):
            out.append(node)
    return tuple(out)


def prefix(node: Node) -> str:
    """The beginning of the names that an expansion lists: `X` of `${!X@}` and `${!X*}`."""
    operators = {child.text for child in node.children if child.field == "operator"}
    listed = node.kind == "expansion" and "!" in operators and operators & {"@", "*"}
    return next((child.text for child in node.children if child.kind == "variable_name"), "") if listed else ""


def _of_expansion(node: Node) -> tuple[Node, ...]:
    """`${X}`, `${X:-…}`, and all three of `${X:from:length}`; but `${!X@}` and `${!X*}` list names."""
    if prefix(node):
        return ()
    operators = {child.text for child in node.children if child.field == "operator"}
    if ":" in operators:
        return _named(node.children)
    first = next((child for child in node.children if child.kind in {"variable_name", "subscript"}), None)
    return () if first is None else _named((first,))


def _of_test(command: Node) -> tuple[Node, ...]:
    """`test -v X`; the grammar knows the form with brackets only."""
    words = [child for child in command.children if child.field in {"name", "argument"}]
    if not words or words[0].text != "test":
        return ()
    pairs = pairwise(words)
    return tuple(name for option, tested in pairs if option.text == "-v" for name in _named((tested,)))
