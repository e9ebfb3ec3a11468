"""The expression language: errors, values, and what is left where only the run knows (circleci.md, section 2.3)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.circleci import conditions, patterns
from migrate.circleci.conditions import FALSE, TRUE, Condition, Constant, Subject, all_of, any_of, negate
from migrate.circleci.conditions import Test as Asked  # under its own name pytest takes it for a test
from migrate.circleci.expression_parser import Comparison, Expression, Logical, Negation, Variable, parse
from migrate.circleci.expression_tokens import ExpressionError, Literal, Regex
from migrate.circleci.expressions import alternatives, condition, evaluate
from migrate.circleci.facts import Absent, Fact, Value

VECTORS = Path(__file__).parents[3] / "shared/samples/expr-vectors.json"
B, T = "pipeline.git.branch", "pipeline.git.tag"
ON_MAIN = Asked(B, "==", "main")


def parsed(text: str) -> Expression:
    """The expression that a text is, which must be one."""
    expression = parse(text)
    assert not isinstance(expression, ExpressionError), expression
    return expression


def outcome(text: str, facts: dict[str, Value | None]) -> object:
    """The value of a text, or the code of its error."""
    expression = parse(text)
    found = expression if isinstance(expression, ExpressionError) else evaluate(expression, facts)
    return found.code if isinstance(found, ExpressionError) else found


@pytest.mark.skipif(not VECTORS.exists(), reason="the platform's own vectors lie in ../shared, which is absent")
def test_the_platforms_own_vectors() -> None:
    """All 120 behaviours of the platform's test corpus: values, truths and errors."""
    vectors = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    wrong = []
    for vector in vectors:
        found = outcome(vector["expr"], vector["env"])
        wanted = vector.get("error", vector.get("value"))
        truth = condition(parsed(vector["expr"]), vector["env"]) if "as_condition" in vector else None
        if (type(found), found) != (type(wanted), wanted) or truth not in {None, Constant(vector.get("as_condition"))}:
            wrong.append((vector, found, truth))

    assert wrong == []
    assert len(vectors) == 120


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 or 2 and false", 1),
        ("false and true or 3", 3),
        ("true or false and missing", True),
        ("not 1 == 2", False),
        ("not (1 == 2)", True),
        ("not not 5", True),
        ("!!false", False),
        ("1 < 2 == true", True),
        ("1 == 2 == false", True),
        ("5 > 3 and 2 >= 2 and 1 <= 1 and 0 < 1", True),
        ("TRUE AND NOT FALSE", True),
        ('"release/1" STARTS-WITH "release/"', True),
        ('"abc" CONTAINS "bc" and "abc" MATCHES /a.c/', True),
        (r'"a \"b\" \\ \n"', r'a "b" \ \n'),
        ('"\'&&$"', "'&&$"),
        ("\t(\r\n1 ) ", 1),
        ("9223372036854775807", 9223372036854775807),
        ("007", 7),
        ('"a" == 1', False),
        ('"a" != 1', True),
        ("true == 1", False),
        ("/a/ == /a/", True),
        ("/a/ == /b/", False),
        ('/a/ != "a"', True),
        (r"/a\/b/", Regex("a/b")),
        (r'"a/b" matches /a\/b/', True),
        (r'"a-1" matches /[a-z]-\d/', True),
        ("a-b.c_d?", "x"),
        ("n and 5", None),
        ("n or n", None),
        ("(n == 1) == n", None),
        ("(n == 1) or (n != 1)", None),
        ("not (n == 1)", True),
        ('n matches /x/ or "d"', "d"),
        ("n matches 5", None),
        ("n < true", None),
        ("0 and 2", 2),
        ('"" and 2', 2),
        ("false and 1 == true", False),
        ("(5 > 3) and 10 or 1", 10),
    ],
)
def test_values(text: str, value: object) -> None:
    """What an expression comes to when everything is known, with its type; None is undefined."""
    found = outcome(text, {"a-b.c_d?": "x", "n": None})

    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "Parser/EXPECTED_EXPRESSION", 0),
        ("   ", "Parser/EXPECTED_EXPRESSION", 3),
        ("foo and (", "Parser/EXPECTED_EXPRESSION", 9),
        ("5 <", "Parser/EXPECTED_EXPRESSION", 3),
        ("a b", "Parser/UNEXPECTED_ADDITIONAL_INPUT", 2),
        ("a ! b", "Parser/UNEXPECTED_ADDITIONAL_INPUT", 2),
        ("1 > 2 and hello world", "Parser/UNEXPECTED_ADDITIONAL_INPUT", 16),
        ("true or hello world bar", "Parser/UNKNOWN_BUILTIN_FUNCTION", 14),
        ('b ends-with "x"', "Parser/UNKNOWN_BUILTIN_FUNCTION", 2),
        ("0 <= (1 > (2 < 3) >= 5", "Parser/EXPECTED_RIGHT_PAREN", 22),
        ("foo..bar", "Scanner/UNEXPECTED_CHARACTER", 3),
        ("a || b", "Scanner/UNEXPECTED_CHARACTER", 2),
        ("a == 'b'", "Scanner/UNEXPECTED_CHARACTER", 5),
        ("a\u00a0b", "Scanner/UNEXPECTED_CHARACTER", 1),
        ("a = b", "Scanner/INCOMPLETE_EQUALS", 3),
        ("a =", "Scanner/INCOMPLETE_EQUALS", 3),
        ('text "an unterminated string', "Scanner/UNTERMINATED_STRING", 5),
        (r'"a\"', "Scanner/UNTERMINATED_STRING", 0),
        ("text /an unterminated", "Scanner/UNTERMINATED_PATTERN", 5),
        (r"/a\/", "Scanner/UNTERMINATED_PATTERN", 0),
        ("foo matches /(?i)bar \u1c80/", "Scanner/INVALID_PATTERN_CHARACTER", 21),
        (r"/foo\x{23f0}/", "Scanner/INVALID_PATTERN_CHARACTER", 4),
        (r"/foo\u23f0", "Scanner/INVALID_PATTERN_CHARACTER", 4),
        (f"/{'é' * 257}/", "Scanner/PATTERN_TOO_LONG", 0),
        ("x matches /(?!main).*/", "Scanner/INVALID_PATTERN", 10),
        ("99999999999999999999", "Scanner/INVALID_NUMERIC_LITERAL", 0),
        ("1" * 5000, "Scanner/INVALID_NUMERIC_LITERAL", 0),
        ("1 < s", "Interpreter/EXPECTED_NUMERIC_OPERAND", 2),
        ("5 contains s", "Interpreter/EXPECTED_STRING_OPERAND", 2),
        ("5 matches 5", "Interpreter/EXPECTED_PATTERN_OPERAND", 2),
        ("5 matches /5/", "Interpreter/EXPECTED_STRING_OPERAND", 2),
        ("s matches s", "Interpreter/EXPECTED_PATTERN_OPERAND", 2),
        ("true and nowhere", "Interpreter/UNKNOWN_VARIABLE", 9),
        ("not " * 60 + "s", "Converter/TOO_DEEP", 200),
        ("(" * 100_000, "Converter/TOO_DEEP", 50),
        ("s == " * 60 + "s", "Converter/TOO_DEEP", 252),
        ('"main" starts-with pipeline.x', "Converter/UNKNOWN_OPERAND", 7),
        ("pipeline.x contains pipeline.x", "Converter/UNKNOWN_OPERAND", 11),
        ("5 < pipeline.x and pipeline.x < true", "Interpreter/EXPECTED_NUMERIC_OPERAND", 30),
        ("pipeline.x and nowhere", "Interpreter/UNKNOWN_VARIABLE", 15),
    ],
)
def test_errors(text: str, code: str, position: int) -> None:
    """Each error has the platform's category and name, and the place of the character that it is about."""
    expression = parse(text)
    found = expression if isinstance(expression, ExpressionError) else evaluate(expression, {"s": "text"})

    assert isinstance(found, ExpressionError)
    assert (found.code, found.position) == (code, position)
    assert str(found) == f"{found.message} (at character {position + 1})"


