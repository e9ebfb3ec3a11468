"""The summary on a terminal: a tree that fits on the screen, in colours unless nobody wants them; else plain text."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

CONFIG = """\
version: 2.1
jobs:
  test:
    docker: [{image: 'node:22'}]
    parallelism: 4
    steps: [checkout, run: npm ci, run: npm test, store_test_results: {path: out}]
  app: {macos: {xcode: '15.3.0'}, steps: [checkout, run: xcodebuild]}
  ship:
    docker: [{image: 'node:22'}]
    steps: [checkout, add_ssh_keys: {fingerprints: [SO:ME]}, run: ./ship "$TOKEN"]
workflows:
  main:
    jobs: [test, app, hold: {type: approval}, ship: {context: live, requires: [hold]}]
"""
SGR = re.compile(r"\x1b\[([\d;]*)m")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository."""
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci" / "config.yml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def shown(folder: Path, rows: int = 24, columns: int = 80, **environment: str) -> str:
    """What `circle2bb convert` writes to a terminal of that size."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    kept = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES", "FORCE_COLOR")
    }
    command = [sys.executable, "-m", "migrate", "convert", "--force"]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[1]), "TERM": "xterm-256color", **environment},
    ) as process:
        os.close(theirs)
        text = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert process.returncode == 0
    return text.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """What comes next; nothing when the program has ended, which Linux says by an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_a_tree_says_what_became_of_it_and_what_comes_next(folder: Path) -> None:
    """Jobs, notes by fate with their codes, tasks in order, files."""
    text = SGR.sub("", shown(folder, columns=120))

    assert text.startswith(".circleci/config.yml: 4 jobs: 2 converted, 1 held, 1 left out\n├── Notes\n")
    assert re.search(r"\d dropped  .*parallelism-dropped", text)
    assert re.search(r"1\. Enable Pipelines\n", text)
    assert "output/bitbucket-pipelines.yml\n" in text


@pytest.mark.parametrize("rows", [12, 16, 24, 60])
@pytest.mark.parametrize("columns", [40, 80, 200])
def test_it_fits_on_the_screen(folder: Path, rows: int, columns: int) -> None:
    """With a line left for the prompt; no line is broken."""
    lines = SGR.sub("", shown(folder, rows, columns)).splitlines()

    assert len(lines) < rows
    assert max(map(len, lines)) <= columns


def test_nothing_is_left_out_where_there_is_room(folder: Path) -> None:
    """On a large screen all tasks and files are there; on a small one it is said how many more there are."""
    assert " more " not in shown(folder, 60)
    assert re.search(r"and \d+ more tasks", shown(folder, 14))


def test_colours_are_for_terminals_that_want_them(folder: Path) -> None:
    """NO_COLOR takes the colours, and TERM=dumb all that is no plain text."""
    assert "33" in SGR.findall(shown(folder))
    assert {code for found in SGR.findall(shown(folder, NO_COLOR="1")) for code in found.split(";")} <= {
        "",
        "0",
        "1",
        "2",
    }
    assert not SGR.findall(shown(folder, TERM="dumb"))
    assert "Next:\n  1. Enable Pipelines\n" in shown(folder, TERM="dumb")
