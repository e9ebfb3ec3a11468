"""What starts a workflow: pushes, schedules, the API, webhooks, decided from its condition."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate import Source, convert
from migrate.circleci.conditions import FALSE, TRUE, Condition, Constant, all_of, any_of, evaluate, negate, subjects
from migrate.circleci.conditions import Test as Asked  # under its own name pytest takes it for a test
from migrate.circleci.events import API, PUSH, SCHEDULE, WEBHOOK, Event, on_push, starters
from migrate.circleci.facts import Value
from migrate.lower.plan.schedules import named
from tests import laws

BRANCH, SOURCE, TYPE = "pipeline.git.branch", "pipeline.trigger_source", "pipeline.trigger.type"
EVENT, NAME = "pipeline.event.name", "pipeline.schedule.name"
MAIN, NIGHTLY = Asked(BRANCH, "==", "main"), Asked(NAME, "==", "nightly")
SCHEDULED = Asked(TYPE, "==", "schedule")
ATOMS = (
    *(Asked(BRANCH, operator, "main") for operator in ("==", "!=")),
    Asked(BRANCH, "starts-with", "rel"),
    *(Asked(SOURCE, "==", value) for value in ("webhook", "api", "scheduled_pipeline")),
    *(Asked(TYPE, operator, value) for value in ("schedule", "api", "webhook") for operator in ("==", "!=")),
    *(Asked(EVENT, "==", value) for value in ("push", "api", "schedule", "custom_webhook")),
    *(Asked(NAME, "==", value) for value in ("nightly", "weekly")),
)
BRANCHES, HOST = ("main", "rel-1", "dev"), "bitbucket_cloud"

conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(st.builds(all_of, inner, inner), st.builds(any_of, inner, inner), st.builds(negate, inner)),
    max_leaves=5,
)


def run(condition: Condition, event: Event, branch: str, **more: Value) -> bool:
    """Whether a workflow runs, once everything is known of the pipeline."""
    facts = {TYPE: HOST, SOURCE: "webhook", **event.facts, BRANCH: branch, "pipeline.git.tag": None}
    return evaluate(condition, facts | {name.replace("_", "."): value for name, value in more.items()}) == TRUE


@given(conditions, st.sampled_from(BRANCHES))
def test_a_push_is_decided(condition: Condition, branch: str) -> None:
    """What is left of a condition on a push holds on the branches where the workflow runs."""
    assert evaluate(on_push(condition), {BRANCH: branch}) in {TRUE, FALSE}
    assert (evaluate(on_push(condition), {BRANCH: branch}) == TRUE) is run(condition, PUSH, branch)


@given(conditions, st.sampled_from(BRANCHES), st.sampled_from(["nightly", "weekly", "other"]))
def test_a_schedule_that_is_named_is_found(condition: Condition, branch: str, name: str) -> None:
    """A schedule whose name a condition spells out starts just what CircleCI runs then, on the same branches."""
    found = {one.schedule: one.where for one in starters(condition) if one.event is SCHEDULE}
    runs = run(condition, SCHEDULE, branch, pipeline_schedule_name=name)

    if name in found:
        assert (evaluate(found[name], {BRANCH: branch}) == TRUE) is runs
    elif Asked(NAME, "==", name) in _atoms(condition):
        assert not runs
    elif "" in found:
        assert (evaluate(found[""], {BRANCH: branch}) == TRUE) is runs


@given(conditions, st.sampled_from(BRANCHES))
def test_the_api_and_webhooks(condition: Condition, branch: str) -> None:
    """What a condition names starts just what CircleCI runs then; what a webhook's old source is nobody documents."""
    found = {one.event: one.where for one in starters(condition)}
    if SOURCE in subjects(condition):
        found.pop(WEBHOOK, None)

    for event in {API, WEBHOOK} & found.keys():
        left = found[event]
        if set(subjects(left)) <= {BRANCH}:
            assert (evaluate(left, {BRANCH: branch}) == TRUE) is run(condition, event, branch)


def _atoms(condition: Condition) -> set[Condition]:
    """The tests in a condition."""
    return {atom for atom in ATOMS if str(atom) in str(condition)}


@pytest.mark.parametrize(
    ("where", "branches"),
    [
        (MAIN, ["main"]),
        (any_of(MAIN, Asked(BRANCH, "==", "dev")), ["main", "dev"]),
        (all_of(MAIN, Asked(BRANCH, "!=", "dev")), ["main"]),
        (any_of(MAIN, Asked(BRANCH, "matches", "rel.*")), []),
        (negate(MAIN), []),
        (TRUE, []),
    ],
)
def test_the_branches_that_a_condition_spells_out(where: Condition, branches: list[str]) -> None:
    """A schedule has a branch where the condition admits names only, else a person knows it."""
    assert list(named(where)) == branches


def test_no_schedule_is_invented() -> None:
    """A condition that keeps schedules out, or asks for no event, names none."""
    assert starters(negate(SCHEDULED)) == ()
    assert starters(MAIN) == ()
    assert [one.schedule for one in starters(any_of(NIGHTLY, MAIN))] == ["nightly"]
    assert [one.schedule for one in starters(all_of(SCHEDULED, NIGHTLY))] == ["nightly"]
    assert [one.schedule for one in starters(SCHEDULED)] == [""]


CONFIG = """version: 2.1
jobs: {{job: {{docker: [{{image: alpine}}], steps: [{{run: make}}]}}}}
workflows: {{w: {{when: '{when}', jobs: [job]}}}}
"""


def runs_in(steps: Iterable[dict[str, Any]], branch: str) -> bool:
    """Whether the job is among the steps, and its condition and its guard let it go on."""
    return any(s["name"] == "job" and laws.goes_on(s, "BITBUCKET_BRANCH", branch) for s in steps)


@given(conditions.filter(lambda condition: not isinstance(condition, Constant)))
@settings(max_examples=60, deadline=None)
def test_the_written_file_runs_what_circleci_runs(condition: Condition) -> None:
    """On each branch a push, and a schedule that the condition names, start the job just where CircleCI runs it."""
    outcome = convert(Source("config.yml", CONFIG.format(when=condition)))
    assert outcome.text is not None, [str(note) for note in outcome.notes]
    doc = laws.document(outcome)
    custom = {where.removeprefix("custom "): groups for where, groups in laws.starts(doc)}

    for branch in BRANCHES:
        pushed = runs_in(laws._started(doc, "branches", branch), branch)
        assert pushed is run(condition, PUSH, branch)
        for one in outcome.schedules:
            scheduled = runs_in((step for group in custom[one.pipeline] for step in group), branch)
            name = one.name if one.name in {"nightly", "weekly"} else "other"
            assert scheduled is run(condition, SCHEDULE, branch, pipeline_schedule_name=name)
