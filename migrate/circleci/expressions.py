"""Expressions are evaluated as far as they go (reference circleci.md, section 2.3).

An operand that only the run knows makes a value a list of cases: which value where. `and` and `or` give an operand,
not a boolean: `a and b` is b where a is true, and a, which is then false or undefined, elsewhere; `a or b` is a where
a is true, and b elsewhere. So `pipeline.git.branch == "main" and 10 or 1` is 10 where the branch is main and 1
elsewhere. Where only the truth is asked for they are simply `all_of` and `any_of`.

Undefined is what a comparison with null gives, and null itself; at the end, and wherever a truth is asked for, it
counts as false. All but false and undefined is true, 0 and "" too. What cannot be reached is not looked at; an error
that the run would come to in one of the cases is an error of the whole.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.circleci.conditions import FALSE, TRUE, Condition, Constant, Subject, all_of, any_of, negate, size
from migrate.circleci.expression_cases import Cases, Known, Outcome, Truth, defined_where, holds_where, merged, stopped
from migrate.circleci.expression_comparison import compared
from migrate.circleci.expression_parser import Comparison, Expression, Logical, Negation, Variable
from migrate.circleci.expression_tokens import ExpressionError, ExpressionFailure, Literal
from migrate.circleci.facts import Absent, Facts, fact

MOST_CASES = 20
LARGEST_CASE = 200
"""How many values a value may have, and the `size` of each condition: ours, against expressions that double."""


class Alternative(NamedTuple):
    """One of the values of an expression: it has this one where the condition holds, and only there."""

    when: Condition
    value: Known | Subject


def evaluate(expression: Expression, facts: Facts) -> Known | Condition | ExpressionError:
    """The value if the facts decide it, otherwise the condition under which it is true.

    A name that a table of `facts` lacks is unknown until the run if it begins with `pipeline.`, and MISSING
    otherwise. Errors: Interpreter/UNKNOWN_VARIABLE and EXPECTED_{NUMERIC,STRING,PATTERN}_OPERAND are the platform's;
    Converter/UNKNOWN_OPERAND (a comparison that a `Test` cannot say) and TOO_MANY_CASES are ours.
    """
    found = alternatives(expression, facts)
    if isinstance(found, ExpressionError):
        return found
    if len(found) == 1 and not isinstance(found[0].value, Subject):
        return found[0].value
    return condition(expression, facts)


def condition(expression: Expression, facts: Facts) -> Condition | ExpressionError:
    """Where the expression is true; TRUE or FALSE if the facts decide it. Errors as in `evaluate`."""
    try:
        return _Evaluator(facts).truth(expression)
    except ExpressionFailure as failure:
        return failure.error


def alternatives(expression: Expression, facts: Facts) -> tuple[Alternative, ...] | ExpressionError:
    """The values that the expression can have, each with its condition; exactly one of these holds.

    What only the run decides comes as a Subject (a bare name) or as True and False (a comparison, with undefined
    as False). Errors as in `evaluate`.
    """
    try:
        cases = _Evaluator(facts).ends(expression)
    except ExpressionFailure as failure:
        return failure.error
    settled: Cases = []
    for when, value in cases:
        if isinstance(value, Truth):
            settled += [(all_of(when, value.holds), True), (all_of(when, negate(value.holds)), False)]
        else:
            settled.append((when, value))
    return tuple(Alternative(when, value) for when, value in merged(settled) if not isinstance(value, Truth))


def _is_boolean(node: Expression) -> bool:
    """Whether a part can only be true, false or undefined."""
    if isinstance(node, Logical):
        return all(map(_is_boolean, node.operands))
    return isinstance(node, Comparison | Negation) or (isinstance(node, Literal) and isinstance(node.value, bool))


@dataclass(slots=True, eq=False)
class _Evaluator:
    """One evaluation; each part of the expression is looked at once, so that nesting does not multiply the work."""

    facts: Facts
    _truths: dict[int, Condition] = field(default_factory=dict)
    _seen: dict[int, Cases] = field(default_factory=dict)

    def ends(self, node: Expression) -> Cases:
        """The values of the whole; of a boolean it does not matter where it is false and where undefined."""
        if _is_boolean(node) and not isinstance(self.truth(node), Constant):
            return [(TRUE, Truth(self.truth(node), TRUE))]
        return self.cases(node)

    def truth(self, node: Expression) -> Condition:
        if id(node) not in self._truths:
            self._truths[id(node)] = self._truth(node)
        return self._truths[id(node)]

    def cases(self, node: Expression) -> Cases:
        if id(node) not in self._seen:
            cases = merged(self._cases(node))
            _check_size(node, itertools.chain(*map(_conditions, cases)), cases=len(cases))
            self._seen[id(node)] = cases
        return self._seen[id(node)]

    def _truth(self, node: Expression) -> Condition:
        if isinstance(node, Negation):
            return negate(self.truth(node.operand))
        if not isinstance(node, Logical):
            return any_of(*(all_of(when, holds_where(value)) for when, value in self.cases(node)))
        join, decisive = (any_of, TRUE) if node.word == "or" else (all_of, FALSE)
        found = []
        for operand in node.operands:
            found.append(self.truth(operand))
            if found[-1] == decisive:
                break
        return join(*found)

    def _cases(self, node: Expression) -> Cases:
        match node:
            case Literal():
                return [(TRUE, node.value)]
            case Variable():
                return [(TRUE, self._variable(node))]
            case Negation():
                return [(TRUE, Truth(self.truth(node), TRUE).simplest())]
            case Comparison():
                return [(TRUE, self._comparison(node))]
        cases = merged(self._logical(node))
        if all(value is None or isinstance(value, bool | Truth) for _, value in cases):
            defined = any_of(*(all_of(when, defined_where(value)) for when, value in cases))
            return [(TRUE, Truth(self.truth(node), defined).simplest())]
        return cases

    def _variable(self, node: Variable) -> Known | Subject:
        ours = node.name.startswith("pipeline.")
        found = fact(self.facts, node.name, Absent.UNKNOWN if ours else Absent.MISSING)
        if found is Absent.MISSING:
            said = f"there is no variable '{node.name}'"
            raise ExpressionFailure(ExpressionError("Interpreter", "UNKNOWN_VARIABLE", node.at, said))
        return Subject(node.name) if isinstance(found, Absent) else found

    def _comparison(self, node: Comparison) -> bool | Truth | None:
        results = [
            (all_of(when, also), compared(node, left, right))
            for when, left in self._settled(node.left)
            for also, right in self._settled(node.right)
            if all_of(when, also) != FALSE
        ]
        holds = any_of(*(all_of(when, result.holds) for when, result in results))
        defined = any_of(*(all_of(when, result.defined) for when, result in results))
        return Truth(holds, defined).simplest()

    def _settled(self, node: Expression) -> list[tuple[Condition, Known | Subject]]:
        found: list[tuple[Condition, Known | Subject]] = []
        for when, value in self.cases(node):
            if isinstance(value, Truth):
                found += [(all_of(when, also), one) for also, one in value.settled()]
            else:
                found.append((when, value))
        return [(when, value) for when, value in found if when != FALSE]

    def _logical(self, node: Logical) -> Cases:
        cases: Cases = []
        reached: Condition = TRUE
        *others, last = node.operands
        for operand in others:
            going = []
            for when, value in self.cases(operand):
                stops = holds_where(value) if node.word == "or" else negate(holds_where(value))
                cases.append((all_of(reached, when, stops), stopped(value, node.word)))
                going.append(all_of(when, negate(stops)))
            reached = all_of(reached, any_of(*going))
            _check_size(node, [reached])
            if reached == FALSE:
                return cases
        return cases + [(all_of(reached, when), value) for when, value in self.cases(last)]


def _conditions(case: tuple[Condition, Outcome]) -> tuple[Condition, ...]:
    when, value = case
    return (when, value.holds, value.defined) if isinstance(value, Truth) else (when,)


def _check_size(node: Expression, conditions: Iterable[Condition], *, cases: int = 0) -> None:
    if cases > MOST_CASES or any(size(condition) > LARGEST_CASE for condition in conditions):
        said = "the value of this expression depends on the run in too many ways; take it apart"
        raise ExpressionFailure(ExpressionError("Converter", "TOO_MANY_CASES", _place(node), said))


def _place(node: Expression) -> int:
    while isinstance(node, Negation | Logical):
        node = node.operand if isinstance(node, Negation) else node.operands[0]
    return node.at
