"""One comparison of an expression, also with what only the run knows (reference circleci.md, section 2.3)."""

from migrate.circleci.conditions import FALSE, Condition, Constant, Subject, Test, all_of
from migrate.circleci.expression_cases import Known, Truth
from migrate.circleci.expression_parser import Comparison
from migrate.circleci.expression_tokens import ExpressionError, ExpressionFailure, Regex
from migrate.circleci.facts import ORDERS, Value, compare, is_number


def compared(node: Comparison, left: Known | Subject, right: Known | Subject) -> Truth:
    """What comes out for these two operands; raises ExpressionFailure if they do not fit the operator.

    An operand that only the run knows is taken to fit. What a `Test` cannot say is Converter/UNKNOWN_OPERAND: whether
    a known text, or another unknown one, begins with or contains an unknown one.
    """
    if left is None or right is None:
        return Truth(FALSE, FALSE)
    _check_types(node, left, right)
    operands = (left, right)
    defined = all_of(*(Test(each.name, "defined") for each in operands if isinstance(each, Subject)))
    if isinstance(left, Regex) or isinstance(right, Regex):
        return Truth(_with_regex(node.operator, left, right, defined), defined)
    return Truth(_holds(node, left, right, defined), defined)


def _check_types(node: Comparison, left: Value | Regex | Subject, right: Value | Regex | Subject) -> None:
    known = [each for each in (left, right) if not isinstance(each, Subject)]
    if node.operator in ORDERS and not all(map(is_number, known)):
        _fail("NUMERIC", node, f"'{node.operator}' wants numbers on both sides")
    if node.operator == "matches" and not isinstance(right, Regex):
        _fail("PATTERN", node, "'matches' wants a pattern between slashes on its right side")
    if node.operator == "matches" and not isinstance(left, str | Subject):
        _fail("STRING", node, "'matches' wants a string on its left side")
    if node.operator in {"starts-with", "contains"} and not all(isinstance(each, str) for each in known):
        _fail("STRING", node, f"'{node.operator}' wants strings on both sides")


def _fail(kind: str, node: Comparison, message: str) -> None:
    raise ExpressionFailure(ExpressionError("Interpreter", f"EXPECTED_{kind}_OPERAND", node.at, message))


def _with_regex(
    operator: str, left: Value | Regex | Subject, right: Value | Regex | Subject, defined: Condition
) -> Condition:
    """A pattern matches, or is equal to the same pattern and to nothing else."""
    if operator == "matches" and isinstance(right, Regex):
        if isinstance(left, Subject):
            return Test(left.name, operator, right.text)
        return Constant(isinstance(left, str) and compare(left, operator, right.text))
    return defined if (left == right) == (operator == "==") else FALSE


def _holds(node: Comparison, left: Value | Subject, right: Value | Subject, defined: Condition) -> Condition:
    operator = node.operator
    flips = operator in ORDERS or operator in {"==", "!="}
    if isinstance(left, Subject) and (flips or not isinstance(right, Subject)):
        if left == right and operator in {"==", "!="}:
            return defined if operator == "==" else FALSE
        return Test(left.name, operator, right)
    if not isinstance(left, Subject) and not isinstance(right, Subject):
        return Constant(compare(left, operator, right))
    if flips and not isinstance(left, Subject) and isinstance(right, Subject):
        return Test(right.name, ORDERS.get(operator, operator), left)
    said = f"the right side of '{operator}' is not known before the run; write it as a string"
    raise ExpressionFailure(ExpressionError("Converter", "UNKNOWN_OPERAND", node.at, said))
