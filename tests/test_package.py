"""The wheel: what is in it, and that it works on a machine that has nothing else of ours."""

import os
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from migrate import __version__

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "examples" / "parlai-shape" / ".circleci" / "config.yml"

pytestmark = pytest.mark.xdist_group("package")  # the wheel is built, and installed, once

OURS = ("COV", "PYTEST", "PYTHON", "VIRTUAL_ENV")
"""How the environment variables begin that would lead the new interpreter back to this one."""


def run(*command: str | Path, cwd: Path) -> str:
    """The output of a command that must succeed, run as if from a shell of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh virtual environment that the wheel was installed into."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    run(commands / "python", "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return commands


def test_the_wheel_holds_the_mappings(wheel: Path) -> None:
    """Every file of `mappings/` is in the wheel, inside the package, and nothing besides."""
    with ZipFile(wheel) as opened:
        inside = set(opened.namelist())
    files = [path for path in (ROOT / "mappings").rglob("*") if path.is_file()]
    mappings = {f"migrate/{path.relative_to(ROOT).as_posix()}" for path in files}

    assert mappings
    assert mappings <= inside
    data = f"circle2bb-{__version__}.data"
    assert {name.split("/")[0] for name in inside} == {"migrate", f"circle2bb-{__version__}.dist-info", data}
    assert {name for name in inside if name.startswith(data)} == {f"{data}/data/share/man/man1/circle2bb.1"}


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    """Version, licence and command are in the metadata."""
    info = f"circle2bb-{__version__}.dist-info"
    with ZipFile(wheel) as opened:
        metadata = opened.read(f"{info}/METADATA").decode()
        commands = opened.read(f"{info}/entry_points.txt").decode()
        licence = opened.read(f"{info}/licenses/LICENSE").decode()

    assert "License-Expression: MIT" in metadata
    assert "circle2bb = migrate.cli:run" in commands
    assert licence == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_installed_command_knows_its_version(installed: Path, tmp_path: Path) -> None:
    """The command that was installed is the one that was built."""
    assert __version__ in run(installed / "circle2bb", "--version", cwd=tmp_path)


def test_the_man_page_is_installed(installed: Path) -> None:
    """Beside the folder of commands, where `man` finds it by the command's own place."""
    page = installed.parent / "share" / "man" / "man1" / "circle2bb.1"

    assert page.read_bytes() == (ROOT / "docs" / "man" / "circle2bb.1").read_bytes()


def test_the_installed_command_converts_from_anywhere(installed: Path, tmp_path: Path) -> None:
    """In a folder with nothing of ours, the installed command writes what the checkout's command writes."""
    here = Path(sys.executable).parent / "circle2bb"
    run(installed / "circle2bb", "convert", CONFIG, "--output", "fresh", cwd=tmp_path)
    run(here, "convert", CONFIG, "--output", "checkout", cwd=tmp_path)

    written = {path.name: path.read_bytes() for path in (tmp_path / "fresh").iterdir() if path.is_file()}
    assert {"bitbucket-pipelines.yml", *(f"migration-report.{kind}" for kind in ("html", "json", "md"))} <= set(written)
    expected = {path.name: path.read_bytes() for path in (tmp_path / "checkout").iterdir() if path.is_file()}
    assert written == expected
