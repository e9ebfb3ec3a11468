"""The command line: what it reads, what it writes, what it says, and how it ends."""

import hashlib
import importlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrate import __version__
from migrate.cli import main
from migrate.diagnostics import CODES

ROOT = Path(__file__).parents[1]
DECLARED = re.compile(r"= declare\(\s*\"([a-z0-9-]+)\"")
FILES = ("bitbucket-pipelines.yml", "migration-report.html", "migration-report.json", "migration-report.md")

GOOD = """\
version: 2.1
jobs:
  build:
    docker: [{image: alpine}]
    steps: [checkout, run: make]
  test:
    docker: [{image: alpine}]
    resource_class: large
    steps: [checkout, run: make test]
workflows:
  main:
    jobs:
      - build
      - test:
          requires: [build]
"""
TYPED = GOOD.replace("  build:\n", "  build:\n    parameters: {fast: {type: boolean, default: false}}\n", 1)
CYCLE = GOOD.replace("      - build\n", "      - build: {requires: [test]}\n")
UNSUPPORTED = GOOD.replace("run: make test]", "no/such: {}]").replace("version: 2.1", "version: 2.1\norbs: {no: a/b@1}")

BAD = {
    "not YAML": (b"jobs: [1\nb: 2\n", ":2:2: ", "the file is not YAML"),
    "a list": (b"- a\n- b\n", ":1:1: ", "jobs"),
    "CircleCI 1.0": (b"machine:\n  node: {version: 6}\ntest: {override: [make]}\n", ":1:1: ", "2.1"),
    "empty": (b"", ":1:1: ", "the file is empty"),
    "binary": (b"version: 2.1\n\x00\x01", ":2:1: ", "binary"),
    "not UTF-8": (b"version: 2.1\njobs: \xff\n", ":2:7: ", "0xff"),
    "unknown requires": (GOOD.replace("[build]", "[biuld]").encode(), ":15:22: ", "its other jobs are: build"),
    "a cycle": (CYCLE.encode(), ":14:9: ", "build -> test"),
    "wrong type": (
        TYPED.replace("      - build\n", "      - build: {fast: sometimes}\n").encode(),
        ":14:17: ",
        "expected type: boolean",
    ),
    "no job": (b"version: 2.1\njobs: {}\nworkflows: {a: {jobs: [x]}}\n", ":3:24: ", "there are: none"),
}
"""What the file holds, the place that the message names, and a part of what it says."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a good config, and the current directory."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path / ".circleci" / "config.yml", GOOD)
    return tmp_path


def put(path: Path, content: str | bytes) -> Path:
    """Write a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    """Call the command; a traceback fails the test."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def written(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_default_config_is_converted(folder: Path) -> None:
    """Without arguments `.circleci/config.yml` becomes the three files in `output/`, and a short summary."""
    result = run("convert")

    assert result.exit_code == 0
    assert sorted(written(folder / "output")) == list(FILES)
    assert "2 jobs: 2 converted" in result.stdout
    assert all(f"output/{name}" in result.stdout for name in FILES)
    assert len(result.stdout.splitlines()) <= 24
    assert result.stderr == ""


def test_the_report_names_the_very_file(folder: Path) -> None:
    """The digest in the JSON is that of the file's bytes, with its line ends and its byte order mark."""
    data = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    put(folder / ".circleci" / "config.yml", data)

    assert run("convert").exit_code == 0
    report = json.loads((folder / "output" / "migration-report.json").read_text(encoding="utf-8"))
    assert report["source"] == {
        "path": ".circleci/config.yml",
        "sha256": hashlib.sha256(data).hexdigest(),
        "files": [".circleci/config.yml"],
    }
    assert report["tool"] == {"name": "circle2bb", "version": __version__}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused(name: str, folder: Path) -> None:
    """One line says file, line, column and what is wrong; nothing is written and the exit code is 3."""
    content, place, said = BAD[name]
    put(folder / "bad.yml", content)
    before = written(folder)

    result = run("convert", "bad.yml")

    assert result.exit_code == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"bad.yml{place}error: ")
    assert said in line
    assert result.stdout == ""
    assert written(folder) == before


@pytest.mark.parametrize(
    ("path", "said"), [("none.yml", "no such file"), (".circleci", "a directory"), ("none/x.yml", "no such file")]
)
def test_what_is_no_file_is_refused(path: str, said: str, folder: Path) -> None:
    """A missing file or a directory is named, with what to do instead; the exit code is 3."""
    result = run("convert", path)

    assert result.exit_code == 3
    assert result.stderr.startswith(f"{path}: error: ")
    assert said in result.stderr
    assert ".circleci/config.yml" in result.stderr
    assert not (folder / "output").exists()


