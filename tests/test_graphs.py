"""Whole conversions of random job graphs: no `requires` broken, no gate lost, nothing where CircleCI runs nothing."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate import Outcome, Source, convert
from tests import laws

ONLY = ("", "branches: {only: main}", "branches: {only: [main, dev]}", "branches: {ignore: dev}", "tags: {only: v1.2}")
STATUSES = ("", "", "", "success", "failed", "terminal", "[success, failed]")


class Entry(NamedTuple):
    """A job of a workflow: its requirements with their statuses, its filters, and whether it is an approval."""

    requires: tuple[tuple[str, str], ...]
    filters: str
    approval: bool


def config(entries: dict[str, Entry]) -> str:
    """The config; the jobs named after macOS run there."""
    lines = ["version: 2.1", "jobs:"]
    for name, entry in entries.items():
        where = "macos: {xcode: 15.3.0}" if name.startswith("mac") else "docker: [{image: alpine}]"
        lines += [] if entry.approval else [f"  {name}: {{{where}, steps: [{{run: make {name}}}]}}"]
    lines += ["workflows:", "  w:", "    jobs:"]
    for name, entry in entries.items():
        needs = ", ".join(f"{{{other}: {status}}}" if status else other for other, status in entry.requires)
        keys = ["type: approval"] if entry.approval else []
        keys += [f"requires: [{needs}]"] if needs else []
        keys += [f"filters: {{{entry.filters}}}"] if entry.filters else []
        lines.append(f"      - {name}: {{{', '.join(keys)}}}" if keys else f"      - {name}")
    return "\n".join([*lines, ""])


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Entry]:
    """Up to eight jobs, of which some are approvals, some run nowhere on Bitbucket, and some have filters."""
    found: dict[str, Entry] = {}
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(("job", "job", "job", "hold", "mac")))
        others = draw(st.lists(st.sampled_from(sorted(found)), unique=True, max_size=3)) if found else []
        needs = tuple((o, "" if found[o].approval else draw(st.sampled_from(STATUSES))) for o in others)
        found[f"{kind}{number}"] = Entry(needs, draw(st.sampled_from(ONLY)), kind == "hold")
    if not any(not entry.approval for entry in found.values()):
        found["job"] = Entry((), "", approval=False)
    return found


ASKED = (
    *(laws.requires_hold, laws.gates_hold, laws.filters_hold, laws.every_job_is_accounted_for, laws.limits_hold),
    *(laws.schema_holds, laws.runner_reads_it, laws.anchors_are_used, laws.notes_are_placed),
)


@settings(max_examples=100, deadline=None)
@given(workflows(), st.sampled_from(("flat", "nested")))
def test_the_laws_hold_for_any_graph(entries: dict[str, Entry], layout: str) -> None:
    """In either layout."""
    text = config(entries)
    outcome = convert(Source("config.yml", text), layout=layout)

    assert outcome.text is not None
    assert {law.__name__: list(law(text, outcome)) for law in ASKED} == {law.__name__: [] for law in ASKED}


@settings(max_examples=100, deadline=None)
@given(workflows(), st.sampled_from(("flat", "nested")))
def test_what_is_held_longer_is_told(entries: dict[str, Entry], layout: str) -> None:
    """A job behind a manual step that it did not wait for has a note about it."""
    outcome = convert(Source("config.yml", config(entries)), layout=layout)
    doc = laws.document(outcome)
    jobs = {job.name: job for job in outcome.plan.jobs}
    told = {note.job for note in outcome.notes if note.code.id in {"waits-for-foreign-gate", "final-step"}}
    for _, groups in laws.starts(doc):
        placed = list(laws.stands(doc, groups))
        for stand, step in placed:
            asked = {s["name"] for at, s in placed if at.is_before(stand) and s.get("trigger") == "manual"}
            job = jobs.get(step["name"])
            if job and job.runs and asked - {other.name for other in laws.before(job, list(jobs.values()))}:
                assert job.id in told


def many(count: int, *, gated: bool = False) -> Outcome:
    """A conversion of so many jobs side by side, in front of one more that perhaps needs an approval."""
    entries = {f"job{number}": Entry((), "", approval=False) for number in range(count)}
    needs = tuple((name, "") for name in entries)
    if gated:
        entries["hold"] = Entry(needs, "", approval=True)
        needs = (("hold", ""),)
    entries["ship"] = Entry(needs, "", approval=False)
    return convert(Source("config.yml", config(entries)))


@pytest.mark.parametrize(("count", "parents"), [(98, 99), (100, 2), (250, 4)])
@pytest.mark.parametrize("gated", [False, True])
def test_more_than_a_hundred_steps(count: int, parents: int, gated: bool) -> None:
    """What is too much for one pipeline stands in children, with the same order and the same gates."""
    outcome = many(count, gated=gated)
    doc = laws.document(outcome)
    groups = dict(laws.starts(doc))["default"]

    assert sum(map(len, groups)) == parents
    assert len(list(laws.stands(doc, groups))) == count + 1
    assert not list(laws.requires_hold("", outcome))
    assert not list(laws.gates_hold("", outcome))
    assert not list(laws.limits_hold("", outcome))


def test_more_gates_than_a_pipeline_holds_are_told() -> None:
    """No page says that a child may hold a manual step: none is let loose, and the file is said to be too long."""
    entries = {f"hold{number}": Entry((), "", approval=True) for number in range(101)}
    entries |= {f"job{number}": Entry(((f"hold{number}", ""),), "", approval=False) for number in range(101)}
    outcome = convert(Source("config.yml", config(entries)))

    assert [note.code.id for note in outcome.notes if note.code.fate == "error"] == ["too-many-steps"]
    assert not list(laws.gates_hold("", outcome))


CHAINS = """\
version: 2.1
jobs:
  a1: &job {docker: [{image: alpine}], steps: [{run: make}]}
  a2: *job
  b1: *job
workflows:
  w: {jobs: [a1, {a2: {requires: [a1]}}, b1]}
"""


def test_damage_in_a_child_pipeline_would_be_found() -> None:
    """The laws look into children: a swapped order, a manual step and a child that is not there."""
    outcome = convert(Source("config.yml", CHAINS), layout="nested")
    text = outcome.text or ""
    order = "      - step: *a1\n      - step: *a2\n"
    swapped = text.replace(order, "      - step: *a2\n      - step: *a1\n")
    manual = text.replace("name: a1\n", "name: a1\n        trigger: manual\n")
    gone = text.replace("custom: a1-to-a2", "custom: elsewhere")

    assert len({text, swapped, manual, gone}) == 4
    assert not list(laws.requires_hold("", outcome))
    assert not list(laws.limits_hold("", outcome))
    assert list(laws.requires_hold("", outcome._replace(text=swapped)))
    assert any("which a child may not have" in one for one in laws.limits_hold("", outcome._replace(text=manual)))
    with pytest.raises(KeyError, match="elsewhere"):
        list(laws.requires_hold("", outcome._replace(text=gone)))
