"""Expressions in tags that need no run: `<< pipeline.parameters.env == "dev" and 10 or 1 >>` (section 2.3)."""

from migrate.circleci.conditions import TRUE
from migrate.circleci.expression_parser import parse
from migrate.circleci.expression_tokens import ExpressionError
from migrate.circleci.expressions import alternatives
from migrate.circleci.facts import Fact
from migrate.circleci.statement_values import value
from migrate.circleci.template import Scope
from migrate.diagnostics import Span
from migrate.yamlio.nodes import Default, Scalar


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
    open_ = [
        each for name, node in scope.items() if name in text and isinstance(node, Scalar) for each in node.defaults
    ]
    found = alternatives(parsed, facts)
    if isinstance(found, ExpressionError) or len(found) != 1 or found[0][0] != TRUE:
        return None
    known = found[0][1]
    if not isinstance(known, bool | int | str):
        return None
    kind = "bool" if isinstance(known, bool) else "int" if isinstance(known, int) else "str"
    written = str(known).lower() if kind == "bool" else str(known)
    names = dict.fromkeys(one.name for one in open_)
    return Scalar(written, kind, span, defaults=tuple(Default(0, len(written), name, exact=False) for name in names))
