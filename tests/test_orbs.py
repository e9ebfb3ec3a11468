"""Published orbs, packed: all that each of them offers expands, and so do the examples of their own authors."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate import Outcome, Source, convert
from migrate.circleci.config import load
from migrate.circleci.expand import expand
from migrate.circleci.orbs import Orbs, Wanted, is_exact, parse
from migrate.circleci.plan import Plan
from migrate.cli.orb_sources import OrbFiles, orb_files
from migrate.diagnostics import Note, Notes
from migrate.yamlio.decode import Claims
from migrate.yamlio.read import read
from tests import laws

SHARED = Path(__file__).parents[2] / "shared"
ORBS = SHARED / "orbs"
SOURCES = sorted(ORBS.glob("*.yml"))
EXAMPLES = sorted((SHARED / "samples" / "orb-usage").glob("*.yml"))

pytestmark = [
    pytest.mark.skipif(not SOURCES, reason=f"{ORBS} is not there: published orbs are not ours to copy"),
    pytest.mark.xdist_group("orbs"),  # one process converts them all, once
]
each_orb = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
each_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)

PLACEHOLDERS = ("@x.y.z", "@x.y")
"""What examples have for a version: it means the newest that there is."""

_UNDECLARED = "  build-test-then-push-with-buildx:\n"
_DECLARED = """\
    parameters:
      repo: {type: string, default: my-sample-repo}
      tag: {type: string, default: sampleTag}
      region: {type: string, default: us-west-2}
"""
_BELOW_ORBS = (
    "  jobs:\n    pull:\n      executor: docker/machine\n      steps:\n      - checkout\n      - docker/pull:\n"
)

MENDED: dict[str, tuple[str, str, str]] = {
    "aws-ecr-orb-build_test_then_push_image": (
        "Arguments referenced without declared parameters: parameters.repo",
        _UNDECLARED,
        _UNDECLARED + _DECLARED,
    ),
    "aws-ecr-orb-remote_docker_caching": (
        "Unexpected argument(s): docker",
        "        docker:\n        - image: cimg/python:3.10.4\n",
        "",
    ),
    "aws-ecr-orb-simple_build_and_push": (
        "[#/executors/base/docker] expected type: Sequence, found: Mapping",
        "      image: cimg/base:current",
        "    - image: cimg/base:current",
    ),
    "aws-ecs-orb-run_task_and_wait": (
        "Unexpected argument(s): wait_task_stopped",  # it names 6.0.0, and is written for 7
        "circleci/aws-ecs@6.0.0",
        "circleci/aws-ecs@7",
    ),
    "docker-orb-custom_pull": (
        "Cannot find a definition for job named pull",  # its jobs are indented below 'orbs'
        _BELOW_ORBS,
        _BELOW_ORBS.replace("\n  ", "\n").removeprefix("  "),
    ),
}
"""Examples that CircleCI would refuse as they stand: what is said, and what is written instead of what."""

ARGUMENTS: dict[str, object] = {
    "string": "text",
    "boolean": True,
    "integer": 1,
    "env_var_name": "A_VARIABLE",
    "steps": [{"run": "true"}],
    "executor": "here",
}
"""What is given for a parameter without a default, by its type."""


@cache
def library() -> OrbFiles:
    """All orbs, as `--orb-source` finds them."""
    return orb_files([str(ORBS)])


def converted(text: str) -> Outcome:
    """The outcome of a config with all orbs at hand."""
    return convert(Source("config.yml", text), orbs=library().source)


def example(path: Path) -> str:
    """The text of an example, with versions for its placeholders."""
    text = path.read_text(encoding="utf-8")
    for placeholder in PLACEHOLDERS:
        text = text.replace(f"{placeholder}\n", "@volatile\n")
    return text


def refusals(notes: tuple[Note, ...] | Notes) -> list[str]:
    """What refuses a config."""
    return [str(note) for note in notes if note.refusal]


def arguments(definition: dict[str, Any]) -> dict[str, object]:
    """A value for each parameter that has no default."""
    parameters = definition.get("parameters") or {}
    missing = {name: row for name, row in parameters.items() if "default" not in row}
    return {n: row["enum"][0] if row["type"] == "enum" else ARGUMENTS[row["type"]] for n, row in missing.items()}


def caller(path: Path) -> dict[str, Any]:
    """A config that uses every command, executor and job of an orb once."""
    orb = yaml.safe_load(path.read_text(encoding="utf-8"))
    jobs: dict[str, object] = {}
    for name, row in (orb.get("commands") or {}).items():
        jobs[f"command-{name}"] = {"executor": "here", "steps": [{f"o/{name}": arguments(row)}, {"run": "true"}]}
    for name, row in (orb.get("executors") or {}).items():
        chosen = arguments(row) | {"name": f"o/{name}"}
        jobs[f"executor-{name}"] = {"executor": chosen, "steps": [{"run": "true"}]}
    calls = [*jobs, *({f"o/{name}": arguments(row)} for name, row in (orb.get("jobs") or {}).items())]
    return {
        "version": 2.1,
        "orbs": {"o": reference(path)},
        "executors": {"here": {"docker": [{"image": "cimg/base:2024.01"}]}},
        "jobs": jobs,
        "workflows": {"main": {"jobs": calls}},
    }


def reference(path: Path) -> str:
    """The reference that a file's name stands for."""
    orb, _, version = path.stem.replace("__", "/", 1).partition("@")
    return f"{orb}@{version.replace('dev-', 'dev:')}"


