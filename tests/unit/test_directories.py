"""A command finds the same files on both sides, wherever the job checks out and starts: bash says so."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate import Source, convert
from migrate.bitbucket.model import Command
from migrate.lower.directories import word

JOBS = ("", "~/project", "~/repo", "~/repo/sub", "~/my repo", "~/src/example.com/app")
CHECKOUTS = ("", ".", "src", "~/repo", "~/project", "~/my repo", "~/other")
RUNS = (
    "",
    ".",
    "sub",
    "src",
    "src/sub",
    "./src/../src",
    "~/repo",
    "~/project",
    "~/my repo",
    "$CIRCLE_WORKING_DIRECTORY",
)
COMMANDS = (
    *("cat a.txt", "cat ../a.txt", "cat sub/b.txt", "cat src/a.txt", "cat ~/repo/a.txt", "cat $HOME/project/a.txt"),
    *('cd "$HOME/my repo" && cat a.txt', "cd src && cat a.txt", "ls", "echo new > c.txt; cat c.txt", "cat c.txt"),
)


def bash(text: str, folder: Path, home: Path, clone: Path | None) -> tuple[bool, str]:
    """Whether a script ends well, and what it prints."""
    ran = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", text],
        env={"PATH": os.environ["PATH"], "HOME": str(home), **({"BITBUCKET_CLONE_DIR": str(clone)} if clone else {})},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return ran.returncode == 0, ran.stdout


def repository(folder: Path) -> None:
    """A checkout."""
    (folder / "sub").mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").write_text("a\n", encoding="utf-8")
    (folder / "sub" / "b.txt").write_text("b\n", encoding="utf-8")


def beside(home: Path, base: Path, path: str) -> Path:
    """A path of a config, from `base` on."""
    path = path.replace("$CIRCLE_WORKING_DIRECTORY", str(base))
    return Path(os.path.normpath(home / path[2:] if path.startswith("~/") else base / path))


def circleci(home: Path, job: str, checkout: str, runs: list[tuple[str, str]]) -> tuple[bool, str]:
    """The commands as CircleCI runs them: each from the job's directory on."""
    base = beside(home, home, job or "~/project")
    base.mkdir(parents=True, exist_ok=True)
    repository(beside(home, base, checkout))
    out = ""
    for place, text in runs:
        folder = beside(home, base, place)
        ended, printed = bash(text, folder, home, None) if folder.is_dir() else (False, "")
        out += printed
        if not ended:
            return False, out
    return True, out


def bitbucket(home: Path, clone: Path, script: str) -> tuple[bool, str]:
    """The script as Bitbucket runs it, in the clone."""
    home.mkdir()
    repository(clone)
    return bash(script, clone, home, clone)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(JOBS),
    st.sampled_from(CHECKOUTS),
    st.lists(st.tuples(st.sampled_from(RUNS), st.sampled_from(COMMANDS)), min_size=1, max_size=4),
)
def test_the_same_files(
    tmp_path_factory: pytest.TempPathFactory, job: str, checkout: str, runs: list[tuple[str, str]]
) -> None:
    """Unless a note says that `..` leads elsewhere."""
    steps: list[object] = [{"checkout": {"path": checkout} if checkout else {}}]
    steps += [{"run": {"command": text, **({"working_directory": place} if place else {})}} for place, text in runs]
    keys = {"docker": [{"image": "x"}], **({"working_directory": job} if job else {}), "steps": steps}
    outcome = convert(Source("config.yml", json.dumps({"version": 2.1, "jobs": {"build": keys}})))
    if any(note.code.id == "parent-directory" for note in outcome.notes):
        return
    (step,) = outcome.pipelines.starts[0].steps
    script = "\n".join(item.text for item in step.script if isinstance(item, Command))
    folder = tmp_path_factory.mktemp("both")

    assert bitbucket(folder / "there", folder / "clone", script) == circleci(folder / "here", job, checkout, runs)
    shutil.rmtree(folder)


@pytest.mark.parametrize(("path", "said"), [("~", "~"), ("~/a b", "~/'a b'"), ("a b", "'a b'"), ("/x", "/x")])
def test_word(path: str, said: str) -> None:
    """Only the home directory is left for the shell to find."""
    assert word(path) == said