def test_a_pattern_of_latin_1_and_of_the_full_length() -> None:
    """The limit counts characters, and Latin-1 is allowed."""
    assert parsed(f"/{'é' * patterns.LONGEST}/") == Literal(Regex("é" * patterns.LONGEST), 0)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("pipeline.git.branch", Asked(B)),
        ('pipeline.git.branch == "main"', ON_MAIN),
        ('"main" == pipeline.git.branch', ON_MAIN),
        ('pipeline.git.branch != "main"', Asked(B, "!=", "main")),
        ('not (pipeline.git.branch == "main")', negate(ON_MAIN)),
        ("5 < pipeline.n", Asked("pipeline.n", ">", 5)),
        ("pipeline.git.tag matches /v.*/", Asked(T, "matches", "v.*")),
        ("pipeline.git.branch == pipeline.git.tag", Asked(B, "==", Subject(T))),
        ("pipeline.git.branch == pipeline.git.branch", Asked(B, "defined")),
        ("pipeline.git.branch != pipeline.git.branch", FALSE),
        ("pipeline.git.branch == /x/", FALSE),
        ("pipeline.git.branch != /x/", Asked(B, "defined")),
        ("pipeline.git.branch or true", TRUE),
        ("pipeline.git.branch and null", FALSE),
        ("null == pipeline.git.branch", FALSE),
        ("false or pipeline.git.tag", Asked(T)),
        ("not not pipeline.git.tag", Asked(T)),
        ("(pipeline.git.branch == null) == false", FALSE),
        ('(pipeline.git.branch == "main") == true', ON_MAIN),
        ('(pipeline.git.branch == "main") == false', all_of(Asked(B, "defined"), negate(ON_MAIN))),
        ('(pipeline.git.branch == "main" and 10 or 1) > 5', ON_MAIN),
        ('(pipeline.git.tag or pipeline.git.branch) == "main"', any_of(
            all_of(Asked(T), Asked(T, "==", "main")), all_of(negate(Asked(T)), ON_MAIN)
        )),
        ("(pipeline.git.tag and 5) == false", all_of(negate(Asked(T)), Asked(T, "defined"))),
    ],
)  # fmt: skip
def test_what_is_left(text: str, left: Condition) -> None:
    """Where the run decides, the truth is a condition; an expression without `is defined` says the same again."""
    assert condition(parsed(text), {"null": None}) == left


