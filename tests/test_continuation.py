"""Setup configs on the command line: their continuation is found in the repository, or named."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrate.cli import main

SETUP = """\
version: 2.1
setup: true
orbs: {continuation: circleci/continuation@1.0.0}
jobs:
  decide:
    docker: [{image: alpine}]
    steps: [checkout, continuation/continue: {configuration_path: PATH}]
workflows:
  decide: {jobs: [decide]}
"""
NEXT = """\
version: 2.1
jobs:
  test:
    docker: [{image: alpine}]
    steps: [checkout, run: make test]
workflows:
  next: {jobs: [test]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a folder for its configs, and the current directory."""
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci" / "next.yml").write_text(NEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def convert(config: str, *arguments: str) -> Result:
    """Convert a config that stands in the repository."""
    Path(".circleci/config.yml").write_text(config, encoding="utf-8")
    return CliRunner().invoke(main, ["convert", "--force", "--quiet", *arguments])


@pytest.mark.parametrize("path", [".circleci/next.yml", "./.circleci/next.yml", ".circleci/../.circleci/next.yml"])
def test_the_continuation_is_found_in_the_repository(path: str) -> None:
    """By the path that the step names; the reports tell of both files."""
    result = convert(SETUP.replace("PATH", path))
    report = json.loads(Path("output/migration-report.json").read_text(encoding="utf-8"))

    assert result.exit_code == 0
    assert "make test" in Path("output/bitbucket-pipelines.yml").read_text(encoding="utf-8")
    assert report["source"]["files"] == [".circleci/config.yml", ".circleci/next.yml"]
    assert "(../.circleci/next.yml#L3)" in Path("output/migration-report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["generated.yml", "/etc/passwd", "../other/next.yml", "~/next.yml"])
def test_what_is_no_file_of_the_repository_is_not_read(path: str) -> None:
    """The step fails on purpose, and the error names the option that helps."""
    result = convert(SETUP.replace("PATH", path))

    assert result.exit_code == 1
    assert "--continuation FILE" in result.stderr
    assert "false" in Path("output/bitbucket-pipelines.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("step", ["continuation/continue: {configuration_path: generated.yml}", "run: ./go-on.sh"])
def test_the_continuation_is_named(step: str, tmp_path: Path) -> None:
    """Also where the only job of the setup config goes on by itself."""
    elsewhere = tmp_path / "made.yml"
    elsewhere.write_text(NEXT, encoding="utf-8")
    config = SETUP.replace("continuation/continue: {configuration_path: PATH}", step)
    result = convert(config, "--continuation", str(elsewhere))

    assert result.exit_code == 0
    assert "make test" in Path("output/bitbucket-pipelines.yml").read_text(encoding="utf-8")


def test_a_continuation_of_no_setup_config_is_told() -> None:
    """It would not be read, so the command is misused."""
    result = convert(NEXT, "--continuation", ".circleci/next.yml")

    assert result.exit_code == 1
    assert "is no setup config" in result.stderr
