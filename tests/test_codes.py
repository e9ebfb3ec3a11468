"""The page of the codes is fresh, and says of each what it has to."""

import pytest

from migrate.diagnostics import Fate
from migrate.report.counterparts import COUNTERPARTS, pages
from tests import codes

NEEDS_NO_HAND = {Fate.KEPT, Fate.REWRITTEN}
"""What means the same as before: there may be nothing to do."""
OF_PIPELINES = "pipelines-"
"""How the codes of `validate` begin: they are about Bitbucket's file alone."""
OF_CHOICES = {"unknown-addition", "unknown-choice", "unknown-duration", "unknown-package-manager", "unknown-selected"}
"""The codes about `circle2bb.yml`, which neither of the two documents."""


def test_the_page_is_fresh() -> None:
    """`python -m tests.codes` writes it anew."""
    assert codes.PAGE.read_text(encoding="utf-8") == f"{codes.page()}\n"


@pytest.mark.parametrize("name", sorted(codes.all_codes()))
def test_a_code_says_all_three(name: str) -> None:
    """Why, what became of it, and, where the result does not mean the same, what to do."""
    code = codes.all_codes()[name]

    assert code.cause
    assert code.effect
    assert code.advice or code.fate in NEEDS_NO_HAND
    for part in filter(None, (code.cause, code.effect, code.advice)):
        assert part[0].isupper() or part[0] in "'$&"


@pytest.mark.parametrize("name", sorted(codes.all_codes()))
def test_a_code_has_its_documentation(name: str) -> None:
    """A page of CircleCI's and one of Bitbucket's; an error may be about one of the two."""
    code = codes.all_codes()[name]
    circleci = any(url.startswith("https://circleci.com/") for url in pages(code))
    bitbucket = any("atlassian.com/" in url or "bitbucket.org/" in url for url in pages(code))

    if name.startswith(OF_PIPELINES):
        assert bitbucket
    elif code.fate is Fate.ERROR:
        assert circleci or bitbucket or name in OF_CHOICES
    else:
        assert circleci
        assert bitbucket


@pytest.mark.parametrize("name", sorted(codes.all_codes()))
def test_a_code_has_its_room(name: str) -> None:
    """The page says which module declares it."""
    assert name in codes.rooms()


def test_the_front_end_has_counterparts() -> None:
    """Only the front end's codes get a page from elsewhere: all others can declare it themselves."""
    assert {codes.rooms()[name].split("/")[1] for name in COUNTERPARTS} == {"circleci"}
    assert not [url for name in COUNTERPARTS for url in codes.all_codes()[name].urls if "atlassian.com" in url]


def test_a_paragraph_each() -> None:
    """A declaration has up to three paragraphs, and reports print them in a row."""
    code = codes.all_codes()["cache-key"]

    assert code.explanation == f"{code.cause} {code.effect} {code.advice}"
    assert "  " not in code.explanation
