"""`when` and `unless` of a workflow become one condition (reference circleci.md, sections 2.3 and 2.4).

A string is an expression if it reads as one that asks for the pipeline, else a value like any other. Pipeline
parameters have their defaults here: that is what a push gives them. One that a setup config sets by changed paths has
several values, each with its condition.
"""

import itertools
import math
from collections.abc import Callable

from migrate.circleci.conditions import FALSE, TRUE, Condition, Test, all_of, any_of, negate
from migrate.circleci.expression_parser import parse
from migrate.circleci.expression_tokens import ExpressionError
from migrate.circleci.facts import Fact
from migrate.circleci.filters import read_expression
from migrate.circleci.minimal import shortest
from migrate.circleci.namespace import Namespace
from migrate.circleci.statement_values import StatementError, value
from migrate.circleci.statements import logic_condition
from migrate.circleci.steps import BAD_CONDITION
from migrate.circleci.template import Scope
from migrate.diagnostics import Trail
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Mapping, Node, Scalar, walk

_UNSAYABLE = Test("pipeline")
"""Stands for a condition that depends on the run in a way that no Condition can say."""
_MOST_CASES = 256


def condition_of(workflow: Node, home: Namespace, claims: Claims, trail: Trail) -> Condition:
    """Where a workflow runs; a statement that CircleCI would refuse is refused, and counts as always."""
    found: Condition = TRUE
    for key in ("when", "unless"):
        written = claims.take(workflow, key)
        if written is not None:
            claims.whole(written)
            holds = _condition(written, home, claims, trail)
            found = all_of(found, holds if key == "when" else negate(holds))
    return found


def _condition(written: Node, home: Namespace, claims: Claims, trail: Trail) -> Condition:
    return _in_each_case(written, home, lambda values: _holds(written, values, home, claims, trail))


def filter_of(node: Scalar, home: Namespace, claims: Claims, trail: Trail) -> Condition:
    """Where a filter that is an expression holds."""
    return _in_each_case(
        node, home, lambda values: read_expression(node, _facts({**home.values, **values}), claims, trail)
    )


def _in_each_case(written: Node, home: Namespace, holds: Callable[[Scope], Condition]) -> Condition:
    """Where something holds that asks for pipeline parameters, which may have other values in other runs."""
    texts = [p.node.text for p in walk(written) if isinstance(p.node, Scalar)]
    texts += [written.text] if isinstance(written, Scalar) else []
    asked = [name for name in home.cases if any(name in text for text in texts)]
    if math.prod(len(home.cases[name]) for name in asked) > _MOST_CASES:
        return _UNSAYABLE
    found: Condition = FALSE
    for chosen in itertools.product(*(home.cases[name] for name in asked)):
        where = all_of(*(condition for condition, _ in chosen))
        if where != FALSE:
            values = {name: value for name, (_, value) in zip(asked, chosen, strict=True)}
            found = any_of(found, all_of(where, holds(values)))
    return shortest(found) if asked else found


def _holds(written: Node, values: Scope, home: Namespace, claims: Claims, trail: Trail) -> Condition:
    node = home.renderer(home.scope(values), claims.notes, trail).render(written)
    return _read(_unwrapped(node), _facts({**home.values, **values}), claims, trail)


def _facts(values: Scope) -> dict[str, Fact]:
    return {name: value(node) for name, node in values.items() if isinstance(node, Scalar) and not node.symbols}


def _unwrapped(node: Node) -> Node:
    """Older documents write `when: {condition: …}`; it is read as its content (section 2.4)."""
    # Peeked, not taken: the whole condition is claimed already.
    inner = peek(node, "condition") if isinstance(node, Mapping) and node.keys == ("condition",) else None
    return node if inner is None else inner


def _read(node: Node, facts: dict[str, Fact], claims: Claims, trail: Trail) -> Condition:
    if isinstance(node, Scalar) and _is_expression(node):
        return read_expression(node, facts, claims, trail)
    holds = logic_condition(node, facts)
    if not isinstance(holds, StatementError):
        return holds
    if holds.invalid:
        claims.notes.refuse(BAD_CONDITION, (*trail, holds.span), "when", holds.message)
    return _UNSAYABLE


def _is_expression(node: Scalar) -> bool:
    if node.kind != "str" or node.symbols or "pipeline." not in node.text:
        return False
    parsed = parse(node.text)
    return not isinstance(parsed, ExpressionError) or parsed.category == "Converter"
