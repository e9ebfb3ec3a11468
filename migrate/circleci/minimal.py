"""A condition as short as it can be: the method of Quine and McCluskey, for conditions of a few tests.

https://en.wikipedia.org/wiki/Quine%E2%80%93McCluskey_algorithm. Tests count as independent of each other.
"""

import itertools
from collections.abc import Iterable

from migrate.circleci.conditions import All, Any, Condition, Constant, Not, Test, all_of, any_of, negate, size, tests

MOST_TESTS = 8
"""Tests of a condition that is looked at: each more doubles the work."""

Term = tuple[bool | None, ...]
"""Whether each test holds in a product; None where it does not matter."""


def shortest(condition: Condition) -> Condition:
    """The same condition as a sum of products, if that is shorter than it was."""
    asked = tests(condition)
    if not 1 < len(asked) <= MOST_TESTS:
        return condition
    rows: list[Term] = list(itertools.product((True, False), repeat=len(asked)))
    wanted = [row for row in rows if _holds(condition, {t: bool(v) for t, v in zip(asked, row, strict=True)})]
    terms = _cover(_primes(wanted), wanted)
    found = any_of(*(_product(term, asked) for term in terms))
    return found if size(found) < size(condition) else condition


def separating(asked: tuple[Test, ...], wanted: Iterable[Term], others: Iterable[Term]) -> Condition:
    """A short condition on tests that holds for the wanted rows and for none of the others.

    Rows that are neither do not come up, and may go either way. The rows have a boolean for each test.
    """
    rows = list(dict.fromkeys(wanted))
    excluded = set(others)
    free = [row for row in itertools.product((True, False), repeat=len(asked)) if row not in excluded]
    return any_of(*(_product(term, asked) for term in _cover(_primes(list[Term](free)), rows)))


def _holds(condition: Condition, values: dict[Test, bool]) -> bool:
    match condition:
        case Test():
            return values[condition]
        case Constant(holds):
            return holds
        case Not(inner):
            return not _holds(inner, values)
        case All(parts):
            return all(_holds(part, values) for part in parts)
        case Any(parts):
            return any(_holds(part, values) for part in parts)


def _primes(rows: list[Term]) -> list[Term]:
    """The products that cover rows and cannot lose another test."""
    found: dict[Term, None] = {}
    while rows:
        joined: dict[Term, None] = {}
        merged: set[Term] = set()
        known = set(rows)
        for row in rows:
            for index, value in enumerate(row):
                other = (*row[:index], not value, *row[index + 1 :])
                if value is not None and other in known:
                    joined[*row[:index], None, *row[index + 1 :]] = None
                    merged |= {row, other}
        found |= dict.fromkeys(row for row in rows if row not in merged)
        rows = list(joined)
    return list(found)


def _cover(primes: list[Term], rows: list[Term]) -> list[Term]:
    """Few products that cover all rows, in the order of the tests.

    Those that cover a row alone are needed in any case; each next one covers most of what is left.
    """
    covering = ([term for term in primes if _covers(term, row)] for row in rows)
    chosen = list(dict.fromkeys(terms[0] for terms in covering if len(terms) == 1))
    left = dict.fromkeys(row for row in rows if not any(_covers(term, row) for term in chosen))
    while left:
        best = max(primes, key=lambda term: (sum(_covers(term, row) for row in left), term.count(None)))
        chosen.append(best)
        left = {row: None for row in left if not _covers(best, row)}
    return sorted(chosen, key=lambda term: [{True: 0, False: 1, None: 2}[value] for value in term])


def _covers(term: Term, row: Term) -> bool:
    return all(value is None or value == other for value, other in zip(term, row, strict=True))


def _product(term: Term, asked: tuple[Test, ...]) -> Condition:
    return all_of(
        *(test if value else negate(test) for test, value in zip(asked, term, strict=True) if value is not None)
    )
