"""Conditions as short as they can be: they mean the same, and are no longer (circleci/minimal.py)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.circleci.conditions import Condition, all_of, any_of, evaluate, negate, size
from migrate.circleci.conditions import Test as Asked  # under its own name pytest takes it for a test
from migrate.circleci.facts import Fact
from migrate.circleci.minimal import shortest

A, B, C, D = (Asked(name) for name in "abcd")
_CONDITIONS = st.recursive(
    st.sampled_from([A, B, C, D]),
    lambda inner: st.one_of(
        inner.map(negate),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (A, A),
        (any_of(all_of(A, B), all_of(A, negate(B))), A),
        (any_of(A, all_of(negate(A), B)), any_of(A, B)),
        (all_of(any_of(A, B), any_of(A, negate(B))), A),
        (any_of(all_of(A, B), all_of(negate(A), C), all_of(B, C)), any_of(all_of(A, B), all_of(negate(A), C))),
        (all_of(any_of(A, B), any_of(C, D)), all_of(any_of(A, B), any_of(C, D))),
    ],
)
def test_known_ones(condition: Condition, wanted: Condition) -> None:
    """What a person would write; a product of sums that is shorter than its sum of products stays."""
    assert shortest(condition) == wanted


@given(_CONDITIONS)
def test_it_means_the_same_and_is_not_longer(condition: Condition) -> None:
    """For all values of the tests, and by the number of its parts."""
    found = shortest(condition)

    assert size(found) <= size(condition)
    for values in itertools.product((True, False), repeat=4):
        facts: dict[str, Fact] = dict(zip("abcd", values, strict=True))
        assert evaluate(found, facts) == evaluate(condition, facts)
