"""`migrate` as a library: what it exports is there, and costs nothing until it is asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import migrate
from migrate import Source, convert, summarise
from migrate.report import markdown
from tests.manual import DOCS

ROOT = Path(__file__).parents[1]
CONFIG = "{version: 2.1, jobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}}"


@pytest.mark.parametrize("name", migrate.__all__)
def test_what_is_exported_is_there(name: str) -> None:
    """Each name gives what it says, and is shown by the manual."""
    found = getattr(migrate, name)

    assert name.startswith("__") or found.__name__ == name
    assert name.startswith("__") or f"`{name}`" in (DOCS / "python.md").read_text(encoding="utf-8")


def test_type_checkers_are_told_the_same_modules() -> None:
    """The imports that only type checkers see name the modules that the program loads."""
    tree = ast.parse((ROOT / "migrate" / "__init__.py").read_text(encoding="utf-8"))
    (checking,) = (one for one in tree.body if isinstance(one, ast.If))
    told = {one.module: tuple(a.name for a in one.names) for one in checking.body if isinstance(one, ast.ImportFrom)}

    assert told == migrate._MODULES


def test_what_is_not_there_is_no_attribute() -> None:
    """As with any module."""
    with pytest.raises(AttributeError, match="module 'migrate' has no attribute 'nothing'"):
        _ = migrate.nothing


def test_importing_loads_no_compiler() -> None:
    """The command line imports the package for its version: `circle2bb --help` need not wait for the rest."""
    program = "import sys, migrate; print(*(name for name in sys.modules if name.startswith('migrate.')))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "\n"


def test_a_summary_knows_what_was_read() -> None:
    """Its version is the tool's, and its files are the config's and those that the caller names."""
    summary = summarise(convert(Source("config.yml", CONFIG)), ("circle2bb.yml",))

    assert summary.version == migrate.__version__
    assert summary.files == ("config.yml", "circle2bb.yml")


def test_a_report_without_links_names_places() -> None:
    """Where no file is known to lie near the report, a place is no link."""
    report = markdown.render(summarise(convert(Source("config.yml", CONFIG))))

    assert "config.yml" in report
    assert "](config.yml" not in report
