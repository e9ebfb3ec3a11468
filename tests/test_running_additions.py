"""Additions, run: the script of an added job as Bitbucket runs it, and jobs that got steps, on both sides."""

from pathlib import Path

import pytest

from migrate import Outcome
from tests import golden
from tests.running import both
from tests.running.record import Record

CONFIG = """\
version: 2.1
jobs:
  test:
    docker: [{image: 'node:22'}]
    steps: [checkout, {run: npm ci}, {run: npm test}]
workflows:
  main: {jobs: [test]}
"""


def outcome_of(choices: str) -> Outcome:
    """The conversion of the config with an addition."""
    outcome = golden.Config("added", CONFIG, f"add: [{choices}]\n").convert()
    assert outcome.text is not None, outcome.notes
    return outcome


def ran(choices: str, name: str, root: Path, *failing: str) -> both.Pair:
    """A job, which the addition may be or be part of, run on both sides."""
    outcome = outcome_of(choices)
    assert outcome.plan is not None
    return both.run(outcome, next(job for job in outcome.plan.jobs if job.name == name), root, failing)


def called(record: Record) -> list[str]:
    """The programs that were called, each with its arguments."""
    return [" ".join((call.program, *call.arguments)) for call in record.calls]


def test_an_image_is_built_and_pushed_under_the_same_tag(tmp_path: Path) -> None:
    """What is built is what is pushed, and the login knows its registry."""
    given = "docker-publish: {image-name: ghcr.io/acme/web, registry: ghcr.io, latest: true}"
    calls = called(ran(given, "docker-publish", tmp_path).bitbucket)
    built = calls[0].removeprefix("docker build -t ").removesuffix(" -f Dockerfile .")
    assert built.startswith("ghcr.io/acme/web:")
    assert not built.endswith(":")
    assert calls[1:] == [
        "docker login --username  --password-stdin ghcr.io",
        f"docker push {built}",
        f"docker tag {built} ghcr.io/acme/web:latest",
        "docker push ghcr.io/acme/web:latest",
    ]


def test_nothing_is_pushed_when_docker_fails(tmp_path: Path) -> None:
    """An image that is not built ends the step, and badly."""
    found = ran("docker-publish: {image-name: acme/web}", "docker-publish", tmp_path, "docker").bitbucket
    assert not found.succeeded
    assert [call.split()[1] for call in called(found)] == ["build"]


@pytest.mark.parametrize("addition", ["slack-notify: {when: on_fail}", "dependency-cache"])
def test_a_job_that_got_steps_does_what_it_did(tmp_path: Path, addition: str) -> None:
    """The job's own commands are called as they were, and nothing else is while all is well."""
    pair = ran(addition, "test", tmp_path)
    assert called(pair.bitbucket) == ["npm ci", "npm test"]
    assert list(both.differences(pair)) == []


def test_a_failure_is_told_once(tmp_path: Path) -> None:
    """The step still fails, and the message is JSON that names the pipeline."""
    found = ran("slack-notify: {when: on_fail}", "test", tmp_path, "npm").bitbucket
    calls = called(found)
    assert not found.succeeded
    assert calls[0] == "npm ci"
    assert [call.split()[0] for call in calls[1:]] == ["curl"]
    assert '{"text": "Failed: ' in calls[1]
    assert "/pipelines/results/" in calls[1]


HANDED_ON = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'node:22'}]
    steps:
      - checkout
      - run: echo a > site.html
      - persist_to_workspace: {root: ., paths: [site.html]}
  use:
    docker: [{image: 'node:22'}]
    steps: [checkout, {attach_workspace: {at: .}}, {run: cat site.html; make}]
workflows:
  main: {jobs: [build, use: {requires: [build]}]}
"""


def test_files_are_handed_on_beside_a_command_for_failures(tmp_path: Path) -> None:
    """What a success hands on goes as plain files, and arrives, although a command stands behind it."""
    outcome = golden.Config("added", HANDED_ON, "add: [{slack-notify: {when: on_fail}}]\n").convert()
    assert outcome.text is not None
    assert "tar " not in outcome.text
    found = both.run_all(outcome, tmp_path / "machine")
    assert [list(both.differences(pair)) for _, pair in found] == [[], []]


def test_twine_uploads_what_was_built(tmp_path: Path) -> None:
    """The package is built in its folder, and all of dist goes up."""
    given = "pypi-publish: {twine: true, app-dir: lib, repository: 'https://test.pypi.org/legacy/'}"
    assert called(ran(given, "pypi-publish", tmp_path).bitbucket) == [
        "pip install build",
        "python -m build --outdir dist lib",
        "pip install twine",
        "twine upload --non-interactive --repository-url https://test.pypi.org/legacy/ dist/*",
    ]


def test_nothing_is_uploaded_that_was_not_built(tmp_path: Path) -> None:
    """A build that fails ends the step before twine is called."""
    found = ran("pypi-publish: {twine: true}", "pypi-publish", tmp_path, "python").bitbucket
    assert not found.succeeded
    assert not any(call.startswith("twine") for call in called(found))
