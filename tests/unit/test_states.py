"""Conditions on names in Bitbucket's expression language: they hold for the same names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.bitbucket.expressions import holds, parse
from migrate.circleci.conditions import TRUE, Condition, all_of, any_of, evaluate, negate
from migrate.circleci.conditions import Test as Asked  # under its own name pytest takes it for a test
from migrate.circleci.filters import BRANCH, TAG
from migrate.lower.plan.states import state, widened

ATOMS: tuple[Condition, ...] = (
    *(Asked(subject, "==", name) for subject in (BRANCH, TAG) for name in ("main", "v1", "1.10")),
    Asked(BRANCH, "!=", "main"),
    Asked(BRANCH, "defined"),
    Asked(TAG, "matches", "v.*"),
    Asked(BRANCH, "matches", "(docs|site)/.*"),
    Asked(BRANCH, "starts-with", "re"),
    Asked(BRANCH, "contains", "-rc"),
)
HARD = (Asked(TAG, "matches", "v[0-9]+"), Asked(BRANCH, "matches", r".*\bci\b.*"))
NAMES = ("main", "v1", "1.10", "v12", "docs/x", "release", "a-rc1", "ci", "aci", "v")


def conditions(atoms: tuple[Condition, ...]) -> st.SearchStrategy[Condition]:
    """Conditions of a few tests."""
    return st.recursive(
        st.sampled_from(atoms),
        lambda inner: st.one_of(
            st.builds(negate, inner), st.builds(all_of, inner, inner), st.builds(any_of, inner, inner)
        ),
        max_leaves=5,
    )


def says(text: str, variables: dict[str, str]) -> bool | None:
    """Whether an expression holds; what is not set is empty."""
    expression = parse(text)
    return holds(expression, lambda name: variables.get(name, ""), ())


@given(conditions(ATOMS), st.sampled_from(NAMES), st.booleans())
def test_a_state_holds_where_the_condition_does(condition: Condition, name: str, tag: bool) -> None:
    """For branches and for tags, the other variable being empty."""
    text = state(condition)
    known = {BRANCH: None, TAG: name} if tag else {BRANCH: name, TAG: None}

    assert text
    assert says(text, {"BITBUCKET_TAG" if tag else "BITBUCKET_BRANCH": name}) is (evaluate(condition, known) == TRUE)


@given(conditions((*ATOMS, *HARD)), st.sampled_from(NAMES), st.booleans())
def test_a_wider_condition_can_be_said_and_loses_nothing(condition: Condition, name: str, tag: bool) -> None:
    """What globs cannot say becomes the smallest globs around it, or nothing that is asked at all."""
    wide = widened(condition)
    known = {BRANCH: None, TAG: name} if tag else {BRANCH: name, TAG: None}

    assert state(wide)
    assert evaluate(condition, known) != TRUE or evaluate(wide, known) == TRUE


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Asked(BRANCH, "==", "main"), 'BITBUCKET_BRANCH == "main"'),
        (negate(Asked(BRANCH, "==", "main")), 'BITBUCKET_BRANCH != "main"'),
        (Asked(TAG, "==", "1.10"), 'glob(BITBUCKET_TAG, "1.10")'),
        (any_of(Asked(BRANCH, "==", "a"), Asked(BRANCH, "matches", "b/.*")), 'glob(BITBUCKET_BRANCH, "{a,b/**}")'),
        (Asked(BRANCH, "!=", "a"), '(BITBUCKET_BRANCH != "" && BITBUCKET_BRANCH != "a")'),
    ],
)
def test_a_state_reads_at_a_glance(condition: Condition, text: str) -> None:
    """As short as the language allows; a name that looks like a number is compared as a text."""
    assert state(condition) == text


def test_names_that_are_left_out_are_said_together() -> None:
    """Three or more; the text stays short enough to be read, and to be taken."""
    names = ("main", "develop", "next", "1.10")
    condition = all_of(Asked(BRANCH, "defined"), *(negate(Asked(BRANCH, "==", name)) for name in names))

    assert state(condition) == 'BITBUCKET_BRANCH != "" && !glob(BITBUCKET_BRANCH, "{main,develop,next,1.10}")'