def test_the_rest_of_an_expression() -> None:
    """What is known goes into the condition, a name that nobody has is an error, pipeline values are unknown."""
    expression = parsed('pipeline.parameters.go and pipeline.git.branch == "main" or pipeline.git.tag')

    assert str(evaluate(expression, {})) == str(expression)
    assert evaluate(expression, {"pipeline.parameters.go": False}) == Asked(T)
    assert evaluate(expression, {"pipeline.parameters.go": True, T: None}) == ON_MAIN
    assert evaluate(expression, {"pipeline.parameters.go": True, T: None, B: "main"}) is True
    missing = evaluate(expression, lambda name: Absent.MISSING if "parameters" in name else Absent.UNKNOWN)
    assert isinstance(missing, ExpressionError)
    assert missing.name == "UNKNOWN_VARIABLE"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ('pipeline.git.branch == "main" and 10 or 1', [(ON_MAIN, 10), (negate(ON_MAIN), 1)]),
        ('pipeline.git.branch == "main"', [(ON_MAIN, True), (negate(ON_MAIN), False)]),
        ("pipeline.git.branch", [(TRUE, Subject(B))]),
        ('pipeline.git.branch or "none"', [(Asked(B), Subject(B)), (negate(Asked(B)), "none")]),
        ("pipeline.git.tag and 5", [(negate(Asked(T)), False), (Asked(T), 5)]),
        ("null", [(TRUE, None)]),
        ("5 > 3 and 10", [(TRUE, 10)]),
        (
            'pipeline.git.branch == "main" and 4 or pipeline.git.tag and 2 or 4',
            [(any_of(ON_MAIN, all_of(negate(ON_MAIN), negate(Asked(T)))), 4), (all_of(negate(ON_MAIN), Asked(T)), 2)],
        ),
    ],
)
def test_alternatives(text: str, pairs: list[tuple[Condition, object]]) -> None:
    """A value that the run decides comes as all its values, each with its condition, equal ones together."""
    assert alternatives(parsed(text), {"null": None}) == tuple(pairs)


def test_hostile_expressions_end() -> None:
    """Long ones are read in linear time, and doubling ones are refused before they have grown."""
    long = " or ".join(f'pipeline.git.branch == "b{number}"' for number in range(5000))
    names = [f"pipeline.x{number}" for number in range(15)]
    hostile = [
        "(" * 15 + "pipeline.a" + " and pipeline.b or pipeline.c) == pipeline.d" * 15,
        f"({' or '.join(names)}) == (pipeline.y and {' or '.join(names)})",
        " or ".join(f"pipeline.x{number} and 1" for number in range(3000)),
    ]

    assert conditions.size(any_of(evaluate(parsed(long), {}))) == 5001  # type: ignore[arg-type]  # and so it is one
    assert evaluate(parsed(" and ".join(["true"] * 5000)), {}) is True
    assert str(parsed(long)) == long
    assert [outcome(text, {}) for text in hostile] == ["Converter/TOO_MANY_CASES"] * 3