@pytest.mark.parametrize(
    ("choices", "place", "said"),
    [
        ("sizs: map\n", ":1:1: ", "the keys are add, "),
        ("sizes: map\nstyle: modern\n", ":2:8: ", "'style' is one of classic"),
        ("- a\n", ":1:1: ", "the choices are a mapping"),
        ("add: [nope]\n", ":1:7: ", "there are: dependency-cache, "),
        ("jobs: {branches: {main: [nope]}}\n", ":1:26: ", "there are: build, test"),
    ],
)
def test_bad_choices_are_refused(choices: str, place: str, said: str, folder: Path) -> None:
    """A choices file with a wrong key or value is refused with the legal ones."""
    put(folder / "circle2bb.yml", choices)

    result = run("convert")

    assert result.exit_code == 3
    assert result.stderr.startswith(f"circle2bb.yml{place}error: ")
    assert said in result.stderr
    assert not (folder / "output").exists()


def test_choices_are_found_beside_the_circleci_folder(folder: Path) -> None:
    """`circle2bb.yml` in the repository's root is read wherever the command runs; `--choices` names another."""
    put(folder / "circle2bb.yml", "rename: {build: Compile}\n")
    put(folder / "other.yml", "rename: {build: Assemble}\n")

    assert "name: Compile" in run("convert", "--stdout").stdout
    assert "name: Assemble" in run("convert", "--stdout", "--choices", "other.yml").stdout
    os.chdir(folder.parent)
    assert "name: Compile" in run("convert", f"{folder.name}/.circleci/config.yml", "--stdout").stdout


def test_an_addition_is_asked_for_by_name(folder: Path) -> None:
    """`--add` puts a job of the mappings into the pipelines, and its secrets into the report."""
    result = run("convert", "--add", "pypi-publish")

    assert result.exit_code == 0
    assert "atlassian/pypi-publish" in (folder / "output" / FILES[0]).read_text(encoding="utf-8")
    report = json.loads((folder / "output" / FILES[2]).read_text(encoding="utf-8"))
    assert {"PYPI_USERNAME", "PYPI_PASSWORD"} <= {one["name"] for one in report["variables"]}


def test_an_unknown_addition_is_refused(folder: Path) -> None:
    """`--add` with a wrong name lists the right ones."""
    result = run("convert", "--add", "nope")

    assert result.exit_code == 3
    assert "ecs-deploy, install-step, npm-publish, pypi-publish" in result.stderr
    assert not (folder / "output").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--style", "x"),
        ("--layout", "x"),
        ("--fail-on", "x"),
        ("--mappings", "none"),
        ("--stdout", "--diff"),
        ("--stdout", "--check"),
        ("--x",),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], folder: Path) -> None:
    """An option that does not exist, or has no such value, ends with 2 and writes nothing."""
    result = run("convert", *arguments)

    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert not (folder / "output").exists()


def test_existing_files_are_kept(folder: Path) -> None:
    """Without `--force` an existing file stops the command, which names it and writes nothing."""
    kept = put(folder / "output" / "migration-report.md", "mine")

    result = run("convert")

    assert result.exit_code == 2
    assert "output/migration-report.md" in result.stderr
    assert "--force" in result.stderr
    assert written(folder / "output") == {"migration-report.md": b"mine"}
    assert run("convert", "--force").exit_code == 0
    assert kept.read_bytes() != b"mine"


def test_force_keeps_mode_and_link(folder: Path) -> None:
    """What is overwritten keeps its mode, and a link stays a link."""
    real = put(folder / "real.yml", "old")
    real.chmod(0o600)
    (folder / "bitbucket-pipelines.yml").symlink_to("real.yml")

    assert run("convert", "--in-place", "--force").exit_code == 0
    assert (folder / "bitbucket-pipelines.yml").is_symlink()
    assert "pipelines:" in real.read_text(encoding="utf-8")
    assert real.stat().st_mode & 0o777 == 0o600


def test_in_place_writes_to_the_root(folder: Path) -> None:
    """`--in-place` puts the pipelines file beside `.circleci`, the reports stay in the output folder."""
    assert run("convert", "--in-place").exit_code == 0

    assert (folder / "bitbucket-pipelines.yml").is_file()
    assert sorted(written(folder / "output")) == [
        "migration-report.html",
        "migration-report.json",
        "migration-report.md",
    ]
    assert "](../bitbucket-pipelines.yml#L" in (folder / "output" / FILES[3]).read_text(encoding="utf-8")


