"""Jobs with `parallelism`, taken apart into a job for each machine."""

import pytest

from migrate.choices import Choices, Selection
from migrate.circleci.machines import apart
from migrate.diagnostics import Span
from tests.golden import Config

HERE = Span("circle2bb.yml", 1, 1)
CONFIG = """\
version: 2.1
jobs:
  one: &job {docker: [{image: 'python:3.12'}], steps: [checkout]}
  many: {<<: *job, parallelism: %s}
workflows:
  first: {jobs: [one, {many: {requires: [one]}}, {one: {name: last, requires: [many, one]}}]}
  second: {jobs: [{many: {name: other}}, {one: {requires: [{other: failed}]}}]}
"""


def _plan(count: str, most: int = 100, whole: frozenset[str] = frozenset()) -> list[tuple[str, list[str]]]:
    plan = Config("machines", CONFIG % count).convert().before
    jobs = apart(plan, most, whole).jobs
    return [(job.id, [f"{one.job} {one.statuses[0]}" for one in job.requires]) for job in jobs]


def test_each_machine_is_a_job_and_what_waits_waits_for_all() -> None:
    """The status that is required stays; workflows stay apart."""
    assert _plan("2") == [
        ("first/one", []),
        ("first/many 1/2", ["one success"]),
        ("first/many 2/2", ["one success"]),
        ("first/last", ["many 1/2 success", "many 2/2 success", "one success"]),
        ("second/other 1/2", []),
        ("second/other 2/2", []),
        ("second/one", ["other 1/2 failed", "other 2/2 failed"]),
    ]


@pytest.mark.parametrize(("count", "most"), [("1", 100), ("4", 3), ("<< pipeline.number >>", 100)])
def test_jobs_that_stay_whole(count: str, most: int) -> None:
    """One machine, too many of them, or a number that only the run knows."""
    assert [name for name, _ in _plan(count, most)][1] == "first/many"


def test_a_job_may_be_left_whole() -> None:
    """Where something else has taken its place."""
    found = [name for name, _ in _plan("2", whole=frozenset({"first/many"}))]

    assert found[:3] == ["first/one", "first/many", "first/last"]
    assert "second/other 1/2" in found


def test_machines_know_their_number_and_their_job() -> None:
    """What CircleCI calls the job is no machine's name."""
    jobs = list(apart(Config("machines", CONFIG % "2").convert().before, 100).jobs)

    assert [(job.called, job.copy, job.copies) for job in jobs if job.workflow == "second"] == [
        ("other", 0, 2),
        ("other", 1, 2),
        ("one", 0, 1),
    ]


def test_choices_about_a_job_are_about_its_machines() -> None:
    """Others stay as they are."""
    choices = Choices(
        selections=(Selection("branches", "main", (("test", HERE), ("lint", HERE)), HERE),),
        rename=(("test", "Run test", HERE), ("lint", "Style", HERE)),
        durations=(("test", 60, HERE),),
    ).about({"test": ("test 1/2", "test 2/2")})

    assert [name for name, _ in choices.selections[0].jobs] == ["test 1/2", "test 2/2", "lint"]
    assert [pair[:2] for pair in choices.rename] == [
        ("test 1/2", "Run test 1/2"),
        ("test 2/2", "Run test 2/2"),
        ("lint", "Style"),
    ]
    assert [pair[:2] for pair in choices.durations] == [("test 1/2", 60), ("test 2/2", 60)]
