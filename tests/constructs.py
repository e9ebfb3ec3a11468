"""What becomes of each of CircleCI's keys. `python -m tests.constructs` writes docs/constructs.md.

What becomes of a key, its room and its proof are rows of `tests/fixtures/constructs.yml`; what is said about it is
looked up: the configs of `tests/test_known_keys.py` are converted with the key and without.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from migrate import Source, convert
from migrate.diagnostics import Fate
from migrate.report.markup import documentation, prose
from tests import codes
from tests.test_known_keys import ROWS, Row

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "constructs.md"
TABLE = ROOT / "tests" / "fixtures" / "constructs.yml"


class Key(NamedTuple):
    """A key: what becomes of it, the module that reads it, the file that proves it, and the codes that tell of it."""

    name: str
    becomes: str
    room: str
    proof: str
    codes: tuple[str, ...]


class Place(NamedTuple):
    """Where keys stand: the heading, what is to be said of all of them, the documentation, and the keys."""

    heading: str
    about: str
    urls: tuple[str, ...]
    keys: tuple[Key, ...]


@cache
def places() -> tuple[Place, ...]:
    """The rows of the table."""
    read = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return tuple(
        Place(
            heading,
            place.get("about", ""),
            tuple(place[side] for side in ("circleci", "bitbucket") if side in place),
            tuple(_key(name, *row) for name, row in place["keys"].items()),
        )
        for heading, place in read.items()
    )


def _key(name: str, becomes: str, room: str, proof: str, *said: str) -> Key:
    where = "tests" if proof.endswith(".py") else "tests/fixtures/spec"
    return Key(name, becomes, f"migrate/{room}", f"{where}/{proof}", said)


def heading_of(construct: str, key: str) -> str:
    """The place at which a row of `tests/test_known_keys.py` has its key."""
    if construct in _AT:
        return _AT[construct]
    steps = next((place for place in places() if construct in place.heading.split(" and ")), None)
    if steps and any(one.name == key for one in steps.keys):
        return steps.heading
    return "Every built-in step"


@cache
def told() -> dict[tuple[str, str], tuple[str, ...]]:
    """The codes that are said because of a key, by its place and its name."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in ROWS:
        found[heading_of(row.construct, row.key), row.key] |= _said(row)
    return {place: tuple(sorted(names)) for place, names in found.items()}


def _said(row: Row) -> set[str]:
    choices = Source("circle2bb.yml", row.choices) if row.choices else None
    after, before = (convert(Source("config.yml", text), choices) for text in (row.with_it, row.without))
    told_before = {(note.code.id, note.detail) for note in before.notes}
    return {note.code.id for note in after.notes if (note.code.id, note.detail) not in told_before}


def page() -> str:
    """The page: a table for each place."""
    return "\n".join([*_HEAD, *(line for place in places() for line in _place(place))])


def _place(place: Place) -> list[str]:
    known = documentation(place.urls)
    about = " ".join(part for part in (place.about, f"Documentation: {known}." if known else "") if part)
    rows = [_row(place.heading, key) for key in place.keys]
    return ["", f"## {place.heading}", "", *([about, ""] if about else []), *_COLUMNS, *rows]


def _row(heading: str, key: Key) -> str:
    names = sorted({*key.codes, *told().get((heading, key.name), ())})
    by_fate = {fate: [name for name in names if codes.all_codes()[name].fate is fate] for fate in Fate}
    said = "; ".join(f"{fate}: {', '.join(map(_code, found))}" for fate, found in by_fate.items() if found)
    where = f"{codes.link(key.room)}, {codes.link(key.proof)}"
    return f"| `{key.name}` | {prose(key.becomes)} | {said or Fate.KEPT} | {where} |"


def _code(name: str) -> str:
    return f"[{name}](codes.md#{name})"


_AT = {
    "job": "Jobs",
    "machine": "Jobs",
    "docker": "Containers of a job",
    "the second: docker": "Containers of a job",
    "invocation": "Entries of a workflow",
    "deploy": "run",
}
_COLUMNS = ("| key | what becomes of it | what is said | room, proof |", "|---|---|---|---|")
_HEAD = (
    "# CircleCI's keys",
    "",
    "What becomes of each key, the codes of the notes that may tell of it, by [their fates](report.md), the module",
    "that reads it, and the file of the tests that proves it. What is *kept*, and has no code, means the same on both",
    "sides, or nothing to a run.",
    "",
    "This file is written by `python -m tests.constructs` from `tests/fixtures/constructs.yml`, and from what is said",
    "about the configs of `tests/test_known_keys.py`; `tests/test_constructs.py` says when it is stale.",
)

if __name__ == "__main__":
    PAGE.write_text(f"{page()}\n", encoding="utf-8")
