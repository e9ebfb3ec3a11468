"""Conditions on what only the run knows (circleci.md, sections 2.3, 2.4 and 3.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.circleci.conditions import (
    FALSE,
    TRUE,
    All,
    Any,
    Condition,
    Constant,
    Not,
    Subject,
    all_of,
    any_of,
    evaluate,
    negate,
    size,
    subjects,
)
from migrate.circleci.conditions import Test as Asked  # under its own name pytest takes it for a test
from migrate.circleci.conditions import tests as asked_by  # the same
from migrate.circleci.facts import Absent, Fact, Value

BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"
ON_MAIN, ON_DEV, TAGGED = Asked(BRANCH, "==", "main"), Asked(BRANCH, "==", "dev"), Asked(TAG)


def test_all_of_and_any_of_are_duals() -> None:
    """Constants drop out or decide, repeated parts are kept once, nested ones are flattened in their order."""
    assert all_of() == all_of(TRUE, TRUE) == TRUE
    assert any_of() == any_of(FALSE, FALSE) == FALSE
    assert all_of(ON_MAIN, TRUE, ON_MAIN) == any_of(FALSE, ON_MAIN) == ON_MAIN
    assert all_of(ON_MAIN, FALSE) == all_of(ON_MAIN, negate(ON_MAIN)) == FALSE
    assert any_of(ON_MAIN, TRUE) == any_of(negate(ON_MAIN), ON_DEV, ON_MAIN) == TRUE
    assert all_of(TAGGED, all_of(ON_MAIN, ON_DEV), ON_MAIN) == All((TAGGED, ON_MAIN, ON_DEV))
    assert any_of(any_of(TAGGED, ON_MAIN), ON_DEV) == Any((TAGGED, ON_MAIN, ON_DEV))
    assert all_of(any_of(ON_MAIN, ON_DEV), TAGGED) == All((Any((ON_MAIN, ON_DEV)), TAGGED))


def test_negation() -> None:
    """Not twice is nothing; not of an equality is no inequality, because of null."""
    assert negate(negate(ON_MAIN)) == ON_MAIN
    assert negate(ON_MAIN) == Not(ON_MAIN)
    assert negate(TRUE) == FALSE
    assert evaluate(negate(ON_MAIN), {BRANCH: None}) == TRUE
    assert evaluate(Asked(BRANCH, "!=", "main"), {BRANCH: None}) == FALSE


def test_types_are_told_apart() -> None:
    """1, 1.0, true and "1" are four values, also in what `==` and `hash` see of a test."""
    values: list[Value] = [1, 1.0, True, "1"]
    different = {Asked("p", "==", value) for value in values}

    assert len(different) == len(values)
    for fact in values:
        assert [evaluate(Asked("p", "==", value), {"p": fact}) for value in values].count(TRUE) == 1


@pytest.mark.parametrize(
    ("test", "true", "false"),
    [
        (Asked("p", "==", "a"), ["a"], ["b", None, 1, True]),
        (Asked("p", "!=", "a"), ["b", 1, False, ""], ["a", None, Absent.MISSING]),
        (Asked("p", "<", 3), [2, -1, 2.5], [3, 4, "2", True, None]),
        (Asked("p", "<=", 3), [3], [4, None]),
        (Asked("p", ">", 3), [4], [3, "4", None]),
        (Asked("p", ">=", 3), [3], [2, False, None]),
        (Asked("p", "starts-with", "re"), ["re", "release"], ["are", 1, None]),
        (Asked("p", "contains", "re"), ["are", "re"], ["er", 1, None]),
        (Asked("p", "matches", "v[0-9]+"), ["v1"], ["v", "av1", "v1b", True, None]),
        (Asked("p", "matches", "[0-9]0"), ["10", 10], [100, None]),
        (Asked("p"), [True, 0, "", "false"], [False, None]),
        (Asked("p", "truthy"), [True, 1, "false", "0"], [False, 0, 0.0, float("nan"), "", None]),
        (Asked("p", "defined"), [False, 0, ""], [None]),
        (Asked("p", "==", Subject("q")), ["q"], ["p", None]),
        (Asked("p", "nonsense", "x"), [], ["x"]),
    ],
)
def test_operators(test: Condition, true: list[Fact], false: list[Fact]) -> None:
    """Each operator holds for these values, and not for those; for null none does."""
    assert [value for value in true if evaluate(test, {"p": value, "q": "q"}) != TRUE] == []
    assert [value for value in false if evaluate(test, {"p": value, "q": "q"}) != FALSE] == []


def test_two_unknowns() -> None:
    """A test between two subjects takes on what is known of either side; null on one side decides."""
    same = Asked("p", "==", Subject("q"))

    assert subjects(same) == ("p", "q")
    assert evaluate(same, {}) == same
    assert evaluate(same, {"p": "a"}) == Asked("q", "==", "a")
    assert evaluate(same, {"q": "a"}) == Asked("p", "==", "a")
    assert evaluate(same, {"q": None}) == FALSE
    assert evaluate(Asked("p", "<", Subject("q")), {"p": 3}) == Asked("q", ">", 3)
    assert evaluate(Asked("p", "<", Subject("q")), {"p": 3, "q": 4}) == TRUE


def test_facts_may_be_a_function() -> None:
    """A function of the name serves as well as a table; UNKNOWN leaves the test as it is."""
    both = all_of(ON_MAIN, TAGGED)

    assert evaluate(both, lambda name: "main" if name == BRANCH else Absent.UNKNOWN) == TAGGED
    assert evaluate(both, lambda _: Absent.MISSING) == FALSE


def test_what_is_asked() -> None:
    """Tests and subjects come once each, in the order of the source."""
    condition = any_of(all_of(TAGGED, negate(ON_DEV)), ON_MAIN, all_of(ON_DEV, Asked("n", "<", 3)))

    assert asked_by(condition) == (TAGGED, ON_DEV, ON_MAIN, Asked("n", "<", 3))
    assert subjects(condition) == (TAG, BRANCH, "n")
    assert size(condition) == 9
    assert (*asked_by(TRUE), *subjects(FALSE)) == ()


def test_text() -> None:
    """A condition reads as an expression, with brackets where they are needed."""
    matching = Asked(TAG, "matches", "v/.*")

    assert str(all_of(any_of(ON_MAIN, TAGGED), negate(TAGGED), negate(matching))) == (
        '(pipeline.git.branch == "main" or pipeline.git.tag) and not pipeline.git.tag'
        r" and not (pipeline.git.tag matches /v\/.*/)"
    )
    assert str(any_of(all_of(Asked("a"), Asked("b")), Asked("c", "==", value=True))) == "a and b or c == true"
    assert str(Asked("a", "==", 'say "\\"')) == r'a == "say \"\\\""'
    assert str(Asked("a", "==", Subject("b"))) == "a == b"
    assert [str(Asked("a", "truthy")), str(Asked("a", "defined")), str(TRUE)] == ["a is truthy", "a is defined", "true"]


VALUES = st.sampled_from(["a", "ab", "", 0, 1, 2, True, False])
FACTS = VALUES | st.none()
ASKED = st.builds(
    Asked,
    st.sampled_from("pqr"),
    st.sampled_from(["==", "!=", "<", ">=", "starts-with", "contains", "matches", "true", "truthy", "defined"]),
    VALUES,
) | st.builds(
    Asked, st.sampled_from("pqr"), st.sampled_from(["==", "!=", "<", ">="]), st.builds(Subject, st.sampled_from("pqr"))
)
Tree = bool | Asked | tuple[str, list["Tree"]]
TREES: st.SearchStrategy[Tree] = st.recursive(
    ASKED | st.booleans(),
    lambda below: (
        st.tuples(st.just("not"), st.lists(below, min_size=1, max_size=1))
        | st.tuples(st.sampled_from(["all", "any"]), st.lists(below, max_size=3))
    ),
    max_leaves=12,
)
TOTAL = st.fixed_dictionaries({"p": FACTS, "q": FACTS, "r": FACTS})


def built(tree: Tree) -> Condition:
    """The condition of a tree, by the constructors that normalise."""
    if isinstance(tree, bool):
        return Constant(tree)
    if isinstance(tree, Asked):
        return tree
    parts = map(built, tree[1])
    return negate(*parts) if tree[0] == "not" else all_of(*parts) if tree[0] == "all" else any_of(*parts)


def naive(tree: Tree, facts: dict[str, Value | None]) -> bool:
    """The truth of a tree when everything is known."""
    if isinstance(tree, bool):
        return tree
    if isinstance(tree, Asked):
        return naive_test(tree, facts)
    parts = [naive(part, facts) for part in tree[1]]
    return not parts[0] if tree[0] == "not" else all(parts) if tree[0] == "all" else any(parts)


def naive_test(test: Asked, facts: dict[str, Value | None]) -> bool:
    """The truth of a test, by the table of its docstring."""
    left = facts[test.subject]
    right = facts[test.value.name] if isinstance(test.value, Subject) else test.value
    if left is None or right is None:
        return False
    same = type(left) is type(right) and left == right
    table = {"==": same, "!=": not same, "true": left is not False, "truthy": bool(left), "defined": True}
    if type(left) is int and type(right) is int:
        table |= {"<": left < right, ">=": left >= right}
    if isinstance(left, str) and isinstance(right, str):
        table |= {"starts-with": left.startswith(right), "contains": right in left}
    if type(left) in {int, str} and isinstance(right, str):
        table["matches"] = str(left) == right  # no value here has a sign that means something in a pattern
    return table.get(test.operator, False)


@given(TREES, TOTAL)
def test_known_through_and_through(tree: Tree, facts: dict[str, Value | None]) -> None:
    """With every fact known, a condition is what a naive evaluation makes of it."""
    assert evaluate(built(tree), facts) == Constant(naive(tree, facts))


@given(TREES, TOTAL, st.sets(st.sampled_from("pqr")))
def test_a_rest_agrees_with_what_comes_later(tree: Tree, facts: dict[str, Value | None], early: set[str]) -> None:
    """Whatever is known first, the end is the same, and what is left asks only for what was not known."""
    left = evaluate(built(tree), {name: facts[name] for name in early})

    assert not early.intersection(subjects(left))
    assert evaluate(left, facts) == Constant(naive(tree, facts))


@given(TREES)
def test_normal_form(tree: Tree) -> None:
    """No constant, no part twice, no connective below its like, no Not of a Not; and no fact changes nothing."""
    condition = built(tree)
    stack = [condition]
    while stack:
        match stack.pop():
            case Not(inner):
                assert not isinstance(inner, Not | Constant)
                stack.append(inner)
            case All(parts) | Any(parts) as joined:
                assert len(set(parts)) == len(parts) > 1
                assert not any(isinstance(part, Constant | type(joined)) for part in parts)
                stack.extend(parts)

    assert evaluate(condition, {}) == condition
    assert hash(evaluate(condition, {})) == hash(condition)
