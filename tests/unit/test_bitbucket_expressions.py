"""Bitbucket's expression language, as far as the reference tells it."""

import pytest

from migrate.bitbucket.expressions import ExpressionError, holds, parse

SET = {"BITBUCKET_BRANCH": "release/1.0", "COUNT": "3", "FLAG": "true"}


def variable(name: str) -> str | None:
    """A variable that is set, or empty, or not known."""
    return None if name == "SECRET" else SET.get(name, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('BITBUCKET_BRANCH == "release/1.0"', True),
        ('BITBUCKET_BRANCH != "main"', True),
        ('BITBUCKET_TAG == ""', True),
        ('glob(BITBUCKET_BRANCH, "release/*")', True),
        ('glob(BITBUCKET_BRANCH, "release")', False),
        ('!glob(BITBUCKET_BRANCH, "{release,hotfix}/*")', False),
        ('BITBUCKET_TAG == "v1" || BITBUCKET_BRANCH == "main" && FLAG == true', False),
        ('(BITBUCKET_TAG == "v1" || FLAG == true) && COUNT >= 3', True),
        ("COUNT < 3 || COUNT > 3", False),
        ("COUNT == 3.0 && COUNT <= 3", True),
        ("BITBUCKET_BRANCH > 1", False),
        ("!(FLAG)", False),
        ('changesetInclude("docs/**", "*.md")', True),
        ('changesetInclude("src/**")', False),
        ('SECRET == "x"', None),
        ('SECRET == "x" && FLAG == false', False),
        ('SECRET == "x" || FLAG', True),
        (r'BITBUCKET_BRANCH == "a\"b"', False),
    ],
)
def test_what_holds(text: str, expected: bool | None) -> None:
    """A variable that is not set is an empty text; one that is not known decides nothing."""
    assert holds(parse(text), variable, ("docs/a/b.txt",)) is expected


def test_changes_that_are_not_known_decide_nothing() -> None:
    """No answer is made up."""
    assert holds(parse('changesetInclude("docs/**")'), variable) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the end stands where a value should"),
        ("BITBUCKET_BRANCH = 'x'", "'=' stands where an operator or the end should"),
        ('A == "x" B', "'B' stands where an operator or the end should"),
        ("(A", "the end stands where ')' should"),
        ('matches(A, "x")', "there is no function 'matches'; there are changesetInclude, glob"),
        ("glob(A)", "glob() takes a value and a pattern, not 1 arguments"),
        ("(" * 60 + "A" + ")" * 60, "nested more than 40 times"),
    ],
)
def test_what_is_no_expression(text: str, said: str) -> None:
    """The message says what stands where."""
    with pytest.raises(ExpressionError) as error:
        parse(text)

    assert said in str(error.value)
