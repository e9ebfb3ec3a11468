"""Expressions in tags that need no run: `<< pipeline.parameters.env == "dev" and 10 or 1 >>` (section 2.3)."""

from migrate.circleci.conditions import TRUE
from migrate.circleci.expression_parser import parse
from migrate.circleci.expression_tokens import ExpressionError
from migrate.circleci.expressions import alternatives
from migrate.circleci.facts import Fact
from migrate.circleci.statement_values import value
from migrate.circleci.template import Scope
from migrate.diagnostics import Span
from migrate.yamlio.nodes import Scalar


def constant(text: str, scope: Scope, span: Span) -> Scalar | None:
    """The value of an expression, by the pipeline parameters in scope; None if the run decides it, or it is none."""
    parsed = parse(text)
    if isinstance(parsed, ExpressionError):
        return None
    facts: dict[str, Fact] = {
        name: value(node)
        for name, node in scope.items()
        if name.startswith("pipeline.") and isinstance(node, Scalar) and not node.symbols
    }
    found = alternatives(parsed, facts)
    if isinstance(found, ExpressionError) or len(found) != 1 or found[0][0] != TRUE:
        return None
    match found[0][1]:
        case bool(truth):
            return Scalar(str(truth).lower(), "bool", span)
        case int(number):
            return Scalar(str(number), "int", span)
        case str(said):
            return Scalar(said, "str", span)
    return None
