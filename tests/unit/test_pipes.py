"""The table of pipes: what it must hold, and what a call of a pipe must give."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.catalog import SEPARATOR, Catalog
from migrate.diagnostics import CatalogError, Notes
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar, walk
from migrate.yamlio.read import read

MAPPINGS = Path(__file__).parents[2] / "mappings"
CALLING = sorted((*MAPPINGS.glob("additions/*.yml"), *MAPPINGS.glob("orbs/*/*.yml")))
HEAD = "common: [DEBUG]\nlogins: {aws: [KEY SECRET, ROLE]}\nunverified-logins: [ROLE]\noidc: [ROLE]\npipes:\n"
ROW = "  a/pipe: {{version: 1.2.3, login: aws, required: [NAME], optional: [TAGS], {more}evidence: e, checked: c}}\n"


def catalog(folder: Path, row: str) -> Catalog:
    """A catalogue with a table of one pipe."""
    (folder / "pipes.yml").write_text(HEAD + row)
    return Catalog(folder)


def calls(file: Path) -> Iterator[tuple[str, Mapping]]:
    """The pipes that a mapping calls, with what it calls them with."""
    tree = read(file.read_text(encoding="utf-8").partition(SEPARATOR)[0], file.name, Notes())
    assert tree is not None
    for place in walk(tree):
        ref = peek(place.node, "pipe")
        if isinstance(ref, Scalar):
            given = peek(place.node, "variables")
            yield ref.text, given if isinstance(given, Mapping) else Mapping((), ref.span)


@pytest.mark.parametrize("file", CALLING, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_mappings_call_pipes_as_the_table_says(file: Path) -> None:
    """No mapping names a pipe or a variable that the table lacks, or leaves out one that the pipe needs."""
    pipes = Catalog().pipes
    found = [f"no pipe '{ref}'" for ref, _ in calls(file) if ref not in pipes]
    known = [(pipes[ref], given) for ref, given in calls(file) if ref in pipes]
    assert found + [said for facts, given in known for said in facts.complaints(frozenset(given.keys))] == []


def test_additions_call_pipes() -> None:
    """The search for calls finds those that there are."""
    refs = {ref for file in CALLING for ref, _ in calls(file)}
    assert {"atlassian/pypi-publish", "atlassian/aws-ecs-deploy"} <= refs


def test_every_pipe_says_where_it_is_from() -> None:
    """Each row has a version with three numbers, its evidence, and the day on which it was checked."""
    for facts in Catalog().pipes.values():
        assert facts.version.removeprefix("v").replace(".", "").isdigit(), facts.ref
        assert facts.version.count(".") == 2, facts.ref
        assert facts.evidence, facts.ref
        assert facts.checked.startswith("2026-"), facts.ref


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("NAME KEY SECRET TAGS DEBUG", []),
        ("NAME ROLE", []),
        ("NAME KEY SECRET TAG", ["the pipe 'a/pipe' has no variable 'TAG'"]),
        ("KEY SECRET", ["the pipe 'a/pipe' needs the variable 'NAME'"]),
        ("NAME KEY", ["the pipe 'a/pipe' needs KEY and SECRET, or ROLE to log in"]),
    ],
)
def test_a_call_is_checked(tmp_path: Path, names: str, said: list[str]) -> None:
    """Unknown and missing variables are complained about; of the ways to log in one is enough."""
    facts = catalog(tmp_path, ROW.format(more="")).pipes["a/pipe"]
    assert facts.complaints(frozenset(names.split())) == said


def test_a_role_wants_the_token_of_the_step(tmp_path: Path) -> None:
    """A login by OpenID Connect is known, and its variable is one that no public source shows."""
    facts = catalog(tmp_path, ROW.format(more="")).pipes["a/pipe"]
    assert facts.wants_token({"ROLE": "x"})
    assert not facts.wants_token({"KEY": "x"})
    assert facts.unverified == ("ROLE",)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW.format(more="requires: [X], "), "a pipe has no key 'requires'"),
        (ROW.format(more="unverified: [TAGS], "), "'TAGS' of 'a/pipe' stands in two lists"),
        (ROW.format(more="defaults: {X: y}, "), "'X' of 'a/pipe' stands in no list"),
        (ROW.format(more="").replace("login: aws", "login: gcp"), "there is no login 'gcp'; there are aws"),
        (ROW.format(more="").replace("[TAGS]", "TAGS"), "'optional' must be a list of texts"),
        ("  a/pipe: 1.2.3\n", "the pipe 'a/pipe' is a mapping"),
    ],
)
def test_a_wrong_row_is_complained_about(tmp_path: Path, row: str, said: str) -> None:
    """Complaints name the file and the line."""
    with pytest.raises(CatalogError, match=rf"^mappings/pipes.yml:6:.*{said}"):
        assert catalog(tmp_path, row).pipes
