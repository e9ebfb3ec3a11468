"""Patterns as formal languages: which globs they are, and which names tell patterns apart."""

import itertools
import re
import string

import interegular
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.bitbucket import globs
from migrate.circleci import patterns
from migrate.circleci.automata import GIT_NAME, TooMuch, examples
from migrate.lower.names.covers import cover, escaped, pattern_of

PIECES = (
    "a",
    "b",
    "/",
    "-",
    "[ab]",
    "[0-9]",
    "\\d+",
    ".*",
    ".+",
    "[^/]*",
    "(a|b/)",
    "(?:a-)?",
    "(b)*",
    "\\bab\\b",
    "a{2}",
)
PATTERNS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
NAMES = [
    name
    for length in range(1, 6)
    for letters in itertools.product("ab/-1", repeat=length)
    if re.fullmatch(GIT_NAME, name := "".join(letters))
]


@pytest.mark.parametrize(
    ("pattern", "expected", "exact"),
    [
        ("main", "main", True),
        ("^main$", "main", True),
        (".*", "**", True),
        (".+", "**", True),
        ("[^/]+", "*", True),
        ("release/.*", "release/**", True),
        ("release/.+", "release/**", True),
        ("release/[^/]+", "release/*", True),
        ("docs?/.*", "docs/** doc/**", True),
        ("(?:feature|fix)/.*", "feature/** fix/**", True),
        ("v.*-.*", "v**-**", True),
        ("(a|ab?)c", "ac abc", True),
        ("a.*|a/b|ac", "a**", True),
        ("(?i)ab", "AB Ab aB ab", True),
        ("v[0-9]+", "v*", False),
        ("v\\d+\\.\\d+\\.\\d+", "v*.*.*", False),
        (".*\\bci\\b.*", "**ci**", False),
        ("v.+", "v**", False),
        (".*a.{12}", "**", False),
    ],
)
def test_the_globs_of_a_pattern(pattern: str, expected: str, exact: bool) -> None:
    """What a person would write who knows that git names neither end with a slash nor have two in a row."""
    found = cover(pattern)

    assert found.exact is exact
    assert " ".join(found.globs) == expected


@given(PATTERNS)
def test_globs_admit_what_the_pattern_does(pattern: str) -> None:
    """And just that, where they are said to be exact."""
    found = cover(pattern)
    admitted = {name for name in NAMES if any(globs.matches(glob, name) for glob in found.globs)}
    wanted = {name for name in NAMES if patterns.matches(pattern, name)}

    assert wanted <= admitted
    assert not found.exact or wanted == admitted


PLAIN = st.lists(st.sampled_from([p for p in PIECES if "\\b" not in p]), min_size=1, max_size=4).map("".join)


@given(PLAIN)
def test_another_library_finds_the_same(pattern: str) -> None:
    """An independent implementation of automata says of each pattern whether the globs are all of it."""
    found = cover(pattern)
    names = interegular.parse_pattern(GIT_NAME.replace("[^./]", "[^./\\n]")).to_fsm()
    wanted = interegular.parse_pattern(pattern).to_fsm() & names
    ours = interegular.parse_pattern("|".join(f"({pattern_of(glob)})" for glob in found.globs)).to_fsm() & names

    assert (wanted - ours).empty()
    assert (ours - wanted).empty() is found.exact


@given(st.lists(PATTERNS, min_size=1, max_size=3, unique=True))
def test_every_way_of_matching_has_an_example(listed: list[str]) -> None:
    """No name of a git repository matches some of the patterns and not the others in a way that has no example."""
    ways = examples(tuple(listed))

    assert {tuple(patterns.matches(pattern, name) for pattern in listed) for name in NAMES} <= set(ways)
    for way, name in ways.items():
        assert tuple(patterns.matches(pattern, name) for pattern in listed) == way
        assert re.fullmatch(GIT_NAME, name)


def test_what_explodes_is_given_up() -> None:
    """Two to the power of twelve states are not walked."""
    with pytest.raises(TooMuch):
        examples((".*a.{12}",))


@given(st.text(string.printable, min_size=1, max_size=8))
def test_a_name_is_escaped_for_both(name: str) -> None:
    """A name's pattern and glob match just this name."""
    if name.isprintable():
        assert patterns.matches(escaped(name), name)
        assert globs.matches(globs.literal(name), name)
