"""Logic statements, with pipeline values that only the run knows (circleci.md, section 2.4, corners 4, 5, 7 and 8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.circleci import conditions
from migrate.circleci.conditions import FALSE, TRUE, Condition, Constant, Subject, all_of, any_of, negate
from migrate.circleci.conditions import Test as Asked  # under its own name pytest takes it for a test
from migrate.circleci.facts import Absent, Facts, Value
from migrate.circleci.statement_values import StatementError
from migrate.circleci.statements import logic_condition
from migrate.circleci.template import Renderer
from migrate.diagnostics import Notes
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence
from migrate.yamlio.read import read

B, T, P = "pipeline.git.branch", "pipeline.git.tag", "pipeline.parameters.p"
ON_MAIN = Asked(B, "==", "main")
NO_TAG = negate(Asked(T, "defined"))


def rendered(text: str) -> Node:
    """The node of a YAML text, with its pipeline values as symbols."""
    notes = Notes()
    node = read(text, "config.yml", notes)
    assert node is not None, list(notes)
    return Renderer({}, notes, ()).render(node)


def holds(text: str, facts: Facts | None = None) -> Condition | StatementError:
    """The condition of a YAML text."""
    return logic_condition(rendered(text), facts or {})


@pytest.mark.parametrize("text", [
    "true", "yes", "1", "-1", "0.5", "'false'", "'0'", "text", "2019-01-01", "1:30", "[x]", "[false]", "' '",
    "{not: false}", "{not: ''}", "{not: }", "{and: [1, a]}", "{or: [false, 1]}", "{equal: [1]}", "{equal: [a, a, a]}",
    "{equal: [1, 0x1, 01, +1]}", "{equal: [true, yes]}", "{equal: [1.0, 1.00]}", "{equal: [[a, 1], [a, 1]]}",
    "{equal: [{a: b}, {a: b}]}", "{equal: [null, '', ~]}", "{equal: [1_000, 1000]}", "{equal: [.inf, .INF]}",
    "{matches: {pattern: 'v.*', value: v1}}", "{matches: {value: '', pattern: ''}}",
    "{matches: {pattern: '[0-9]+', value: 12}}", "{matches: {pattern: 'true', value: on}}",
])  # fmt: skip
def test_true(text: str) -> None:
    """What is true as it stands: all but false, null, zeros, NaN and what is empty."""
    assert holds(text) == TRUE


@pytest.mark.parametrize("text", [
    "false", "no", "null", "~", "0", "0.0", "-0", "0x0", ".nan", "''", "[]",
    "{and: }", "{or: }", "{equal: }", "{not: 'false'}", "{and: [1, 0]}", "{or: [false, '', 0]}",
    "{equal: [1, '1']}", "{equal: [1, 1.0]}", "{equal: [1, true]}", "{equal: [a, a, b]}", "{equal: [[a], a]}",
    "{equal: [[a], [b]]}", "{equal: [null, false]}", "{equal: [.nan, .nan]}",
    "{matches: {pattern: '^v', value: v1}}", "{matches: {pattern: 'x', value: }}",
])  # fmt: skip
def test_false(text: str) -> None:
    """What is false as it stands; values of different types are not equal, a match must be whole."""
    assert holds(text) == FALSE


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<< pipeline.git.branch >>", Asked(B, "truthy")),
        ("{not: << pipeline.git.tag >>}", negate(Asked(T, "truthy"))),
        ("{equal: [main, << pipeline.git.branch >>]}", ON_MAIN),
        ("{equal: [<< pipeline.git.branch >>, main, main]}", ON_MAIN),
        ("{equal: [<< pipeline.git.branch >>, main, dev]}", FALSE),
        ("{equal: [1, << pipeline.parameters.p >>]}", Asked(P, "==", 1)),
        ("{equal: [true, << pipeline.parameters.p >>]}", Asked(P, "==", value=True)),
        ("{equal: ['', << pipeline.git.tag >>]}", any_of(Asked(T, "==", ""), NO_TAG)),
        ("{equal: [null, << pipeline.git.tag >>]}", any_of(Asked(T, "==", ""), NO_TAG)),
        ("{equal: [[a], << pipeline.git.tag >>]}", FALSE),
        ("{equal: [<< pipeline.git.tag >>, << pipeline.git.tag >>]}", TRUE),
        (
            "{equal: [<< pipeline.git.tag >>, << pipeline.git.branch >>]}",
            any_of(
                Asked(T, "==", Subject(B)),
                all_of(any_of(Asked(T, "==", ""), NO_TAG), any_of(Asked(B, "==", ""), negate(Asked(B, "defined")))),
            ),
        ),
        ("{matches: {pattern: v.*, value: << pipeline.git.tag >>}}", Asked(T, "matches", "v.*")),
        (r"{matches: {pattern: '^api\/.*$', value: << pipeline.git.tag >>}}", Asked(T, "matches", "^api/.*$")),
        ("{matches: {pattern: .*, value: << pipeline.git.tag >>}}", any_of(Asked(T, "matches", ".*"), NO_TAG)),
        ("{and: [true, << pipeline.git.tag >>]}", Asked(T, "truthy")),
        ("{and: [0, << pipeline.git.tag >>]}", FALSE),
        ("{or: [{equal: [main, << pipeline.git.branch >>]}, x]}", TRUE),
        (
            "{and: [{equal: [main, << pipeline.git.branch >>]}, {not: {or: [<< pipeline.git.tag >>]}}]}",
            all_of(ON_MAIN, negate(Asked(T, "truthy"))),
        ),
        ('<< pipeline.git.branch == "main" >>', ON_MAIN),
        ('{equal: [true, << pipeline.git.branch == "main" >>]}', ON_MAIN),
        ('{equal: [4, << pipeline.git.branch == "main" and 4 or 1 >>]}', ON_MAIN),
        ('{not: << pipeline.git.branch == "main" and 4 or 0 >>}', negate(ON_MAIN)),
        ('"<< pipeline.git.branch >> == main"', TRUE),
        ('" << pipeline.git.branch >>"', TRUE),
        (
            "<< pipeline.git.branch >><< pipeline.git.tag >>",
            any_of(Asked(B, "!=", ""), Asked(T, "!=", "")),
        ),
        ("{equal: [x-main, x-<< pipeline.git.branch >>]}", ON_MAIN),
        ("{equal: [x-main-y, x-<< pipeline.git.branch >>-y]}", ON_MAIN),
        ("{equal: [main, x-<< pipeline.git.branch >>]}", FALSE),
        ("{equal: [aba, ab<< pipeline.git.branch >>ba]}", FALSE),
        ("{equal: [5, x<< pipeline.git.branch >>]}", FALSE),
        ("{equal: [x5, x<< pipeline.parameters.p >>]}", any_of(Asked(P, "==", "5"), Asked(P, "==", 5))),
        ("{equal: [x05, x<< pipeline.parameters.p >>]}", Asked(P, "==", "05")),
        ("{equal: [xtrue, x<< pipeline.parameters.p >>]}", any_of(Asked(P, "==", "true"), Asked(P, "==", value=True))),
        ("{equal: [x, x<< pipeline.git.tag >>]}", any_of(Asked(T, "==", ""), NO_TAG)),
        ("{equal: [x<< pipeline.git.tag >>, x<< pipeline.git.tag >>]}", TRUE),
    ],
)
def test_what_only_the_run_knows(text: str, left: Condition) -> None:
    """A pipeline value becomes a test; one that is known as null, or not at all set, counts as an empty text."""
    assert holds(text) == left


def test_facts_go_in() -> None:
    """What is known of the run decides, or leaves the rest."""
    both = "{and: [{equal: [main, << pipeline.git.branch >>]}, << pipeline.parameters.p >>]}"

    assert holds(both, {P: "false"}) == ON_MAIN
    assert holds(both, {P: 0}) == holds(both, {B: "dev"}) == FALSE
    assert holds(both, {P: 1, B: "main"}) == TRUE
    assert holds("{equal: [x-main-5, 'x-<< pipeline.git.branch >>-<< pipeline.parameters.p >>']}", {P: 5}) == ON_MAIN
    assert holds("{equal: ['', << pipeline.git.tag >>]}", {T: None}) == TRUE


@pytest.mark.parametrize(
    ("text", "said", "column"),
    [
        ("{xor: [a]}", "'xor' is no condition; there are and, equal, matches, not, or", 2),
        ("{and: [a], or: [b]}", "a condition has one key, and this one has 2 (and, or)", 1),
        ("{}", "a condition has one key, and this one has 0 (none)", 1),
        ("{and: []}", "'and' wants a list of at least one value, and this is an empty list", 7),
        ("{equal: []}", "'equal' wants a list of at least one value", 9),
        ("{or: text}", "'or' wants a list of at least one value, and this is \"text\" (type string)", 6),
        ("{or: [a, {nor: [b]}]}", "'nor' is no condition", 11),
        ("{matches: }", "'matches' wants the keys 'pattern' and 'value'", 11),
        ("{matches: {pattern: a}}", "'matches' wants the keys 'pattern' and 'value'", 11),
        ("{matches: {pattern: a, value: b, flags: i}}", "'matches' wants the keys 'pattern' and 'value'", 11),
        ("{matches: {pattern: [a], value: b}}", "'pattern' wants a string", 21),
        ("{matches: {pattern: a, value: [b]}}", "'value' wants a string", 31),
        ("{matches: {pattern: '(?!a)b', value: b}}", "'(?!a)b' is no regular expression: '(?!' is look-around", 21),
        ("<< pipeline.git.branch = 'x' >>", "<< pipeline.git.branch = 'x' >>: '=' alone means nothing", 1),
        ("<< pipeline.git.branch == nowhere >>", "there is no variable 'nowhere'", 1),
    ],
)
def test_invalid(text: str, said: str, column: int) -> None:
    """What the platform refuses is refused, with the place and the legal words."""
    error = holds(text)

    assert isinstance(error, StatementError)
    assert error.invalid
    assert said in error.message
    assert (error.span.line, error.span.column) == (1, column)


@pytest.mark.parametrize(
    "text",
    [
        "{equal: [x<< pipeline.git.tag >>, y<< pipeline.git.branch >>]}",
        "{equal: [<< pipeline.git.tag >>, y<< pipeline.git.branch >>]}",
        "{equal: [a-b, << pipeline.git.tag >>-<< pipeline.git.branch >>]}",
        "{equal: [[a], [<< pipeline.git.tag >>]]}",
        "{matches: {pattern: << pipeline.git.tag >>, value: b}}",
        "{matches: {pattern: a, value: x<< pipeline.git.tag >>}}",
        '<< pipeline.git.tag and "x" starts-with pipeline.git.branch >>',
    ],
)
def test_what_no_condition_can_say(text: str) -> None:
    """A statement that the platform takes and we cannot carry is told apart from an invalid one."""
    error = holds(text)

    assert isinstance(error, StatementError)
    assert not error.invalid


def test_a_variable_that_nobody_declared() -> None:
    """A function of facts may say that a pipeline parameter does not exist."""
    error = holds("<< pipeline.parameters.p >>", lambda _: Absent.MISSING)

    assert isinstance(error, StatementError)
    assert error.message == f"<< {P} >>: there is no variable '{P}' (at character 1)"


@pytest.mark.parametrize(("depth", "valid"), [(100, True), (101, False), (100_000, False)])
def test_depth(depth: int, *, valid: bool) -> None:
    """A hundred statements may stand in each other, and no number of them exhausts the stack."""
    node: Node = rendered("x")
    assert isinstance(node, Scalar)
    outer = rendered("{not: x}")
    assert isinstance(outer, Mapping)
    (entry,) = outer.entries
    for _ in range(depth - 1):
        node = Mapping((type(entry)(entry.key, node),), outer.span)

    assert isinstance(logic_condition(node, {}), Constant) == valid


LEAVES = st.sampled_from(["true", "0", "''", "a", "<< pipeline.a >>", "<< pipeline.b >>", "x<< pipeline.a >>"])
LISTS = st.lists(LEAVES, min_size=1, max_size=3).map(", ".join)
TEXTS = st.recursive(
    LEAVES | LISTS.map("{{equal: [{}]}}".format),
    lambda below: (
        below.map("{{not: {}}}".format)
        | st.builds(
            "{{{}: [{}]}}".format,
            st.sampled_from(["and", "or"]),
            st.lists(below, min_size=1, max_size=3).map(", ".join),
        )
    ),
    max_leaves=8,
)
VALUES = st.sampled_from(["", "a", "xa", 0, 1, True, False]) | st.none()


def naive(node: Node, facts: dict[str, Value | None]) -> bool:
    """The truth of a statement without open ends, by section 2.4."""
    if isinstance(node, Mapping):
        (entry,) = node.entries
        if entry.key.text == "not":
            return not naive(entry.value, facts)
        assert isinstance(entry.value, Sequence)
        if entry.key.text == "equal":
            found = [naive_value(item, facts) for item in entry.value.items]
            return all((type(each), each) == (type(found[0]), found[0]) for each in found)
        parts = [naive(item, facts) for item in entry.value.items]
        return all(parts) if entry.key.text == "and" else any(parts)
    return bool(naive_value(node, facts))


def naive_value(node: Node, facts: dict[str, Value | None]) -> Value:
    """The value of a leaf; null as the empty text."""
    assert isinstance(node, Scalar)
    if not node.symbols:
        return {"true": True, "0": 0}.get(node.text, node.text)
    known = facts[node.symbols[0].name]
    if node.text.startswith("<<"):
        return "" if known is None else known
    return "x" + ("" if known is None else str(known).lower() if isinstance(known, bool) else str(known))


@given(TEXTS, st.fixed_dictionaries({"pipeline.a": VALUES, "pipeline.b": VALUES}), st.sets(st.sampled_from("ab")))
def test_statements_agree_with_the_run(text: str, facts: dict[str, Value | None], early: set[str]) -> None:
    """Whatever is known first, the condition says later what a naive evaluation finds."""
    node = rendered(text)
    left = logic_condition(node, {f"pipeline.{name}": facts[f"pipeline.{name}"] for name in early})
    if isinstance(left, StatementError):
        assert not left.invalid
        return
    assert conditions.evaluate(left, facts) == Constant(naive(node, facts))
