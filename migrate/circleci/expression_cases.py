"""The values that a part of an expression can have, each with its condition (reference circleci.md, section 2.3)."""

from dataclasses import dataclass

from migrate.circleci.conditions import FALSE, TRUE, Condition, Constant, Subject, Test, all_of, any_of, negate
from migrate.circleci.expression_tokens import Regex
from migrate.circleci.facts import Value

Known = Value | Regex | None
"""A value that needs no run; None is undefined."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean that the run decides: true where it `holds`, undefined where it is not `defined`, else false."""

    holds: Condition
    defined: Condition

    def simplest(self) -> "bool | Truth | None":
        """The value itself, if it needs no run after all."""
        if self.holds == TRUE:
            return True
        if self.holds == FALSE and isinstance(self.defined, Constant):
            return False if self.defined.holds else None
        return self

    def settled(self) -> tuple[tuple[Condition, bool | None], ...]:
        """The three values that it can have, each with its condition."""
        return (
            (self.holds, True),
            (all_of(self.defined, negate(self.holds)), False),
            (negate(self.defined), None),
        )


Outcome = Known | Subject | Truth
"""A value as the evaluation passes it on."""
Cases = list[tuple[Condition, Outcome]]
"""Exactly one of the conditions holds."""


def merged(cases: Cases) -> Cases:
    """The cases that can be, equal values together."""
    found: dict[tuple[type, Outcome], Condition] = {}
    for when, value in cases:
        if when != FALSE:
            key = (type(value), value)
            found[key] = any_of(found.get(key, FALSE), when)
    return [(when, value) for (_, value), when in found.items()]


def holds_where(value: Outcome) -> Condition:
    """Where a value is true: anything but false and undefined is."""
    if isinstance(value, Truth):
        return value.holds
    return Test(value.name) if isinstance(value, Subject) else Constant(value is not None and value is not False)


def defined_where(value: Outcome) -> Condition:
    """Where a value is not undefined."""
    if isinstance(value, Truth):
        return value.defined
    return Test(value.name, "defined") if isinstance(value, Subject) else Constant(value is not None)


def stopped(value: Outcome, word: str) -> Outcome:
    """The value of an operand at which `and` stops (so it is false or undefined) or `or` (so it is true)."""
    if word == "or":
        return True if isinstance(value, Truth) else value
    return Truth(FALSE, defined_where(value)).simplest() if isinstance(value, Truth | Subject) else value
