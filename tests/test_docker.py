"""The Dockerfile: its linter has nothing to say, and what it copies is all that an installation needs.

No test builds the image: that takes a docker daemon and the network.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
COPIED = [words[1:-1] for words in map(str.split, LINES) if words[:1] == ["COPY"] and "--from=built" not in words]


def test_the_linter_has_nothing_to_say() -> None:
    """It knows what is seldom meant."""
    linter = shutil.which("hadolint", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if linter is None:
        pytest.skip("there is no hadolint for this platform")
    done = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_who_runs_it_is_not_root_and_the_base_is_pinned() -> None:
    """All stages begin with the one base, whose digest is named."""
    (user,) = [line for line in LINES if line.startswith("USER ")]
    bases = [line.split()[1] for line in LINES if line.startswith("FROM ")]

    assert all(int(one) > 0 for one in user.removeprefix("USER ").split(":"))
    assert "@sha256:" in bases[0]
    assert bases[1:] == ["base", "base"]
    assert 'ENTRYPOINT ["circle2bb"]' in LINES


def test_nothing_is_sent_that_is_not_copied() -> None:
    """The list of what docker is given has the sources of all copies, and no others."""
    given = [line.removeprefix("!") for line in IGNORED if line.startswith("!")]

    assert "*" in IGNORED
    assert sorted(given) == sorted(name for names in COPIED for name in names)


def test_what_is_copied_is_enough(tmp_path: Path) -> None:
    """A wheel can be built of it, with the mappings and the man page in it."""
    source = tmp_path / "source"
    for name in (name for names in COPIED for name in names):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name)
        else:
            shutil.copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source)]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as opened:
        inside = set(opened.namelist())
    ours = {f"migrate/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "mappings").rglob("*.yml")}
    assert ours <= inside
    assert any(name.endswith("circle2bb.1") for name in inside)
