"""Additions: each is documented, specified, and asks for nothing that it does not say."""

import re

import pytest

from migrate import Outcome
from migrate.diagnostics import Fate
from migrate.yamlio.decode import peek
from tests import additions, golden, laws

NAMES = additions.CATALOG.names("additions")
CONFIG = "version: 2.1\njobs: {test: {docker: [{image: 'node:22'}], steps: [checkout, {run: npm ci}]}}\n"
WORKFLOW = "workflows: {main: {jobs: [test]}}\n"


def outcome_of(name: str) -> Outcome:
    """The conversion of a config with an addition that gets the parameters that it must have."""
    given = [f"{key}: example" for key, _, default, _ in additions.parameters(name) if default is None]
    return golden.Config(name, CONFIG + WORKFLOW, f"add:\n  - {name}: {{{', '.join(given)}}}\n").convert()


def test_the_page_is_fresh() -> None:
    """docs/additions.md is what `python -m tests.additions` writes."""
    assert additions.PAGE.read_text(encoding="utf-8") == additions.page()


@pytest.mark.parametrize("name", NAMES)
def test_an_addition_says_what_it_is(name: str) -> None:
    """It and each of its parameters have a description, and it has a spec file with both documentations."""
    assert additions.text(peek(additions.job(name), "description"))
    assert [key for key, _, _, description in additions.parameters(name) if not description] == []
    spec = additions.specification(name).read_text(encoding="utf-8")
    assert len(re.findall(r"^- (?:CircleCI|Bitbucket): ", spec, re.MULTILINE)) == 2


@pytest.mark.parametrize("name", [name for name in NAMES if name != "install-step"])
def test_an_addition_needs_only_what_has_no_default(name: str) -> None:
    """With the parameters that must be given it is written, keeps the laws, and says nothing grave."""
    outcome = outcome_of(name)
    assert outcome.text is not None
    assert [note for note in outcome.notes if note.code.fate in {Fate.DROPPED, Fate.ERROR}] == []
    assert [complaint for law in laws.LAWS for complaint in law(CONFIG + WORKFLOW, outcome)] == []


@pytest.mark.parametrize("name", NAMES)
def test_variables_that_defaults_name_are_asked_for(name: str) -> None:
    """Each variable in a default that is not Bitbucket's own is one that the report says to create."""
    values = [default or "" for _, _, default, _ in additions.parameters(name)]
    named = {found for value in values for found in re.findall(r"\$(?!BITBUCKET_)([A-Z][A-Z_0-9]*)", value)}
    written = outcome_of(name).text or ""
    assert {one for one in named if f"${one}" in written} <= {one.name for one in outcome_of(name).variables}


def test_what_the_readme_lists_is_there() -> None:
    """The README names each addition."""
    readme = (additions.PAGE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in readme] == []
