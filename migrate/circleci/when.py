"""`when` and `unless` of a workflow become one condition (reference circleci.md, sections 2.3 and 2.4).

A string is an expression if it reads as one that asks for the pipeline, else a value like any other. Pipeline
parameters have their defaults here: that is what a push gives them.
"""

from migrate.circleci.conditions import TRUE, Condition, Test, all_of, negate
from migrate.circleci.config import Namespace
from migrate.circleci.expression_parser import parse
from migrate.circleci.expression_tokens import ExpressionError
from migrate.circleci.facts import Fact
from migrate.circleci.filters import read_expression
from migrate.circleci.statement_values import StatementError, value
from migrate.circleci.statements import logic_condition
from migrate.circleci.steps import BAD_CONDITION
from migrate.diagnostics import Trail
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Mapping, Node, Scalar

_UNSAYABLE = Test("pipeline")
"""Stands for a condition that depends on the run in a way that no Condition can say."""


def condition_of(workflow: Node, home: Namespace, claims: Claims, trail: Trail) -> Condition:
    """Where a workflow runs; a statement that CircleCI would refuse is refused, and counts as always."""
    found: Condition = TRUE
    for key in ("when", "unless"):
        written = claims.take(workflow, key)
        if written is not None:
            claims.whole(written)
            node = home.renderer(home.scope({}), claims.notes, trail).render(written)
            holds = _read(_unwrapped(node), home, claims, trail)
            found = all_of(found, holds if key == "when" else negate(holds))
    return found


def _unwrapped(node: Node) -> Node:
    """Older documents write `when: {condition: …}`; it is read as its content (section 2.4)."""
    # Peeked, not taken: the whole condition is claimed already.
    inner = peek(node, "condition") if isinstance(node, Mapping) and node.keys == ("condition",) else None
    return node if inner is None else inner


def _read(node: Node, home: Namespace, claims: Claims, trail: Trail) -> Condition:
    facts: dict[str, Fact] = {n: value(v) for n, v in home.values.items() if isinstance(v, Scalar)}
    if isinstance(node, Scalar) and _is_expression(node):
        return read_expression(node, facts, claims, trail)
    holds = logic_condition(node, facts)
    if not isinstance(holds, StatementError):
        return holds
    if holds.invalid:
        claims.notes.refuse(BAD_CONDITION, (*trail, holds.span), "when", holds.message)
    return _UNSAYABLE


def _is_expression(node: Scalar) -> bool:
    asks = node.kind == "str" and not node.symbols and "pipeline." in node.text
    return asks and not isinstance(parse(node.text), ExpressionError)
