"""What a logic statement compares: scalars with their YAML types, and what only the run knows (section 2.4)."""

import itertools
import math
import re
from dataclasses import dataclass

from migrate.circleci.conditions import FALSE, TRUE, Condition, Constant, Subject, Test, all_of, any_of
from migrate.circleci.expression_parser import parse
from migrate.circleci.expression_tokens import ExpressionError, Regex
from migrate.circleci.expressions import MOST_CASES, alternatives
from migrate.circleci.facts import Facts, Value, compare
from migrate.diagnostics import Span
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence, Symbol, walk


@dataclass(frozen=True, slots=True)
class StatementError:
    """Why a statement is no Condition. `invalid`: the platform refuses it; otherwise only we cannot say it."""

    span: Span
    message: str
    invalid: bool = True


class StatementFailure(Exception):  # noqa: N818 - the error is the value that it carries
    """Carries a StatementError out of a recursion; caught by `statements.logic_condition`."""

    def __init__(self, span: Span, message: str, *, invalid: bool = True) -> None:
        self.error = StatementError(span, message, invalid)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Text:
    """A text with pieces that only the run knows; no two strings stand side by side."""

    pieces: tuple[str | Subject, ...]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The pieces that are not known."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Subject))

    @property
    def around(self) -> tuple[str, str]:
        """What stands before and after the unknown pieces."""
        first, last = self.pieces[0], self.pieces[-1]
        return first if isinstance(first, str) else "", last if isinstance(last, str) else ""


Operand = Value | Regex | None | Subject | Text | Sequence | Mapping
"""What a scalar or a collection is in a statement."""
Operands = list[tuple[Condition, Operand]]
"""The operands that a node can be; exactly one of the conditions holds."""


def operands(node: Node, facts: Facts) -> Operands:
    """What a node can be, each with its condition; raises StatementFailure."""
    if not isinstance(node, Scalar):
        if any(isinstance(place.node, Scalar) and place.node.symbols for place in walk(node)):
            said = "a list or mapping with values that are not known before the run cannot be compared"
            raise StatementFailure(node.span, said, invalid=False)
        return [(TRUE, node)]
    if not node.symbols:
        return [(TRUE, value(node))]
    found = [_symbol(symbol, node.span, facts) for symbol in node.symbols]
    if (node.symbols[0].start, node.symbols[0].end) == (0, len(node.text)):
        return found[0]
    if math.prod(map(len, found)) > MOST_CASES:
        raise StatementFailure(node.span, "this text depends on the run in too many ways; take it apart", invalid=False)
    combined = [
        (all_of(*(when for when, _ in chosen)), _text(node, [each for _, each in chosen]))
        for chosen in itertools.product(*found)
    ]
    return [(when, text) for when, text in combined if when != FALSE]


def _symbol(symbol: Symbol, span: Span, facts: Facts) -> Operands:
    parsed = parse(symbol.name)
    found = parsed if isinstance(parsed, ExpressionError) else alternatives(parsed, facts)
    if isinstance(found, ExpressionError):
        raise StatementFailure(span, f"<< {symbol.name} >>: {found}", invalid=found.category != "Converter")
    return [(when, each) for when, each in found]


def _text(node: Scalar, chosen: list[Operand]) -> str | Text:
    pieces: list[str | Subject] = []
    known, at = "", 0
    for symbol, each in zip(node.symbols, chosen, strict=True):
        known += node.text[at : symbol.start]
        at = symbol.end
        if isinstance(each, Subject):
            pieces += [known, each]
            known = ""
        else:
            known += as_text(each)
    known += node.text[at:]
    return Text(tuple(piece for piece in (*pieces, known) if piece != "")) if pieces else known


def as_text(known: Operand) -> str:
    """How a known value is written into a text; null is written as nothing."""
    if isinstance(known, bool):
        return str(known).lower()
    return "" if known is None else known.text if isinstance(known, Regex) else str(known)


def value(node: Scalar) -> Value | None:
    """The value of a scalar that is wholly known, by its YAML 1.1 type; a number in an odd form stays its text."""
    match node.kind:
        case "null":
            return None
        case "bool":
            return node.truth
        case "int":
            return _integer(node.text)
        case "float":
            return _float(node.text)
    return node.text


def _integer(text: str) -> int | str:
    digits = text.replace("_", "")
    try:
        return int(digits, 8 if re.fullmatch("[-+]?0[0-7]+", digits) else 0)
    except ValueError:  # sixty-based, such as 1:30
        return text


def _float(text: str) -> float | str:
    try:
        return float(text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text


def truth(operand: Operand) -> Condition:
    """Where an operand is true, as a logic statement sees it; a text with known letters always is."""
    if isinstance(operand, Subject):
        return Test(operand.name, "truthy")
    if isinstance(operand, Text):
        if any(isinstance(piece, str) for piece in operand.pieces):
            return TRUE
        return any_of(*(Test(subject.name, "!=", "") for subject in operand.subjects))
    if isinstance(operand, Sequence | Mapping):
        return Constant(not isinstance(operand, Sequence) or bool(operand.items))
    if operand is None or isinstance(operand, Regex):
        return Constant(operand is not None)
    return Constant(compare(operand, "truthy", operand))
