"""The hooks of `.pre-commit-hooks.yaml`: pre-commit takes them, and runs them in a repository that has both files.

They run as local hooks, with the command of this environment. `pre-commit try-repo` would make an environment of its
own, for which it needs the network.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pre_commit.clientlib import load_manifest

from migrate.cli.convert import convert

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
CONFIG = """\
version: 2.1
jobs:
  build:
    docker: [{image: "node:22"}]
    steps: [checkout, run: make]
workflows:
  main:
    jobs: [build]
"""
PASSED, FAILED, SKIPPED = "Passed", "Failed", "Skipped"

_OUTCOME = re.compile(r"(?P<name>.*?)\.{3,}(?:\(no files to check\))?(?P<word>Passed|Failed|Skipped)")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository in the middle of its move: the config, what it converts to, and both hooks."""
    hooks = [hook | {"language": "system"} for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))]
    settings = {"repos": [{"repo": "local", "hooks": hooks}]}
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci" / "config.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    called(tmp_path, "git", "init", "--quiet")
    called(tmp_path, "circle2bb", "convert", "--in-place", "--quiet")
    called(tmp_path, "git", "add", ".")
    return tmp_path


def called(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in the repository, with this environment's programs first, and a cache of pre-commit's own."""
    paths = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    # A hook that runs these tests has git's variables, which name the repository of the hook.
    here = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = here | {"PATH": paths, "PRE_COMMIT_HOME": str(folder / ".git" / "cache")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def outcomes(folder: Path, *arguments: str) -> tuple[dict[str, str], str]:
    """What becomes of each hook, by its name, and all that is printed."""
    done = called(folder, "pre-commit", "run", "--color=never", *arguments)
    words = (_OUTCOME.fullmatch(line) for line in done.stdout.splitlines())
    return {found["name"]: found["word"] for found in words if found}, done.stdout


def names() -> tuple[str, str]:
    """The names of both hooks: validate, up to date."""
    validate, current = load_manifest(str(MANIFEST))
    return validate["name"], current["name"]


def test_pre_commit_takes_the_manifest() -> None:
    """Both hooks have all that pre-commit asks for, and options that the command has."""
    hooks = load_manifest(str(MANIFEST))

    assert [hook["id"] for hook in hooks] == ["circle2bb-validate", "circle2bb-up-to-date"]
    known = {option for parameter in convert.params for option in parameter.opts}
    assert {word for word in hooks[1]["entry"].split() if word.startswith("-")} <= known


def test_what_is_right_passes(repository: Path) -> None:
    """The file that was converted is valid and up to date."""
    validate, current = names()

    found, printed = outcomes(repository)
    assert found == {validate: PASSED, current: PASSED}, printed


def test_a_changed_config_fails_with_the_difference(repository: Path) -> None:
    """The pipelines file is valid still, and no longer what the config converts to."""
    config = repository / ".circleci" / "config.yml"
    config.write_text(CONFIG.replace("run: make", "run: make all"), encoding="utf-8")
    called(repository, "git", "add", ".")

    found, printed = outcomes(repository)
    assert found == dict(zip(names(), (PASSED, FAILED), strict=True)), printed
    assert "+          - make all" in printed
    assert "bitbucket-pipelines.yml: not up to date with .circleci/config.yml" in printed


def test_a_broken_pipelines_file_fails(repository: Path) -> None:
    """What Bitbucket would refuse is told with its place; it is not up to date either."""
    (repository / "bitbucket-pipelines.yml").write_text(
        "pipelines: {default: [{step: {size: 3x, script: [make]}}]}\n", encoding="utf-8"
    )
    called(repository, "git", "add", ".")

    found, printed = outcomes(repository)
    assert found == dict.fromkeys(names(), FAILED), printed
    assert "bitbucket-pipelines.yml:1:" in printed


def test_a_commit_of_other_files_waits_for_neither(repository: Path) -> None:
    """Only what the conversion reads and writes wakes the hooks."""
    (repository / "README.md").write_text("hello\n", encoding="utf-8")
    called(repository, "git", "add", ".")

    found, printed = outcomes(repository, "--files", "README.md")
    assert found == dict.fromkeys(names(), SKIPPED), printed


def test_choices_wake_only_the_second(repository: Path) -> None:
    """They change what is written, and with a commit of them alone the pipelines file is asked for."""
    (repository / "circle2bb.yml").write_text("rename: {build: Build}\n", encoding="utf-8")
    called(repository, "git", "add", ".")

    found, printed = outcomes(repository, "--files", "circle2bb.yml")
    assert found == dict(zip(names(), (SKIPPED, FAILED), strict=True)), printed
    called(repository, "circle2bb", "convert", "--in-place", "--quiet", "--force")
    called(repository, "git", "add", ".")
    assert outcomes(repository)[0] == dict.fromkeys(names(), PASSED)
