"""The manual: its examples are run, its links lead somewhere, and it is built without a complaint."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import manual

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<path>[^)#\s:]*)(?:#(?P<anchor>[^)\s]+))?\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
WRITTEN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")])


@pytest.mark.parametrize("page", manual.PAGES)
def test_the_examples_are_true(page: str) -> None:
    """Files are written as they stand there, commands print what is said."""
    manual.check(page)


@pytest.mark.parametrize(
    ("said", "now", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nb\n", "a\nb\n", True),
        ("a\n...\n", "b\n", False),
        ("...\n", "", True),
    ],
)
def test_dots_stand_for_lines(said: str, now: str, same: bool) -> None:
    """A page may leave lines out, and nothing else."""
    assert manual.same(said, now) is same


def test_the_programs_are_typed(tmp_path: Path) -> None:
    """Who writes such a program is told by the strictest type checker what is wrong with it: the API has types."""
    programs = {name: text for page in manual.PAGES for name, text in manual.programs(page).items()}
    for name, text in programs.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    checked = _typed(tmp_path)

    assert len(programs) > 1
    assert (checked.returncode, checked.stdout) == (0, f"Success: no issues found in {len(programs)} source files\n")


def test_the_type_checker_sees_the_api(tmp_path: Path) -> None:
    """A wrong use is found, so that the test above does not pass because all is `Any`."""
    wrong = "from migrate import Source, convert\nlength: int = convert(Source('a', '')).text\n"
    (tmp_path / "wrong.py").write_text(wrong, encoding="utf-8")

    assert '"str | None", variable has type "int"' in _typed(tmp_path).stdout


def _typed(folder: Path) -> subprocess.CompletedProcess[str]:
    """What mypy says of the programs in a folder."""
    command = [sys.executable, "-m", "mypy", "--strict", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file of the repository names one that is there, and a heading of it."""
    dead = []
    for link in _LINK.finditer(_CODE.sub("`", page.read_text(encoding="utf-8"))):
        there = (page.parent / link["path"]).resolve() if link["path"] else page
        if not there.exists() or (link["anchor"] and there.suffix == ".md" and link["anchor"] not in _anchors(there)):
            dead.append(link[0])
    assert dead == []


def test_it_is_built_without_a_complaint(tmp_path: Path) -> None:
    """Each page has its place, and every page is in the menu."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)

    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    assert (tmp_path / "site" / "start" / "index.html").is_file()


def _anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    lines = _CODE.sub("", page.read_text(encoding="utf-8")).splitlines()
    return {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ")).strip().lower().replace(" ", "-")
        for line in lines
        if line.startswith("#")
    }
