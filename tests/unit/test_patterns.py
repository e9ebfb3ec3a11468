"""Regular expressions in RE2's syntax, matched as whole values in linear time (circleci.md, sections 0 and 2.3)."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.circleci.patterns import LONGEST, bare, complaint, matches


@pytest.mark.parametrize(
    ("pattern", "matched", "unmatched"),
    [
        ("", [""], ["a"]),
        ("main", ["main"], ["main2", "xmain", ""]),
        ("^v", ["v"], ["v1"]),
        (r"v\d+\.\d+", ["v1.20"], ["v1", "v1x2"]),
        ("release/.*", ["release/", "release/1"], ["release", "a/release/1"]),
        ("a|b|", ["a", "b", ""], ["ab"]),
        ("(a|b)+c?", ["ab", "bbac"], ["c", ""]),
        ("a{2}b{1,}c{0,2}", ["aab", "aabbcc"], ["ab", "aabccc"]),
        ("a{,2}{", ["a{,2}{"], ["aa{"]),
        ("[^a-c]+", ["xyz", "\n"], ["xa", ""]),
        ("[A-Z-a-z-]+", ["a-Z"], ["1"]),
        ("[]x]+", ["]x"], ["[x"]),
        (r"[\]\\^-]+", [r"^\]-"], ["a"]),
        (r"[\d\s]+", ["1 2\t"], ["\v"]),
        (r"[\W]+", ["-é"], ["a", "_"]),
        ("[[:alpha:]_]+", ["Ab_"], ["1"]),
        ("[[:^digit:]]", ["x"], ["1"]),
        ("(?i)Main", ["mAIN"], ["mains"]),
        ("(?i)a(?-i)b", ["Ab"], ["AB"]),
        ("((?i)a)b", ["Ab"], ["AB"]),
        ("(?i:a)b", ["Ab"], ["AB"]),
        (".", ["a"], ["\n"]),
        ("(?s).", ["\n"], [""]),
        ("(?m)a$\n^b", ["a\nb"], ["ab"]),
        ("a$\n^b", [], ["a\nb"]),
        (r"\Aa\b.\Bb?\z", ["a-"], ["ab", "a-b"]),
        (r"\Qa.(\E+", ["a.((("], ["aX("]),
        (r"\x41\x{42}\103\t", ["ABC\t"], ["ABC"]),
        ("(?P<year>[0-9]+)(?<rest>x)", ["1x"], ["x"]),
        ("(a*)*", ["", "aaa"], ["b"]),
        ("(|a)+", ["", "aa"], ["b"]),
        ("a+?b*?c??", ["aab", "a", "abc"], ["b"]),
        (r"é\.\_", ["é._"], ["e._"]),
        (r"a\/[\/x]\\/\.", ["a/x\\/.", "a//\\/."], ["a/x/.", "a/x\\/x"]),
        (r"\Qa\/\E", ["a\\/"], ["a/"]),
    ],
)
def test_matches(pattern: str, matched: list[str], unmatched: list[str]) -> None:
    """A pattern that is RE2's matches whole values, and only these."""
    assert complaint(pattern) == ""
    assert [value for value in matched if not matches(pattern, value)] == []
    assert [value for value in unmatched if matches(pattern, value)] == []
    assert [value for value in matched + unmatched if matches(bare(pattern), value) != (value in matched)] == []


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [(r"^api\/.*$", "^api/.*$"), ("a/b", "a/b"), (r"a\\/b\.", r"a\\/b\."), (r"\\\/", r"\\/"), (r"\Qa\/", r"\Qa\/")],
)
def test_an_escaped_slash_is_a_slash(pattern: str, wanted: str) -> None:
    """A text between slashes must escape them, one that stands alone need not, and some do so by habit."""
    assert bare(pattern) == wanted


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("^(?!main$).*", "'(?!' is look-around"),
        ("a(?=b)", "'(?=' is look-around"),
        ("(?<=a)b", "'(?<=' is look-around"),
        ("(?<!a)b", "'(?<!' is look-around"),
        (r"(a)\1", r"'\1' is a back-reference"),
        (r"(?P<n>a)\k<n>", r"'\k' is a back-reference"),
        ("(?P<n>a)(?P=n)", "'(?P=' is a back-reference"),
        ("(?>a)", "'(?>' is an atomic group"),
        ("a*+", "'*+' is a possessive quantifier"),
        ("a{2}+", "'{2}+' is a possessive quantifier"),
        ("a**", "'**' repeats a repetition"),
        ("*a", "'*' has nothing before it"),
        ("a|{2}", "'{2}' has nothing before it"),
        ("a{1001}", "'{1001}' is no count"),
        ("a{2,1}", "'{2,1}' is no count"),
        ("(a", "a '(' of the pattern has no ')'"),
        ("a)", "a ')' of the pattern has no '('"),
        ("[a", "a '[' of the pattern has no ']'"),
        ("[a-", "a '[' of the pattern has no ']'"),
        ("[z-a]", "'z-a' is no range"),
        (r"[a-\d]", "is no range"),
        ("[[:letter:]]", "'[:letter:]' is no class; there are alnum, alpha"),
        (r"\pL", r"'\p' is no escape"),
        (r"\Z", r"'\Z' is no escape"),
        ("a\\", "is no escape"),
        (r"\x{110000}", "is no character"),
        ("(?)", "begins no group"),
        ("(?i-)", "begins no group"),
        ("((a{9}){99}){999}", "repeats so much"),
        ("a" * (LONGEST + 1), "has 257 characters, and the limit is 256"),
    ],
)
def test_complaint(pattern: str, said: str) -> None:
    """What RE2 would refuse is refused with the reason, and matches nothing."""
    assert said in complaint(pattern)
    assert len(pattern) > LONGEST or not matches(pattern, "a")


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(a|aa)+$b", "(.*a){20}b", "(a?){99}(a*)*b", "(" * 128 + ")" * 128]
)
def test_no_pattern_makes_us_wait(pattern: str) -> None:
    """What makes a backtracking matcher hang takes no time to speak of."""
    start = time.process_time()
    matches(pattern, "a" * 250)

    assert time.process_time() - start < 1


PIECES = st.sampled_from(
    ["a", "b", ".", "-", "[ab]", "[^a]", r"\d", r"\w", "(a|b)", "(?:ab)", "^", "$", r"\b", "[a-c-]", "()", r"\.", "|"]
)
ASSERTIONS = {"|", "^", "$", r"\b"}
COUNTS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?"])


@given(st.lists(st.tuples(PIECES, COUNTS), max_size=6), st.text("ab1-\n", max_size=6))
def test_as_python_where_both_agree(pieces: list[tuple[str, str]], value: str) -> None:
    """On the syntax that RE2 and Python share, a match is a match in both."""
    pattern = "".join(piece + ("" if piece in ASSERTIONS else count) for piece, count in pieces)
    python = re.compile(pattern.replace("$", r"\Z"))

    assert complaint(pattern) == ""
    assert matches(pattern, value) == bool(python.fullmatch(value))


@given(st.text(r"ab\[](){}|*+?^$.-:=!<>iPQEx019d", max_size=20), st.text(max_size=5))
def test_any_text_is_a_pattern_or_has_a_complaint(pattern: str, value: str) -> None:
    """No text raises, and one that has a complaint matches nothing."""
    assert not (complaint(pattern) and matches(pattern, value))