def test_a_config_of_another_folder_is_linked_to(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Also where it is named by its whole path and stands in no `.circleci`."""
    other = tmp_path_factory.mktemp("other")
    config = put(other / "c.yml", (folder / ".circleci" / "config.yml").read_text(encoding="utf-8"))

    assert run("convert", str(config), "-o", str(other / "out")).exit_code == 0
    report = (other / "out" / FILES[3]).read_text(encoding="utf-8")
    links = {found for found in re.findall(r"\]\(([^)#]+)#L\d+\)", report) if found.endswith("c.yml")}
    assert links
    assert {(other / "out" / link).resolve() for link in links} == {config.resolve()}


def test_stdout_is_the_file_alone(folder: Path) -> None:
    """`--stdout` prints what would be written, byte for byte, and writes nothing."""
    result = run("convert", "--stdout")

    assert result.exit_code == 0
    assert not (folder / "output").exists()
    run("convert")
    assert result.stdout_bytes == (folder / "output" / FILES[0]).read_bytes()


def test_diff_shows_and_writes_nothing(folder: Path) -> None:
    """`--diff` prints a unified diff from the existing file, or from nothing; an equal file has none."""
    assert run("convert", "--diff").stdout.startswith("--- /dev/null\n+++ output/bitbucket-pipelines.yml\n")
    assert not (folder / "output").exists()
    run("convert")
    assert run("convert", "--diff").stdout == ""
    path = folder / "output" / FILES[0]
    path.write_text(path.read_text(encoding="utf-8").replace("make test", "make check"), encoding="utf-8")
    changed = run("convert", "--diff").stdout.splitlines()
    assert any(line.startswith("-") and "make check" in line for line in changed)
    assert any(line.startswith("+") and "make test" in line for line in changed)
    assert "make check" in path.read_text(encoding="utf-8")


def test_check_asks_and_writes_nothing(folder: Path) -> None:
    """`--check` ends with 1 unless the file says what would be written; with `--diff` it shows what differs."""
    missing = run("convert", "--check")
    assert missing.exit_code == 1
    assert missing.stdout == "output/bitbucket-pipelines.yml: not up to date with .circleci/config.yml\n"
    assert not (folder / "output").exists()
    run("convert")
    path = folder / "output" / FILES[0]
    fresh = run("convert", "--check")
    assert (fresh.exit_code, fresh.stdout) == (
        0,
        "output/bitbucket-pipelines.yml: up to date with .circleci/config.yml\n",
    )
    assert run("convert", "--check", "--quiet").stdout == ""
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run("convert", "--check").exit_code == 0, "git may have checked it out with other line ends"
    path.write_bytes(path.read_bytes().replace(b"make test", b"make check"))
    changed = run("convert", "--check", "--diff")
    assert changed.exit_code == 1
    assert "-          - make check\n" in changed.stdout
    assert changed.stdout.endswith("not up to date with .circleci/config.yml\n")
    assert b"make check" in path.read_bytes()


def test_check_fails_for_a_grave_note_too(folder: Path) -> None:
    """A file that is up to date is no better than its conversion: `--fail-on` holds as it does for writing."""
    run("convert")

    assert run("convert", "--check", "--fail-on", "kept").exit_code == 1
    assert run("convert", "--check").exit_code == 0


def test_standard_input_is_a_config(folder: Path) -> None:
    """`-` reads the config from standard input; messages call it `<stdin>`."""
    assert "make test" in run("convert", "-", "--stdout", stdin=GOOD).stdout
    refused = run("convert", "-", stdin="- a\n")
    assert refused.exit_code == 3
    assert refused.stderr.startswith("<stdin>:1:1: error: ")


def test_quiet_says_nothing(folder: Path) -> None:
    """`--quiet` prints no summary; the files are written all the same."""
    result = run("convert", "--quiet")

    assert (result.exit_code, result.output) == (0, "")
    assert sorted(written(folder / "output")) == list(FILES)


@pytest.mark.parametrize(("fate", "code"), [("error", 0), ("manual", 0), ("dropped", 1), ("rewritten", 1), ("kept", 1)])
def test_the_exit_code_follows_the_gravest_note(fate: str, code: int, folder: Path) -> None:
    """A note as grave as `--fail-on`, here a dropped resource class, makes it 1; the files are written."""
    assert run("convert", "--fail-on", fate).exit_code == code
    assert sorted(written(folder / "output")) == list(FILES)


def test_an_error_that_refuses_nothing_is_printed(folder: Path) -> None:
    """A step that cannot be converted is told on standard error with its place; the files are written; 1."""
    put(folder / ".circleci" / "config.yml", UNSUPPORTED)

    result = run("convert")

    assert result.exit_code == 1
    assert all(line.startswith(".circleci/config.yml:") and "error: " in line for line in result.stderr.splitlines())
    assert "[orb-unknown]" in result.stderr
    assert sorted(written(folder / "output")) == list(FILES)


def test_a_write_that_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the last file cannot be put in its place, the others are as before, and so are the folders."""
    moved = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target.name == FILES[2]:
            raise OSError(28, "No space left on device", str(target))
        return moved(self, target)

    before = written(folder)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        result = run("convert")

    assert result.exit_code == 2
    assert "migration-report.json: cannot be written: No space left on device" in result.stderr
    assert written(folder) == before
    assert not (folder / "output").exists()


def test_a_write_that_fails_puts_back_what_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that had been overwritten already have their old content again."""
    for name in FILES:
        put(folder / "output" / name, f"old {name}")
    before = written(folder)
    moved = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target.name == FILES[2]:
            raise PermissionError(13, "Permission denied", str(target))
        return moved(self, target)

    monkeypatch.setattr(Path, "replace", fail)

    assert run("convert", "--force").exit_code == 2
    assert written(folder) == before


def test_an_output_that_is_a_file_is_told(folder: Path) -> None:
    """A file in the place of the output folder is named, and stays."""
    put(folder / "out", "mine")

    result = run("convert", "-o", "out")

    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert (folder / "out").read_bytes() == b"mine"


@pytest.mark.parametrize("path", ["/etc/x.json", "../x.json", "a/../../x.json"])
def test_scaffold_stays_in_its_folder(path: str, folder: Path) -> None:
    """A scaffold file whose path leads out of the output folder is refused, and nothing is written."""
    put(
        folder / "circle2bb.yml",
        f"add:\n  - ecs-deploy: {{cluster: c, service: s, task-definition: {path}}}\n",
    )

    result = run("convert")

    assert result.exit_code == 3
    assert path in result.stderr
    assert not (folder / "output").exists()


def test_scaffold_is_written(folder: Path) -> None:
    """A file that the pipelines need is written below `scaffold/`, unless the repository has it."""
    put(folder / "circle2bb.yml", "add:\n  - ecs-deploy: {cluster: c, service: s}\n")

    assert run("convert").exit_code == 0
    assert (folder / "output" / "scaffold" / "task-definition.template.json").is_file()
    put(folder / "task-definition.template.json", "{}")
    assert run("convert", "-o", "again").exit_code == 0
    assert not (folder / "again" / "scaffold").exists()


def test_a_bug_of_ours_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception ends with 4, one line, and the name of a file that has the details."""

    def fail(*_: object, **__: object) -> None:
        message = "oh\nno"
        raise KeyError(message)

    monkeypatch.setattr(importlib.import_module("migrate.cli.compiling"), "compile_config", fail)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)

    result = run("convert")

    assert result.exit_code == 4
    (line,) = result.stderr.splitlines()
    assert "KeyError" in line
    details = Path(line.rpartition(" ")[2]).read_text(encoding="utf-8")
    assert "Traceback" in details
    assert __version__ in details


