"""What is known of a pipeline value, and how two values compare (reference circleci.md, sections 2.3 and 2.4)."""

import math
import operator as operators
from collections.abc import Callable
from collections.abc import Mapping as Table
from enum import Enum

from migrate.circleci import patterns

Value = str | int | float | bool
"""What a pipeline value can be; 1, 1.0, True and "1" are four different ones."""


class Absent(Enum):
    """Why there is no value: the run will know it (UNKNOWN), or there is no variable of that name (MISSING)."""

    UNKNOWN = "unknown"
    MISSING = "missing"


Fact = Value | None | Absent
"""What is known of a subject; None says that it is null."""

Facts = Table[str, Fact] | Callable[[str], Fact]
"""Gives each subject's fact; a subject that a table lacks is UNKNOWN."""

ORDERS = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The operators between numbers, each with the one that says the same with its sides exchanged."""


def fact(facts: Facts, subject: str, otherwise: Absent = Absent.UNKNOWN) -> Fact:
    """What `facts` say of a subject; `otherwise` where a table has no such key."""
    return facts.get(subject, otherwise) if isinstance(facts, Table) else facts(subject)


def compare(left: Value, operator: str, right: Value) -> bool:
    """Whether a test holds for a value that is not null; false where the types do not fit the operator."""
    if operator in {"==", "!="}:
        return (type(left) is type(right) and left == right) == (operator == "==")
    if operator == "true":
        return left is not False
    if operator == "truthy":
        return bool(left) and not (isinstance(left, float) and math.isnan(left))
    if operator == "matches" and is_number(left):
        left = str(left)
    if operator in _TEXTS:
        return isinstance(left, str) and isinstance(right, str) and _TEXTS[operator](left, right)
    if operator in _NUMBERS:
        return is_number(left) and is_number(right) and _NUMBERS[operator](left, right)
    return operator == "defined"


def is_number(value: object) -> bool:
    """Whether a value can stand beside `<`; a boolean cannot."""
    return isinstance(value, int | float) and not isinstance(value, bool)


_TEXTS: Table[str, Callable[[str, str], bool]] = {
    "starts-with": str.startswith,
    "contains": str.__contains__,
    "matches": lambda value, pattern: patterns.matches(pattern, value),
    "changes": lambda value, pattern: any(patterns.matches(pattern, path) for path in value.split("\n")),
}
_NUMBERS: Table[str, Callable[[Value, Value], bool]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