NAMES = ["pipeline.a", "pipeline.b", "pipeline.c"]
VALUES = st.sampled_from(["x", "xy", "", 0, 1, 2, True, False])
LEAVES = st.one_of(
    st.builds(Literal, VALUES | st.sampled_from([Regex("x.?"), Regex("a/b")]), st.just(0)),
    st.builds(Variable, st.sampled_from(NAMES), st.just(0)),
)
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "starts-with", "contains", "matches"]
TREES: st.SearchStrategy[Expression] = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.builds(Negation, below),
        st.builds(Comparison, below, st.sampled_from(OPERATORS[:2]), below, st.just(0)),
        st.builds(Comparison, below, st.sampled_from(OPERATORS), below, st.just(0)),
        st.builds(Logical, st.sampled_from(["and", "or"]), st.lists(below, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
TOTAL = st.fixed_dictionaries({name: VALUES | st.none() for name in NAMES})


class Wrong(Exception):  # noqa: N818 - it is what the naive evaluation finds, not a fault of its own
    """The naive evaluation has come to an operand that does not fit."""


def naive(node: Expression, facts: dict[str, Value | None]) -> Value | Regex | None:
    """The value when everything is known, as the platform's interpreter finds it."""
    match node:
        case Literal():
            return node.value
        case Variable(name):
            return facts[name]
        case Negation(operand):
            return not _true(naive(operand, facts))
        case Logical(word, operands):
            value: Value | Regex | None = None
            for operand in operands:
                value = naive(operand, facts)
                if _true(value) == (word == "or"):
                    break
            return value
    return naive_comparison(node.operator, naive(node.left, facts), naive(node.right, facts))


def _true(value: object) -> bool:
    return value is not None and value is not False


def naive_comparison(operator: str, left: Value | Regex | None, right: Value | Regex | None) -> bool | None:
    """A comparison of known values; raises Wrong."""
    if left is None or right is None:
        return None
    if operator in {"==", "!="}:
        return (type(left) is type(right) and left == right) == (operator == "==")
    if operator == "matches":
        if not isinstance(right, Regex) or not isinstance(left, str):
            raise Wrong
        return patterns.matches(right.text, left)
    if operator in {"starts-with", "contains"}:
        if not isinstance(left, str) or not isinstance(right, str):
            raise Wrong
        return left.startswith(right) if operator == "starts-with" else right in left
    if type(left) is not int or type(right) is not int:
        raise Wrong
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


@given(TREES, TOTAL)
def test_known_through_and_through(tree: Expression, facts: dict[str, Value | None]) -> None:
    """With every fact known the value is what a naive interpreter finds, or both find an operand that does not fit."""
    found = evaluate(tree, facts)
    try:
        wanted = naive(tree, facts)
    except Wrong:
        assert isinstance(found, ExpressionError)
        return
    assert (type(found), found) == (type(wanted), wanted)
    assert condition(tree, facts) == Constant(_true(wanted))


@given(TREES, TOTAL, st.sets(st.sampled_from(NAMES)))
def test_what_is_left_agrees_with_the_run(tree: Expression, facts: dict[str, Value | None], early: set[str]) -> None:
    """Whatever is known first, condition and alternatives say later what the value is."""
    known: dict[str, Fact] = {name: facts[name] for name in early}
    truth, cases = condition(tree, known), alternatives(tree, known)
    try:
        wanted = naive(tree, facts)
    except Wrong:
        return
    if not isinstance(truth, ExpressionError):
        assert conditions.evaluate(truth, facts) == Constant(_true(wanted))
    if not isinstance(cases, ExpressionError):
        (value,) = [value for when, value in cases if conditions.evaluate(when, facts) == TRUE]
        value = facts[value.name] if isinstance(value, Subject) else value
        assert (type(value), value) == (type(wanted), wanted) or (value is False and wanted is None)


@given(TREES)
def test_text_round_trip(tree: Expression) -> None:
    """The text of an expression is one that means the same and has the same text."""
    again = parsed(str(tree))

    assert str(again) == str(parsed(str(again)))
    assert parsed(str(again)) == again
    assert condition(again, {}) == condition(tree, {}) or isinstance(condition(tree, {}), ExpressionError)


@given(TREES)
def test_a_condition_is_an_expression(tree: Expression) -> None:
    """The text of a condition is an expression for it, unless it says `is defined`."""
    left = condition(tree, {})
    if not isinstance(left, ExpressionError) and " is defined" not in str(left):
        assert condition(parsed(str(left)), {}) == left


WORDS = [
    *("and", "or", "not", "!", "(", ")", "==", "!=", "<", ">=", "contains", "matches", "=", "'"),
    *('"x"', "/x/", "/(/", "5", "a", "pipeline.a", "true", "null"),
]


@given(st.text(max_size=30) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_text(text: str) -> None:
    """No text raises: it has a value, a condition or an error, and an error stands within the text."""
    expression = parse(text)
    if isinstance(expression, ExpressionError):
        assert 0 <= expression.position <= len(text)
        return
    assert parse(str(expression)) == expression
    truth, value = condition(expression, {"a": "x"}), evaluate(expression, {"a": "x"})
    assert isinstance(truth, Condition | ExpressionError)
    assert not isinstance(value, Condition) or value == truth
