"""Conditions on what only the run knows: the branch, the tag, what triggered it, pipeline parameters.

Filters, logic statements and expressions (reference circleci.md, sections 2.3, 2.4 and 3.1) all become this one type.
It is made with `all_of`, `any_of` and `negate`, which keep it small and in the order of the source.

A `Test` is false where its subject is null (a branch, when a tag was pushed), whatever its operator. So
`Test(x, "!=", "a")` is false where x is null, and is not the same as `negate(Test(x, "==", "a"))`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from migrate.circleci.facts import ORDERS, Absent, Facts, Value, compare, fact


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that only the run knows, where a value is expected."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Constant:
    """A condition that needs no run; there are two: TRUE and FALSE."""

    holds: bool

    def __str__(self) -> str:
        return str(self.holds).lower()


TRUE, FALSE = Constant(holds=True), Constant(holds=False)


@dataclass(frozen=True, slots=True)
class Test:
    """One question to the run; false where the subject, or a `value` that is a Subject, is null.

    `operator` is `==` or `!=` (of different types no two values are equal), one of ORDERS (both must be numbers),
    `starts-with`, `contains` (both must be strings), `matches` (a string or the digits of a number, and the text of a
    pattern, without slashes), `changes` (one of the lines of the subject, which are changed paths, matches the
    pattern); or, without a value, `true` (an expression's truth: all but false), `truthy` (a logic statement's: all
    but false, 0, NaN and "") or `defined` (not null). Where the types do not fit, it is false. A Subject stands only
    after `==`, `!=` and ORDERS.
    """

    subject: str
    operator: str = "true"
    value: Value | Subject = True
    _type: type = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_type", type(self.value))

    def __str__(self) -> str:
        if self.operator == "true":
            return self.subject
        if self.operator in {"truthy", "defined"}:
            return f"{self.subject} is {self.operator}"
        if self.operator == "changes":
            return f"{self.subject} match {spelled(self.value, pattern=True)}"
        return f"{self.subject} {self.operator} {spelled(self.value, pattern=self.operator == 'matches')}"


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where `inner` does not; made by `negate`."""

    inner: "Condition"

    def __str__(self) -> str:
        bare = isinstance(self.inner, Test) and self.inner.operator == "true"
        return f"not {self.inner}" if bare else f"not ({self.inner})"


@dataclass(frozen=True, slots=True)
class All:
    """Holds where all of at least two `parts` do; made by `all_of`."""

    parts: tuple["Condition", ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Any) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Any:
    """Holds where one of at least two `parts` does; made by `any_of`."""

    parts: tuple["Condition", ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


Condition = Constant | Test | Not | All | Any


def spelled(value: Value | Subject, *, pattern: bool = False) -> str:
    """A value as the expression language writes it; with `pattern`, the text of one between slashes."""
    if pattern:
        return "/{}/".format(str(value).replace("/", "\\/"))
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def negate(condition: Condition) -> Condition:
    """Where `condition` does not hold. It stays a `Not`: there is no operator for where x is not "a" or null."""
    if isinstance(condition, Constant):
        return FALSE if condition.holds else TRUE
    return condition.inner if isinstance(condition, Not) else Not(condition)


def all_of(*conditions: Condition) -> Condition:
    """Where all hold: nested ones are flattened, repeated ones kept once, x and not x is FALSE."""
    parts = _parts(All, TRUE, conditions)
    if FALSE in parts or any(negate(part) in parts for part in parts):
        return FALSE
    return All(tuple(parts)) if len(parts) > 1 else next(iter(parts), TRUE)


def any_of(*conditions: Condition) -> Condition:
    """Where one holds: nested ones are flattened, repeated ones kept once, x or not x is TRUE."""
    parts = _parts(Any, FALSE, conditions)
    if TRUE in parts or any(negate(part) in parts for part in parts):
        return TRUE
    return Any(tuple(parts)) if len(parts) > 1 else next(iter(parts), FALSE)


def _parts(kind: type[All | Any], neutral: Constant, conditions: tuple[Condition, ...]) -> dict[Condition, None]:
    parts: dict[Condition, None] = {}
    for condition in conditions:
        parts |= dict.fromkeys(condition.parts if isinstance(condition, kind) else (condition,))
    parts.pop(neutral, None)
    return parts


def tests(condition: Condition) -> tuple[Test, ...]:
    """The different tests in a condition, in its order."""
    return tuple(dict.fromkeys(each for each in _walk(condition) if isinstance(each, Test)))


def subjects(condition: Condition) -> tuple[str, ...]:
    """The names of what a condition asks about, each once, in its order."""
    found: dict[str, None] = {}
    for test in tests(condition):
        found |= dict.fromkeys([test.subject, *([test.value.name] if isinstance(test.value, Subject) else [])])
    return tuple(found)


def size(condition: Condition) -> int:
    """How many tests and connectives a condition has."""
    return sum(1 for _ in _walk(condition))


def _walk(condition: Condition) -> Iterator[Condition]:
    stack = [condition]
    while stack:
        yield (top := stack.pop())
        if isinstance(top, Not):
            stack.append(top.inner)
        elif isinstance(top, All | Any):
            stack.extend(reversed(top.parts))


def evaluate(condition: Condition, facts: Facts) -> Condition:
    """What is left of a condition once `facts` are known: TRUE or FALSE if they decide it. MISSING counts as null."""
    match condition:
        case Test():
            return _tested(condition, facts)
        case Not(inner):
            return negate(evaluate(inner, facts))
        case All(parts):
            return all_of(*(evaluate(part, facts) for part in parts))
        case Any(parts):
            return any_of(*(evaluate(part, facts) for part in parts))
    return condition


def _tested(test: Test, facts: Facts) -> Condition:
    left = fact(facts, test.subject)
    right = fact(facts, test.value.name) if isinstance(test.value, Subject) else test.value
    if left is None or right is None or Absent.MISSING in (left, right):
        return FALSE
    if isinstance(right, Absent):
        if isinstance(left, Absent) or not isinstance(test.value, Subject):
            return test
        return Test(test.value.name, ORDERS.get(test.operator, test.operator), left)
    if isinstance(left, Absent):
        return Test(test.subject, test.operator, right)
    return Constant(compare(left, test.operator, right))