def test_a_broken_mapping_is_told(folder: Path) -> None:
    """A wrong file among the user's own mappings is named with its line; 3."""
    put(folder / "maps" / "resource_classes.yml", "classes: []\n")

    result = run("convert", "--mappings", "maps")

    assert result.exit_code == 3
    assert "resource_classes.yml" in result.stderr


def test_help_and_version() -> None:
    """`--help` tells the exit codes and the commands, `--version` the version."""
    assert __version__ in run("--version").stdout
    shown = run("--help").stdout
    assert all(word in shown for word in ("convert", "explain", "Exit codes"))
    assert "--fail-on" in run("convert", "--help").stdout


def test_verify_shows_the_table_and_finds_no_difference(folder: Path) -> None:
    """What `convert` wrote is right; the table names the events and the jobs."""
    assert run("convert").exit_code == 0

    result = run("verify", ".circleci/config.yml", "output/bitbucket-pipelines.yml")

    assert result.exit_code == 0, result.output
    assert "push to main" in result.stdout
    assert "build, test" in result.stdout
    assert result.stdout.splitlines()[-1] == "no difference"
    assert run("verify", ".circleci/config.yml", str(folder / "none.yml")).exit_code == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  default:", "  tags:\n   '**':", "not explained: build, test: CircleCI runs it, Bitbucket does not"),
        ("- step: *test", "- step: *build", "not explained: test: CircleCI runs it, Bitbucket does not"),
        ("name: test", "name: test\n        trigger: manual", "not explained: test: somebody has to start it"),
        ("name: test", "name: test\n        condition: {state: 'x ='}", "problem: the condition of 'test'"),
    ],
)
def test_verify_ends_with_1_where_no_note_explains(folder: Path, old: str, new: str, said: str) -> None:
    """It says what differs, on which events."""
    assert run("convert").exit_code == 0
    text = (folder / "output" / "bitbucket-pipelines.yml").read_text(encoding="utf-8")
    assert old in text
    put(folder / "mine.yml", text.replace(old, new))

    result = run("verify", ".circleci/config.yml", "mine.yml", "--all")

    assert result.exit_code == 1, result.output
    assert said in result.stdout


