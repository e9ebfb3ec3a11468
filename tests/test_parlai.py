"""ParlAI's four configs, converted without choices, run what CircleCI ran."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from migrate import Outcome
from migrate.circleci.plan import Call, Job
from migrate.diagnostics import Fate
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar, Sequence
from tests import golden, laws

PARLAI = Path(__file__).parents[2] / "shared" / "parlai"
CONFIGS = sorted(PARLAI.glob("*.yml"))

pytestmark = pytest.mark.skipif(not CONFIGS, reason=f"{PARLAI} is not there: ParlAI's configs are not ours to copy")
each_config = pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.name)

DEPLOY, BUILD = "deploy_website", "build_website"
_VARIABLE = re.compile(r"\$\{?(?:CIRCLE|BITBUCKET)_\w+\}?")


@cache
def converted(path: Path) -> Outcome:
    """The outcome of one of the configs."""
    return golden.Config(path.name, path.read_text(encoding="utf-8")).convert()


def pipelines(path: Path) -> dict[str, dict[str, Any]]:
    """Every pipeline by its path: its steps by their names."""
    found = laws.starts(laws.document(converted(path)))
    return {where: {step["name"]: step for group in groups for step in group} for where, groups in found}


def main_branch(path: Path) -> str:
    """The pipeline of the branch that the deploying job names: `main`, and `master` before they renamed it."""
    (job,) = (job for job in converted(path).plan.jobs if job.name == DEPLOY)
    (pattern,) = job.filters.branches.only or ()
    assert pattern.text == ("master" if "2021" in path.name else "main")
    return f"branches {pattern.text}"


def converted_jobs(path: Path) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Every job that has a step, with the step."""
    steps = {name: step for found in pipelines(path).values() for name, step in found.items()}
    yield from ((job, steps[job.name]) for job in converted(path).plan.jobs if job.name in steps)


def words(text: str) -> str:
    """A text without what a conversion may change: white space, and whose variable is read."""
    return " ".join(_VARIABLE.sub("$CI_VARIABLE", text).split())


def script(step: dict[str, Any], key: str) -> str:
    """All items of a script as one text."""
    return words("\n".join(step.get(key, [])))


def command(call: Call) -> str:
    """The command of a `run` step."""
    node = call.body if isinstance(call.body, Scalar) else peek(call.body, "command")
    return node.text if isinstance(node, Scalar) else ""


@each_config
def test_no_error(path: Path) -> None:
    """Nothing is said that would make `convert` exit with 1."""
    outcome = converted(path)

    assert outcome.text is not None
    assert [str(note) for note in outcome.notes if note.code.fate is Fate.ERROR] == []


@each_config
def test_main_deploys_and_all_others_build(path: Path) -> None:
    """The main branch runs the job that deploys, not the one that only builds; others the other way round."""
    found, main = pipelines(path), main_branch(path)

    assert set(found) == {"default", main}
    assert DEPLOY in found[main]
    assert BUILD not in found[main]
    assert BUILD in found["default"]
    assert DEPLOY not in found["default"]
    assert set(found[main]) >= set(found["default"]) - {BUILD}


@each_config
def test_the_upload_is_kept(path: Path) -> None:
    """Without choices the website goes to S3, as it did."""
    step = pipelines(path)[main_branch(path)][DEPLOY]

    assert re.search(r"s3cmd .*sync .*s3://parl\.ai/", script(step, "script"))


@each_config
def test_every_job_has_its_image(path: Path) -> None:
    """A step runs in its job's first image."""
    top = laws.document(converted(path)).get("image")
    jobs = list(converted_jobs(path))

    assert jobs
    for job, step in jobs:
        docker = peek(job.keys, "docker")
        assert isinstance(docker, Sequence), job.name
        image = peek(docker.items[0], "image")
        assert isinstance(image, Scalar)
        assert step.get("image", top) == image.text


@each_config
def test_every_job_has_its_variables(path: Path) -> None:
    """Each variable of a job is exported in the script, with its value."""
    for job, step in converted_jobs(path):
        environment = peek(job.keys, "environment")
        entries = environment.entries if isinstance(environment, Mapping) else ()
        values = [(e.key.text, e.value) for e in entries]
        assert values or environment is None
        for name, value in values:
            assert isinstance(value, Scalar)
            assert re.search(rf"export [^\n]*\b{name}=(['\"]?){re.escape(value.text)}\1", "\n".join(step["script"]))


@each_config
def test_every_job_has_its_commands_in_order(path: Path) -> None:
    """Each line of each command stands in its step's script, in order; what runs always, in the after-script."""
    lines = 0
    for job, step in converted_jobs(path):
        places = {"script": 0, "after-script": 0}
        for call in (call for call in job.steps if call.step == "run"):
            when = peek(call.body, "when")
            key = "after-script" if isinstance(when, Scalar) and when.text != "on_success" else "script"
            for line in filter(None, map(words, command(call).splitlines())):
                at = script(step, key).find(line, places[key])
                assert at >= 0, f"{job.name}: {line!r} is not in the {key} behind what comes before it"
                places[key] = at + len(line)
                lines += 1
    assert lines > len(CONFIGS)
