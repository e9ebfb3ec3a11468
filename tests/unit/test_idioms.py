"""The table of commands that have a pipe, and the words of calls as values."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.catalog import Catalog
from migrate.catalog.idioms import Idiom
from migrate.diagnostics import CatalogError
from migrate.lower.idioms.words import read
from migrate.shell import quote
from migrate.shell.standing import standing, without_end

LOGIN = "logins: {aws: {variables: {AWS_ACCESS_KEY_ID: a}, other: '', calls: []}}\n"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("plain", "plain"),
        ("'quoted'", "quoted"),
        ('"$A/b"', "$A/b"),
        ("${A}/b", "$A/b"),
        ('"$A"b', "${A}b"),
        ("${A}b$C", "${A}b$C"),
        ("--option=\"$A\"'.js'", None),
        ("s3://a-b.c/d_e", "s3://a-b.c/d_e"),
        ("'$A'", None),
        ("\\$A", None),
        ("$1", None),
        ("$@", None),
        ("${A:-b}", None),
        ("${#A}", None),
        ("$((1 + 1))", None),
        ("$(date)", None),
        ("`date`", None),
        ("*.js", None),
        ("~/x", None),
        ("{a,b}", None),
        ('"a b"', None),
        ("'*'", None),
        ("é", None),
    ],
)
def test_the_value_of_a_word(word: str, value: str | None) -> None:
    """Letters and variables only; what a shell makes more of is none."""
    (call, *_) = standing(f"call {word}")
    assert call.values[1] == value


@given(st.text(max_size=12))
def test_a_value_is_what_was_quoted(text: str) -> None:
    """A word that bash reads as a text has just this value, if it has one."""
    found = standing(f"call {quote(text)}")
    assert all(one.values[1] in {text, None} for one in found[:1])


def test_what_stands_behind_the_last_statement() -> None:
    """Comments behind it are no part of it, those in a here-document are."""
    assert without_end("make\n# a\n\n# b\n") == ("make", "\n# a\n\n# b\n")
    assert without_end("cat <<END\n# a\nEND\n") == ("cat <<END\n# a\nEND", "\n")
    assert without_end("# a") == ("", "# a")
    assert without_end("") == ("", "")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{}", "has either a 'pipe', or why it 'stays'"),
        ("{pipe: atlassian/aws-s3-deploy, stays: no}", "has either a 'pipe', or why it 'stays'"),
        ("{pipe: a/b}", "has no pipe 'a/b'"),
        ("{pipe: atlassian/aws-s3-deploy, word: []}", "has no key 'word'"),
        ("{pipe: atlassian/aws-s3-deploy, words: [NAME]}", "has no variable 'NAME'"),
        ("{pipe: atlassian/aws-s3-deploy, login: gcp}", "no login 'gcp'"),
        ("{pipe: atlassian/npm-publish, login: aws}", "has no variable 'AWS_ACCESS_KEY_ID'"),
        ("{pipe: atlassian/kubectl-run, options: {--a: LABELS}}", "no public source shows the variable 'LABELS'"),
        ("text", "'make it' is a mapping"),
    ],
)
def test_a_row_that_is_wrong_is_named(row: str, said: str, tmp_path: Path) -> None:
    """Mistakes of the table are complaints with a place."""
    (tmp_path / "idioms.yml").write_text(f"{LOGIN}idioms:\n  make it: {row}\n")
    with pytest.raises(CatalogError, match=r"idioms\.yml:\d") as found:
        _ = Catalog(tmp_path).idioms
    assert said in str(found.value)


@pytest.mark.parametrize("idiom", [one for one in Catalog().idioms if one.pipe], ids=lambda one: one.name)
def test_each_option_reaches_its_variable(idiom: Idiom) -> None:
    """Every option of a row, in both spellings, is written for its variable, or handed on."""
    words = " ".join(f"{idiom.begins.get(name, '')}w{place}" for place, name in enumerate(idiom.words))
    needed = " ".join(idiom.wants)
    for option, name in idiom.options.items():
        for spelt in (f"{option} value", f"{option}=value"):
            (call,) = standing(f"{idiom.name} {words} {needed} {spelt}")
            assert read(call, idiom, "").variables[name] == "value"
    for option, name in idiom.flags.items():
        (call,) = standing(f"{idiom.name} {option} {words} {needed}")
        assert read(call, idiom, "").variables[name] == "true"
    for option in idiom.passed:
        (call,) = standing(f"{idiom.name} {words} {option}=value {needed}")
        assert read(call, idiom, "").variables["EXTRA_ARGS"] == f"{option} value"
    for option in idiom.passed_flags:
        (call,) = standing(f"{idiom.name} {words} {option} {needed}")
        assert read(call, idiom, "").variables["EXTRA_ARGS"] == option
    (call,) = standing(f"{idiom.name} {words} --no-such-option {needed}")
    assert read(call, idiom, "").reason == "the pipe has no variable for '--no-such-option'"
