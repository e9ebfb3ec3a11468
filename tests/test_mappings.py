"""The mappings of orbs: their examples, and their parameters and calls beside those of the orbs' own sources."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.circleci.mapped import complaints
from migrate.circleci.namespace import KINDS
from migrate.circleci.orbs import Reference
from migrate.lower.plan.additions import STEPS
from tests import laws, mapped_runs, orb_uses
from tests.mappings import Example, Mapped, mappings
from tests.test_orbs import SOURCES, reference

EXAMPLES = [example for found in mappings() for example in found.examples]
each_mapping = pytest.mark.parametrize("found", mappings(), ids=lambda found: found.orb)
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
needs_sources = pytest.mark.skipif(not SOURCES, reason="published orbs are not ours to copy")


@each_example
def test_an_example_is_written_as_the_mapping_says(example: Example) -> None:
    """`python -m tests.mappings` writes them anew; then read the diff."""
    assert example.written() == example.expected()


@each_example
def test_an_example_keeps_the_laws(example: Example) -> None:
    """What holds for each conversion holds for what mappings write, too."""
    outcome = example.outcome()

    assert [said for law in laws.LAWS for said in law(example.config, outcome)] == []


@each_mapping
def test_a_mapping_says_what_it_was_made_from(found: Mapped) -> None:
    """A source, the day it was checked, the versions; and what is wrong in a definition is found before it is used."""
    head = found.plain()

    assert str(head["source"]).startswith("http")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(head["checked"]))
    assert found.facts.newest
    assert complaints(found.facts, STEPS) == []


@each_mapping
def test_everything_in_a_mapping_has_an_example(found: Mapped) -> None:
    """Each command, job and executor is called by one, as a user's config would."""
    alias = found.orb.partition("/")[2]
    offered = {f"{alias}/{name}" for kind in KINDS for name in found.plain().get(kind) or ()}
    called = {word for example in found.examples for word in _words(example.row)}

    assert sorted(offered - called) == []


@needs_sources
@each_mapping
def test_parameters_are_those_of_the_source(found: Mapped) -> None:
    """In every version that is at hand: names, types, defaults, choices; what is missing is listed under `gaps`.

    Of an orb whose source is not at hand nothing can be compared, its gaps included.
    """
    complaints: list[str] = []
    used: set[str] = set()
    read = False
    for path in SOURCES:
        ref = reference(path)
        orb, _, version = ref.partition("@")
        if orb != found.orb or version.startswith("dev:"):
            continue
        read = True
        if not found.facts.covers(Reference(orb, version)):
            used.add(f"versions/{version}")
            complaints += [] if f"versions/{version}" in found.gaps else [f"{version} is not covered"]
            continue
        for path_of, said in _unlike(found.plain(version), yaml.safe_load(path.read_text(encoding="utf-8"))):
            used.add(path_of)
            complaints += [] if path_of in _normal(found.gaps) else [f"{version} {path_of}: {said}"]

    assert not complaints, "\n".join(complaints)
    assert not read or sorted(set(_normal(found.gaps)) - {_dashed(path) for path in used}) == [], "gaps that are none"


def _unlike(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in ("commands", "executors", "jobs"):
        mine = {_dashed(name): row for name, row in (ours.get(kind) or {}).items()}
        for name, row in (theirs.get(kind) or {}).items():
            path = f"{kind}/{_dashed(name)}"
            if _dashed(name) not in mine:
                yield path, "is missing"
                continue
            own = {_dashed(n): p for n, p in (mine[_dashed(name)].get("parameters") or {}).items()}
            for parameter, wanted in (row.get("parameters") or {}).items():
                said = _unlike_parameter(own.get(_dashed(parameter)), wanted)
                if said:
                    yield f"{path}/{_dashed(parameter)}", said
            known = {_dashed(parameter) for parameter in row.get("parameters") or {}}
            for parameter, declared in own.items():
                if parameter not in known and "default" not in declared:
                    yield f"{path}/{parameter}", "is required, and the orb has no such parameter"


def _unlike_parameter(mine: dict[str, Any] | None, theirs: dict[str, Any]) -> str:
    if mine is None:
        return f"is missing: {theirs['type']}, {theirs.get('default', 'required')!r}"
    for key in ("type", "default"):
        if _said(mine.get(key)) != _said(theirs.get(key)):
            return f"{key} is {mine.get(key)!r}, the orb has {theirs.get(key)!r}"
    missing = set(map(str, theirs.get("enum", ()))) - set(map(str, mine.get("enum", ())))
    return f"takes no {', '.join(sorted(missing))}" if missing else ""


def _said(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else str(value) if value is not None else None


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _normal(gaps: dict[str, str]) -> set[str]:
    return {_dashed(path) for path in gaps}


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value if isinstance(value, list) else ():
        yield from _words(one)
    for key, one in value.items() if isinstance(value, dict) else ():
        yield key
        yield from _words(one)


@needs_sources
@each_mapping
def test_a_mapping_calls_what_its_source_calls(found: Mapped, tmp_path: Path) -> None:
    """With the arguments of each example, on the stubs of the step harness; `differences` says in what not."""
    complaints: list[str] = []
    used: set[tuple[str, str]] = set()
    for number, example in enumerate(found.examples):
        result = mapped_runs.compare(example, found.differences, tmp_path / str(number))
        used |= result.used
        if (result.said == "") == ("apart" in example.row) and result.compared:
            complaints.append(f"{example.row['shows']}: " + (result.said or "'apart' stands there, and it is the same"))
        if not result.compared and "apart" not in example.row and result.said:
            complaints.append(f"{example.row['shows']}: {result.said}; say under 'apart' why it is not compared")

    assert not complaints, "\n".join(complaints)
    unused = [f"{d.side}: {call}" for d in found.differences for call in d.calls if (d.side, call) not in used]
    assert unused == [], "differences that are none"


@pytest.mark.skipif(not orb_uses.USAGE.is_dir(), reason="other people's configs are not ours to copy")
def test_the_table_of_uses_is_up_to_date() -> None:
    """`python -m tests.orb_uses` writes it."""
    assert orb_uses.TABLE.read_text(encoding="utf-8") == orb_uses.table(orb_uses.uses())