@pytest.mark.parametrize("text", ["a: [1\nb: 2\n", "a: \x00"])
def test_verify_refuses_what_is_no_yaml(folder: Path, text: str) -> None:
    """It ends with 3, and says where; so it does for a config that CircleCI would refuse."""
    put(folder / "mine.yml", text)
    put(folder / "good.yml", "pipelines: {}\n")
    put(folder / "bad.yml", CYCLE)

    result = run("verify", ".circleci/config.yml", "mine.yml")

    assert result.exit_code == 3
    assert "mine.yml:" in result.stderr
    assert run("verify", "bad.yml", "good.yml").exit_code == 3


def test_explain_knows_every_code() -> None:
    """`explain` lists every code, and tells of one its cause, its effect, what to do, and its documentation."""
    listed = run("explain").stdout.splitlines()

    assert {line.split()[0] for line in listed} == set(CODES)
    shown = " ".join(run("explain", "cache-key").stdout.split())
    code = CODES["cache-key"]
    assert f"Cause: {code.cause} Effect: {code.effect} What to do: {code.advice} https" in shown
    assert all(url in shown for url in CODES["cache-key"].urls)


def test_explain_guesses() -> None:
    """A code that does not exist ends with 2 and a guess."""
    result = run("explain", "cache-kye")

    assert result.exit_code == 2
    assert "cache-key" in result.stderr


def test_converting_twice_gives_the_same_bytes(folder: Path) -> None:
    """The same input gives the same files, run by run."""
    run("convert", "--add", "pypi-publish")
    first = written(folder / "output")

    assert run("convert", "--add", "pypi-publish", "--force").exit_code == 0
    assert written(folder / "output") == first


def test_the_bytes_depend_on_nothing_else(folder: Path) -> None:
    """Two processes with other hash seeds, in other folders, write the same; no traceback, no warning."""
    found = []
    for seed in ("1", "2"):
        home = folder / seed
        put(home / ".circleci" / "config.yml", GOOD)
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
        done = subprocess.run(
            [sys.executable, "-m", "migrate", "convert"], cwd=home, env=env, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        found.append(written(home / "output"))
    assert found[0] == found[1]


def test_the_current_directory_is_not_in_the_output(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A config named from inside `.circleci` is shown as from the root, and no path of this machine appears."""
    monkeypatch.chdir(folder / ".circleci")

    assert run("convert", "config.yml").exit_code == 0
    for content in written(folder / ".circleci" / "output").values():
        assert str(folder).encode() not in content
        assert b".circleci/config.yml" in content


def test_a_closed_pipe_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the output may stop reading; that ends without a word."""

    def fail(*_: object, **__: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(importlib.import_module("migrate.cli.compiling"), "compile_config", fail)
    assert run("convert").stderr == ""


def test_every_code_that_is_declared_can_be_explained() -> None:
    """In a process of its own, where only what the command asks for is loaded."""
    script = Path(sys.executable).parent / "circle2bb"
    listed = subprocess.run([script, "explain"], capture_output=True, text=True, check=True).stdout
    found = {code for path in (ROOT / "migrate").rglob("*.py") for code in DECLARED.findall(path.read_text("utf-8"))}

    assert len(found) > 100
    assert found - {line.split()[0] for line in listed.splitlines()} == set()


def test_the_summary_needs_no_colours() -> None:
    """The summary is plain text."""
    assert "\x1b" not in run("convert").stdout
    assert io.StringIO(run("convert", "--force").stdout).readline().startswith(".circleci/config.yml: ")


def test_a_huge_file_is_refused(folder: Path) -> None:
    """A file that is far larger than any config is not parsed."""
    with (folder / "huge.yml").open("wb") as file:
        file.truncate(20_000_000)

    result = run("convert", "huge.yml")

    assert result.exit_code == 3
    assert "larger than 10 MB" in result.stderr


def test_an_unreadable_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the operating system says about a file is passed on."""

    def fail(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", fail)
    result = run("convert")

    assert result.exit_code == 3
    assert result.stderr == ".circleci/config.yml: error: the file cannot be read: Permission denied\n"