def expanded(text: str) -> tuple[Plan, Notes]:
    """The plan of a config, and what is said on the way to it."""
    notes = Notes()
    claims = Claims(notes)
    root = read(text, "config.yml", notes)
    assert root
    loaded = load(root, claims, Orbs(library().source))
    assert loaded
    return expand(loaded, claims), notes


def test_every_file_is_an_orb() -> None:
    """Each name says which orb it is; a version, once."""
    found = library().files

    assert sorted(found.values()) == SOURCES
    assert all(is_exact(which.version) for which in found)


@each_orb
def test_everything_in_an_orb_expands(path: Path) -> None:
    """Its commands, executors and jobs, with defaults and made-up arguments; only orbs that are not here are missed."""
    config = caller(path)
    plan, notes = expanded(yaml.safe_dump(config, sort_keys=False))

    assert refusals(notes) == []
    assert len(list(plan.jobs)) == len(config["workflows"]["main"]["jobs"])
    for note in notes:
        assert note.trail[0].file == "config.yml", note
        if note.code.id == "orb-unknown":
            name = note.detail.partition("'")[2].partition("'")[0]
            assert parse(name), note
            assert not isinstance(library().source(Wanted(name)), Source), note
            assert note.trail[-1].file == path.as_posix() or note.trail[-1].file in map(str, SOURCES), note


@each_example
def test_the_authors_examples_expand(path: Path) -> None:
    """Nothing is refused and no orb is unknown; those that are broken themselves are refused until they are mended."""
    text = example(path)
    if path.stem in MENDED:
        said, old, new = MENDED[path.stem]
        assert said in "\n".join(refusals(converted(text).notes))
        assert old in text
        text = text.replace(old, new)
    outcome = converted(text)

    assert outcome.text is not None, refusals(outcome.notes)
    assert not [note for note in outcome.notes if note.code.id == "orb-unknown"]
    assert all(note.trail[0].file == "config.yml" for note in outcome.notes)
    assert all(job.steps for job in outcome.plan.jobs if job.type == "build")
    for law in (laws.no_template_is_left, laws.readers_agree):
        assert list(law(text, outcome)) == []


def test_the_examples_are_there() -> None:
    """The test above did not pass for want of examples, and mends none that is not there."""
    assert {path.stem for path in EXAMPLES} >= set(MENDED)
    assert len(EXAMPLES) >= 50
