"""Workspaces: who gets whose files, and that each consumer sees the same files on both sides.

The property runs random chains and graphs of jobs twice, with real folders: as CircleCI lays its layers over each
other, and as Bitbucket hands on what the globs of artifacts match, without modes, before the script begins.
"""

import re
import shutil
import subprocess
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate import Outcome, Source, convert
from migrate.lower.workspaces.paths import globs, is_file, overlap, word
from tests import laws

ROOTS = (
    (".", ("dist",)),
    (".", ("dist/*", "out/deep/*.bin")),
    (".", ("dist/*.txt",)),
    (".", ("dist/[jr]*.txt",)),
    (".", (".",)),
    ("dist", (".",)),
    ("./out/", ("*",)),
    ("~/project", ("out", "dist/same.txt")),
    ("$CIRCLE_WORKING_DIRECTORY/out", ("deep",)),
    ("/srv/ws", (".",)),
    ("/srv/ws", ("x y", "bin/*")),
    ("~", ("data",)),
    ("~/", ("project/dist", "data")),
    ("/home/circleci", ("proj*",)),
    ("../", ("project/out",)),
)
PLACES = (".", "~/project", "$CIRCLE_WORKING_DIRECTORY", "sub/folder", "/srv/in", "~/in", "~", "~/")
MAKE = """mkdir -p dist out/deep ~/data /srv/ws/bin "/srv/ws/x y"
echo {name} | tee dist/{name}.txt out/deep/{name}.bin ~/data/{name} "/srv/ws/x y/{name}" >/dev/null
echo {name} > dist/same.txt
echo '#!/bin/sh' | tee dist/run-{name} /srv/ws/bin/{name} >/dev/null
chmod +x dist/run-{name} /srv/ws/bin/{name}"""


class Made(NamedTuple):
    """A job: what it requires, by number, where it attaches, what it persists, and whether it cleans up behind that."""

    requires: frozenset[int]
    at: str = ""
    persists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    cleans: bool = False


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Made, ...]:
    """Some jobs; each attaches or not, and persists or not; files of the same name are in a row only."""
    found = []
    chain = draw(st.booleans())
    for number in range(draw(st.integers(2, 4))):
        requires = draw(st.frozensets(st.integers(0, number - 1))) if number else frozenset[int]()
        if chain and number:
            requires |= {number - 1}
        persists = draw(st.lists(st.sampled_from(ROOTS), max_size=2, unique=True))
        at = draw(st.sampled_from(("", *PLACES)))
        found.append(Made(requires, at, tuple(persists), draw(st.booleans())))
    return tuple(found)


def config(jobs: tuple[Made, ...]) -> str:
    """The jobs as a config."""
    lines = ["version: 2.1", "jobs:"]
    for number, job in enumerate(jobs):
        lines += [f"  j{number}:", "    docker: [{image: bash}]", "    steps:"]
        lines += [f"      - attach_workspace: {{at: '{job.at}'}}"] if job.at else []
        lines += ["      - run: |", *(f"          {line}" for line in made(number, jobs).splitlines())]
        for root, paths in job.persists:
            lines += [f"      - persist_to_workspace: {{root: '{root}', paths: {list(paths)}}}"]
        lines += ["      - run: rm -r dist out"] if job.cleans else []
    lines += ["workflows:", "  w:", "    jobs:"]
    for number, job in enumerate(jobs):
        lines.append(f"      - j{number}: {{requires: {[f'j{one}' for one in sorted(job.requires)]}}}")
    return "\n".join(lines) + "\n"


def upstream(number: int, jobs: tuple[Made, ...]) -> list[int]:
    """The jobs that a job waits for, near and far."""
    found: set[int] = set()
    for one in jobs[number].requires:
        found |= {one, *upstream(one, jobs)}
    return sorted(found)


def in_a_row(jobs: tuple[Made, ...]) -> bool:
    """Whether each job waits for all before it, so that two may persist the same file."""
    return all(upstream(number, jobs) == list(range(number)) for number in range(len(jobs)))


