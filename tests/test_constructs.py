"""The page of the keys is fresh, complete, and names what is there."""

import re
from collections.abc import Iterator

import pytest

from migrate.circleci import config, schema
from migrate.circleci.shapes import Either, Items, Keys, Shape
from migrate.diagnostics import Fate
from tests import codes, constructs
from tests.constructs import ROOT, Key

KEYS = [(place.heading, key) for place in constructs.places() for key in place.keys]
IDS = [f"{heading}: {key.name}" for heading, key in KEYS]
TABLES: dict[str, Shape] = {
    "Jobs": schema.JOB,
    "Containers of a job": schema.JOB.keys["docker"],
    "Machines": schema.JOB.keys["machine"],
    "Macs": schema.JOB.keys["macos"],
    "Workflows": schema.WORKFLOW,
    "Entries of a workflow": schema.INVOCATION,
    "Matrices": schema.INVOCATION.keys["matrix"],
    "Parameters": schema.PARAMETER,
}
"""The tables of the front end, by the place of the page that has their keys."""


def _keys(shape: Shape) -> Iterator[str]:
    if isinstance(shape, Keys):
        yield from shape.keys
    elif isinstance(shape, Either):
        yield from (key for one in shape if isinstance(one, Keys) for key in one.keys)
    elif isinstance(shape, Items):
        yield from _keys(shape.of)


def test_the_page_is_fresh() -> None:
    """`python -m tests.constructs` writes it anew."""
    assert constructs.PAGE.read_text(encoding="utf-8") == f"{constructs.page()}\n"


def test_the_page_is_complete() -> None:
    """Each key that the front end knows has a row at its place, and so has each that is tried in test_known_keys."""
    rows = {(heading, key.name) for heading, key in KEYS}
    known = {(heading, key) for heading, shape in TABLES.items() for key in _keys(shape)}
    known |= {("At the top", key) for key in config.TOP} | {("Types of jobs", name) for name in schema.TYPES}
    known |= {(constructs.heading_of(step, key), key) for step, shape in schema.STEPS.items() for key in _keys(shape)}

    assert known - rows == set()
    assert set(constructs.told()) - rows == set()


@pytest.mark.parametrize(("heading", "key"), KEYS, ids=IDS)
def test_a_row_names_what_is_there(heading: str, key: Key) -> None:
    """Its room has the key's name in it, and its proof has the key."""
    assert f'"{key.name}"' in (ROOT / key.room).read_text(encoding="utf-8"), heading
    assert re.search(rf"(?<![\w-]){re.escape(key.name)}(?![\w-])", (ROOT / key.proof).read_text(encoding="utf-8"))


def test_the_codes_are_woken() -> None:
    """Each code of a row stands in the report of a spec file, or a test asks for it.

    Of errors tests/test_rejections.py asks for the messages.
    """
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    listed = {name for _, key in KEYS for name in key.codes}

    assert listed - set(codes.all_codes()) == set()
    told = {name for name in listed if codes.all_codes()[name].fate is not Fate.ERROR}
    assert [name for name in sorted(told - set(codes.shown())) if f'"{name}"' not in tests] == []
