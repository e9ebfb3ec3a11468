"""What a process finds in a variable, by the type of its value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.circleci.passed import passed
from migrate.diagnostics import Span
from migrate.yamlio.nodes import Scalar
from migrate.yamlio.scalars import kind_of


def found(text: str) -> str:
    """What arrives of a value that is written without quotes."""
    return passed(Scalar(text, kind_of(text), Span("config.yml", 1, 1)))


@pytest.mark.parametrize(
    ("written", "arrives"),
    [
        *(("true", "1"), ("Yes", "1"), ("on", "1"), ("false", "0"), ("NO", "0"), ("off", "0")),
        *(("y", "y"), ("n", "n"), ("", ""), ("~", ""), ("null", "")),
        *(("3.10", "3.1"), ("2.0", "2"), ("-0.5", "-0.5"), ("1e3", "1000"), ("0.00001", "1e-05"), ("0.0001", "0.0001")),
        *(("17", "17"), ("017", "15"), ("08", "08"), ("0x1F", "31"), ("0b11", "3"), ("1_000", "1000"), ("0", "0")),
        *(("1:30", "90"), ("-1:30", "-90"), ("1:30.5", "90.5"), ("0.0", "0"), ("-0.0", "-0")),
        *(("999999", "999999"), ("1000000", "1e+06"), ("1234567", "1.234567e+06"), ("-1234567", "-1.234567e+06")),
        *(("123456789012", "1.23456789012e+11"), ("123456.7", "123456.7"), ("1e400", "1e400"), (".inf", ".inf")),
        *(("2026-01-02", "2026-01-02"), ("3.10.1", "3.10.1"), ("1.2e", "1.2e"), ("v1", "v1")),
    ],
)
def test_passed(written: str, arrives: str) -> None:
    """Each type of YAML 1.1, as SnakeYAML reads it and Go prints it."""
    assert found(written) == arrives


@given(st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_stays_the_number_that_it_is(number: float) -> None:
    """However it is spelt."""
    assert float(found(repr(number))) == number


@given(st.text(min_size=1))
def test_a_text_stays_as_it_is(text: str) -> None:
    """Also one that looks like a number, if it stands in quotes."""
    assert passed(Scalar(text, "str", Span("config.yml", 1, 1))) == text