def made(number: int, jobs: tuple[Made, ...]) -> str:
    """The command that makes a job's files."""
    text = MAKE.format(name=f"j{number}")
    return (
        text
        if in_a_row(jobs)
        else "\n".join(line for line in text.splitlines() if "same" not in line)
        + ("\n[ -e dist/same.txt ] || echo same > dist/same.txt")
    )


class Side:
    """The folders of one job on one side: the home, the clone or project, and what stands for `/srv`."""

    def __init__(self, base: Path, *, clone: bool) -> None:
        """Make them."""
        self.home, self.srv = base / "home", base / "srv"
        self.project = base / "build" if clone else self.home / "project"
        for folder in (self.home, self.srv, self.project):
            folder.mkdir(parents=True, exist_ok=True)

    def run(self, text: str) -> None:
        """Run a text there, in bash."""
        env = {"HOME": str(self.home), "BITBUCKET_CLONE_DIR": str(self.project), "PATH": "/usr/bin:/bin"}
        command = ["bash", "-e", "-c", text.replace("/srv/", f"{self.srv}/")]
        done = subprocess.run(command, cwd=self.project, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (text, done.stderr)

    def at(self, path: str) -> Path:
        """Where a path of CircleCI's lies."""
        path = path.replace("$CIRCLE_WORKING_DIRECTORY", str(self.project)).replace("/home/circleci", str(self.home))
        path = re.sub("^~", str(self.home), path)
        return self.srv / path.removeprefix("/srv/") if path.startswith("/srv/") else Path(self.project, path).resolve()

    def files(self, *, modes: bool) -> dict[str, tuple[str, bool]]:
        """All files: what is in them, and whether they are executable, which counts if `modes` do."""
        found = {}
        for name, folder in (("project", self.project), ("home", self.home), ("srv", self.srv)):
            for path in folder.rglob("*"):
                within = path.relative_to(folder)
                # A folder `project` in an archive that is unpacked in the home directory lies beside the clone.
                other = name == "home" and within.parts[0] == "project"
                if path.is_file() and not other and not within.match(".workspace-*.tar.gz"):
                    found[f"{name}/{within}"] = (path.read_text(), modes and bool(path.stat().st_mode & 0o100))
        return found


def expanded(root: Path, pattern: str) -> list[Path]:
    """What a pattern of Go's matches below a folder."""
    found = [root]
    for part in Path(pattern).parts:
        found = [inner for one in found if one.is_dir() for inner in one.iterdir() if fnmatchcase(inner.name, part)]
    return found


def circleci(jobs: tuple[Made, ...], base: Path) -> list[Side]:
    """What each job has on CircleCI."""
    sides: list[Side] = []
    layers: dict[int, list[Path]] = {}
    for number, job in enumerate(jobs):
        side = Side(base / f"c{number}", clone=False)
        sides.append(side)
        for layer in (layer for one in upstream(number, jobs) for layer in layers[one] if job.at):
            shutil.copytree(layer, side.at(job.at), dirs_exist_ok=True)
        side.run(made(number, jobs))
        layers[number] = []
        for place, (root, paths) in enumerate(job.persists):
            layer = base / f"layer{number}-{place}"
            layer.mkdir()
            layers[number].append(layer)
            for path in (path for pattern in paths for path in expanded(side.at(root), pattern)):
                target = layer / path.relative_to(side.at(root))
                target.parent.mkdir(parents=True, exist_ok=True)
                if path.is_dir():
                    shutil.copytree(path, target, dirs_exist_ok=True)
                else:
                    shutil.copy2(path, target)
        if job.cleans:
            side.run("rm -r dist out")
    return sides


def captured(glob: str, path: str) -> bool:
    """Whether a glob of Bitbucket's takes a file: `**` is anything, `*` has no slash in it."""
    pieces = re.split(r"(\*\*|\*)", glob)
    pattern = "".join({"**": ".*", "*": "[^/]*"}.get(piece) or re.escape(piece) for piece in pieces)
    return re.fullmatch(pattern, path) is not None


def bitbucket(outcome: Outcome, base: Path) -> dict[str, Side]:
    """What each step has on Bitbucket, by its name; steps of one group have nothing of each other."""
    sides: dict[str, Side] = {}
    kept: dict[str, Path] = {}
    (groups,) = [groups for where, groups in laws.starts(laws.document(outcome)) if where == "default"]
    for step, before in ((step, before) for group in groups for before in [[*kept]] for step in group):
        artifacts: dict[str, Any] = step.get("artifacts") or {}
        side = sides[step["name"]] = Side(base / f"b-{step['name']}", clone=True)
        wanted = artifacts.get("download", True)
        for name in before if wanted is True else wanted or []:
            shutil.copytree(kept[name], side.project, dirs_exist_ok=True, copy_function=shutil.copyfile)
        side.run("\n".join(step["script"]))
        for upload in artifacts.get("upload") or ():
            kept[upload["name"]] = base / f"artifact-{upload['name']}"
            kept[upload["name"]].mkdir()
            for path in [path for path in side.project.rglob("*") if path.is_file()]:
                within = path.relative_to(side.project).as_posix()
                if any(captured(glob, within) for glob in upload["paths"]):
                    target = kept[upload["name"]] / within
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
    return sides


@settings(max_examples=40, deadline=None)
@given(graphs())
@example((Made(frozenset(), "", ((".", (".",)),)), Made(frozenset({0}), "~/in", ((".", ("dist",)),))))
@example((Made(frozenset(), "", ((".", ("dist",)),), cleans=True), Made(frozenset({0}), ".")))
@example((Made(frozenset(), "", (("/home/circleci", ("proj*",)),)), Made(frozenset({0}), "/srv/in")))
@example(
    (
        Made(frozenset(), ""),
        Made(frozenset({0}), "", ((".", ("dist",)),)),
        Made(frozenset({0}), ""),
        Made(frozenset({0, 1}), "."),
    )
)
def test_each_job_has_the_same_files_on_both_sides(jobs: tuple[Made, ...]) -> None:
    """Files, their contents and, unless a note says otherwise, their modes are those that CircleCI would lay there."""
    outcome = convert(Source("config.yml", config(jobs)))
    modes = not any(note.code.id == "workspace-modes" for note in outcome.notes)
    assert not list(laws.artifacts_hold("", outcome))
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = bitbucket(outcome, Path(folder)), circleci(jobs, Path(folder))
        for number, side in enumerate(theirs):
            assert ours[f"j{number}"].files(modes=modes) == side.files(modes=modes), f"j{number}"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", ("**",)),
        ("report.html", ("report.html",)),
        ("dist", ("dist", "dist/**")),
        (".reports", (".reports", ".reports/**")),
        ("build/My.app", ("build/My.app", "build/My.app/**")),
        ("v1.2", ("v1.2", "v1.2/**")),
        ("a/*.whl", ("a/*.whl",)),
    ],
)
def test_globs_keep_a_file_or_a_folder(path: str, found: tuple[str, ...]) -> None:
    """Of a name that may be a folder's both are kept, because nobody knows."""
    assert globs(path) == found
    assert is_file(path) == (len(found) == 1 and path != "")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("dist", "dist/a.txt", True),
        ("dist", "dist2", False),
        ("", "a", True),
        ("a/*.txt", "a/b", True),
        ("a/*.txt", "b/*.txt", False),
    ],
)
def test_paths_overlap(one: str, other: str, same: bool) -> None:
    """One may hold the other, or both what the other's wildcards match."""
    assert overlap(one, other) is same
    assert overlap(other, one) is same


@pytest.mark.parametrize("path", ["~/a b/c*", "x;y/*.txt", "$HOME/[ab]?", "plain/path"])
def test_a_word_is_expanded_as_a_glob_and_not_otherwise(path: str) -> None:
    """Bash sees one word, in which only the wildcards and a leading tilde mean anything."""
    done = subprocess.run(
        ["bash", "-c", f"printf '%s\\n' {word(path)}"], env={"HOME": "~"}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [path]
