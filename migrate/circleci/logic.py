"""Logic statements: the conditions of `when` and `unless` (reference circleci.md, section 2.4).

A condition is true, false, or, where it asks for something that only the run knows, None.
"""

import re

from migrate.circleci.template import truthy
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Mapping, Node, Scalar


def evaluate(node: Node | None, claims: Claims) -> bool | None:
    """The truth of a rendered condition as far as it is known; claims what it reads."""
    if isinstance(node, Scalar) and node.symbols:
        return None
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        return truthy(node)
    (entry,) = claims.each(node)
    operands = list(claims.items(entry.value))
    if entry.key.text == "not":
        inner = evaluate(entry.value, claims)
        return None if inner is None else not inner
    if entry.key.text == "equal":
        claims.whole(entry.value)
        return None if any(_unknown(o) for o in operands) else all(o == operands[0] for o in operands)
    if entry.key.text == "matches":
        return _matches(entry.value, claims)
    if entry.key.text in {"and", "or"}:
        return _connect(entry.key.text, [evaluate(operand, claims) for operand in operands])
    return truthy(node)


def _connect(word: str, values: list[bool | None]) -> bool | None:
    decisive = word == "or"
    if decisive in values:
        return decisive
    if None in values:
        return None
    return bool(values) and not decisive


def _matches(node: Node, claims: Claims) -> bool | None:
    pattern, value = claims.take(node, "pattern"), claims.take(node, "value")
    if not isinstance(pattern, Scalar) or not isinstance(value, Scalar) or value.symbols:
        return None
    return re.fullmatch(pattern.text, value.text) is not None


def _unknown(node: Node) -> bool:
    return isinstance(node, Scalar) and bool(node.symbols)
