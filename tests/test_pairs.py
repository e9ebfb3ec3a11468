"""Ready-made pairs of CircleCI's own: a config, and what it comes to (reference circleci.md, appendix B).

The samples are other people's and lie beside the checkout; where they are absent there is nothing to compare.
"""

from pathlib import Path

import pytest

from migrate import Outcome, Source, convert
from migrate.circleci.plan import Job
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Node, Scalar

SAMPLES = Path(__file__).parents[1].parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"there is no {SAMPLES.name} beside the checkout")

STEPS = "    steps: [checkout]\n"


def sample(name: str) -> str:
    """The text of a sample by its folder and name."""
    return (SAMPLES / f"{name}.yml").read_text(encoding="utf-8")


def jobs(text: str) -> tuple[Job, ...]:
    """The jobs that a config comes to; it is not refused."""
    outcome = convert(Source("config.yml", text))
    assert [str(note) for note in outcome.notes if note.refusal] == []
    return tuple(outcome.plan.jobs)


def said(job: Job) -> tuple[dict[str, Node], list[tuple[str, Node | None]]]:
    """What a job is: its keys by name, and its calls."""
    return {entry.key.text: entry.value for entry in job.keys.entries}, [(call.step, call.body) for call in job.steps]


def commands(job: Job) -> list[str]:
    """The texts of a job's commands."""
    bodies = [call.body if isinstance(call.body, Scalar) else peek(call.body, "command") for call in job.steps]
    return [body.text for body in bodies if isinstance(body, Scalar)]


def fragment(name: str, parameters: str) -> str:
    """A sample that has workflows only, and jobs that take these parameters."""
    declared = ", ".join(f"{name}: {{type: {kind}}}" for name, kind in (p.split(":") for p in parameters.split()))
    made = "".join(
        f"  {job}: {{parameters: {{{declared}}}, docker: [{{image: a}}], steps: [checkout]}}\n"
        for job in ("build", "deploy")
    )
    return f"version: 2.1\njobs:\n{made}{sample(name)}"


def refused(outcome: Outcome) -> list[str]:
    """The codes of the notes that refuse."""
    return [note.code.id for note in outcome.notes if note.refusal]


@pytest.mark.parametrize(("config", "result"), [("15", "16"), ("20", "21")])
def test_executors_are_merged_into_jobs(config: str, result: str) -> None:
    """A job's docker beats its executor's, the environments are merged, parameters are put in."""
    before, after = sample(f"docs-full/reusing-config-{config}"), sample(f"docs-full/reusing-config-{result}")
    if config == "20":  # the page shows no steps, which every job must have
        before, after = before + STEPS, after.replace("    steps: []\n", STEPS)

    assert [said(job) for job in jobs(before)] == [said(job) for job in jobs(after)]


def test_steps_travel_as_an_argument() -> None:
    """Between the dependencies and the tests."""
    (job,) = jobs(sample("docs-full/reusing-config-04"))
    first, *passed, last = commands(job)

    assert (first, last) == ("make deps", "make test")
    assert [command.split('"')[1][:14] for command in passed] == ["The dependenci", "And now I'm go"]


def test_a_matrix_is_named_by_parameters_in_the_order_of_the_alphabet() -> None:
    """Nine jobs; the page lists the first four and an ellipsis."""
    made = [
        job.name
        for job in jobs(fragment("docs-fragments/configuration-reference-f58", "version:string platform:string"))
    ]
    listed = [
        line.split(":")[1].strip()
        for line in sample("docs-fragments/configuration-reference-f59").splitlines()
        if " name:" in line
    ]

    assert len(made) == 9
    assert len(listed) == 4
    assert made[:4] == listed


def test_a_combination_is_excluded() -> None:
    """Nine combinations, less one."""
    made = [job.name for job in jobs(fragment("docs-fragments/configuration-reference-f60", "a:integer b:integer"))]

    assert len(made) == 8
    assert "build-3-5" not in made


def test_matrix_values_in_names_and_requirements() -> None:
    """The same jobs as when they are written one by one."""
    made, listed = (
        jobs(fragment(f"docs-fragments/configuration-reference-{name}", "version:string")) for name in ("f62", "f63")
    )

    assert [(job.name, job.requires, said(job)) for job in made] == [
        (job.name, job.requires, said(job)) for job in listed
    ]


def test_requirements_by_a_name_that_runs_more_than_once() -> None:
    """The other one is meant if there is one other; with two the config is refused."""
    first, second = jobs(sample("ls/ls-parser-renames_requires-build"))
    outcome = convert(Source("config.yml", sample("ls-suspect-invalid/ls-parser-renames_requires-invalid")))

    assert (first.requires, [requirement.job for requirement in second.requires]) == ((), [first.name])
    assert refused(outcome) == ["unknown-requires"]


def test_a_name_means_the_orbs_own_command_inside_the_orb() -> None:
    """And outside the built-in step."""
    text = sample("ls/ls-parser-commands-with-reserved-names-build")
    (job,) = jobs(f"{text}\nworkflows: {{main: {{jobs: [build]}}}}\n" if "workflows" not in text else text)

    assert [call.step for call in job.steps] == ["deploy", "run", "run"]
    assert commands(job) == ["builtin deploy", "foo/deploy", "foo/deploy"]


def test_two_workflows_may_use_one_name() -> None:
    """For jobs that differ."""
    one, other = jobs(sample("ls/ls-parser-duplicate-names-across-workflows-build"))

    assert one.name == other.name
    assert commands(one) != commands(other)


def test_a_date_is_a_text() -> None:
    """As the value of a variable."""
    (job,) = jobs(sample("ls/ls-parser-timestamps-build"))
    value = peek(peek(job.keys, "environment"), "foo")

    assert isinstance(value, Scalar)
    assert value.text == "2019-01-01"
