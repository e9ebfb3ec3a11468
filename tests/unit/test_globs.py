"""Bitbucket's globs: what the documentation says of them, and what the runner that imitates the service does."""

import pytest

from migrate.bitbucket import globs


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("main", "main", "Main main2 xmain main/x"),
        ("*", "main v1.0", "feature/x"),
        ("**", "main feature/x/y", ""),
        ("feature/*", "feature/x feature/", "feature feature/x/y xfeature/y"),
        ("feature/**", "feature/x feature/x/y", "feature"),
        ("v*.*", "v1.2 v1.2.3", "v1 v1/2.3"),
        ("{main,release/*}", "main release/1", "release/1/2 main,release/1"),
        ("{a,b{c,}}x", "ax bcx bx", "x cx"),
        ("{a}", "{a}", "a"),
        ("a,b", "a,b", "a"),
        ("[ab]", "[ab]", "a"),
        (r"a\*", "a*", "ab"),
        ("a?", "a ab", "abc a/"),
    ],
)
def test_what_a_glob_matches(glob: str, yes: str, no: str) -> None:
    """Whole names, and case counts."""
    assert [name for name in yes.split() if not globs.matches(glob, name)] == []
    assert [name for name in no.split() if globs.matches(glob, name)] == []


def test_the_name_itself_then_the_longest_pattern_decides() -> None:
    """The order of the file decides between patterns of equal length."""
    patterns = ["**", "feature/*", "feature/x-*", "feature/x-1", "feature/*-y"]

    assert globs.chosen(patterns, "feature/x-1") == "feature/x-1"
    assert globs.chosen(patterns, "feature/x-2") == "feature/x-*"
    assert globs.chosen(patterns, "feature/x-y") == "feature/x-*"
    assert globs.chosen(patterns, "other") == "**"
    assert globs.chosen(["a*"], "b") is None


@pytest.mark.parametrize("name", ["main", "a*b", "{a,b}", r"a\b", "a?"])
def test_a_literal_matches_itself_alone(name: str) -> None:
    """What would be a wildcard is taken as it stands."""
    assert globs.matches(globs.literal(name), name)
    assert not globs.matches(globs.literal(name), f"{name}x")


def test_folders_of_a_path_may_be_none() -> None:
    """`**/*.js` is about all of a repository's files, those at its top too."""
    assert globs.matches_path("**/*.js", "a.js")
    assert globs.matches_path("lib/**/*.py", "lib/a/b/c.py")
    assert globs.matches_path("lib/**/*.py", "lib/c.py")
    assert not globs.matches_path("lib/*/*.py", "lib/c.py")
