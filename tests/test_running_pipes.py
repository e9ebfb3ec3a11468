"""Commands that became pipes are run on both sides: the pipe is called where the command was, with the same values."""

from pathlib import Path
from typing import NamedTuple

import pytest

from migrate import Outcome
from tests import golden
from tests.running import both
from tests.running.place import Given
from tests.running.record import Record
from tests.test_running import job, run

_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "BUCKET": "shop",
    "TOKEN": "of npm",
}
_KEYS = ("AWS_ACCESS_KEY_ID=key", "AWS_SECRET_ACCESS_KEY=secret")
_HERE = "AWS_DEFAULT_REGION=eu-west-1"


class Case(NamedTuple):
    """A job's steps; the words of the command that CircleCI calls, and what the pipe is given in its place."""

    steps: tuple[str, ...]
    command: str
    pipe: tuple[str, ...]
    failing: str = ""


CASES = {
    "a folder to S3": Case(
        (run('make\naws s3 sync site "s3://$BUCKET/$CIRCLE_BRANCH" --delete\nmake index'), "run: make clean"),
        "aws s3 sync site s3://shop/main --delete",
        (*_KEYS, _HERE, "LOCAL_PATH=site", "S3_BUCKET=shop/main", "DELETE_FLAG=true"),
    ),
    "a folder below the command's own": Case(
        (run("aws s3 sync . s3://${BUCKET}x", "working_directory: src"),),
        "aws s3 sync . s3://shopx",
        (*_KEYS, _HERE, "LOCAL_PATH=src", "S3_BUCKET=shopx"),
    ),
    "a value of the job": Case(
        ("run: aws s3 sync src s3://$SITE",),
        "aws s3 sync src s3://of-the-job",
        (*_KEYS, _HERE, "LOCAL_PATH=src", "S3_BUCKET=of-the-job"),
    ),
    "a service": Case(
        ("run: aws ecs update-service --service=web --force-new-deployment --cluster $BUCKET",),
        "aws ecs update-service --service=web --force-new-deployment --cluster shop",
        (*_KEYS, _HERE, "SERVICE_NAME=web", "FORCE_NEW_DEPLOYMENT=true", "CLUSTER_NAME=shop"),
    ),
    "a package": Case(
        (run('npm config set //registry.npmjs.org/:_authToken "${TOKEN}"'), "run: npm publish --tag next"),
        "npm publish --tag next",
        ("NPM_TOKEN=of npm", "EXTRA_ARGS=--tag next"),
    ),
    "behind a command that fails": Case((run("make\naws s3 sync src s3://shop"),), "", (), failing="make"),
    "behind a command that changes its directory": Case(
        ("run: cd src; make", "run: aws s3 sync src s3://shop"),
        "aws s3 sync src s3://shop",
        (*_KEYS, _HERE, "LOCAL_PATH=src", "S3_BUCKET=shop"),
    ),
}


def _outcome(case: Case) -> Outcome:
    config = job(*case.steps, keys="environment: {SITE: of-the-job}").config
    outcome = golden.Config("case", config, "pipes: prefer\n").convert()
    assert outcome.text is not None, outcome.notes
    assert "- pipe:" in outcome.text
    return outcome


def _without(taken: Record, places: list[int]) -> Record:
    """A record without the calls in some places."""
    return taken._replace(calls=tuple(call for place, call in enumerate(taken.calls) if place not in places))


@pytest.mark.parametrize("title", CASES)
def test_the_pipe_is_called_in_the_commands_place(title: str, tmp_path: Path) -> None:
    """The pipe gets the values that the command got, in the same order of calls; all else is the same."""
    case = CASES[title]
    outcome = _outcome(case)
    (before,) = outcome.before.jobs
    failing = tuple(case.failing.split())
    pair = both.run(outcome, before, tmp_path / "machine", failing, Given(variables=_VARIABLES))

    wanted = case.command.split()
    ours = [place for place, one in enumerate(pair.circleci.calls) if [one.program, *one.arguments] == wanted]
    pipes = [place for place, one in enumerate(pair.bitbucket.calls) if one.program == "pipe"]
    assert pipes == ours
    assert len(pipes) == bool(case.command)
    for place in pipes:
        assert pair.bitbucket.calls[place].arguments[1:] == case.pipe
    one, other = (_without(taken, ours) for taken in pair[:2])
    assert one == other
