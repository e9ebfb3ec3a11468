"""The loop around a command that is run again: run by bash, as Bitbucket runs a script."""

import subprocess
from pathlib import Path

import pytest

from migrate import Source, convert
from tests import laws

CONFIG = """version: 2.1
jobs:
  build:
    docker: [{image: alpine}]
    steps:
      - run:
          command: |
            X=leaked
            echo try >> tries
            cd /
            test $(wc -l < "$OLDPWD/tries") -ge NEEDED
            echo through
          max_auto_reruns: 2
      - run: echo "after in ${PWD##*/}, X=${X:-}"
"""


@pytest.mark.parametrize(("needed", "tries", "ends"), [(1, 1, 0), (3, 3, 0), (4, 3, 1)])
def test_a_command_is_run_until_it_succeeds(needed: int, tries: int, ends: int, tmp_path: Path) -> None:
    """It is run again as often as allowed; then the script fails, and what follows does not run."""
    outcome = convert(Source("config.yml", CONFIG.replace("NEEDED", str(needed))))
    step = next(laws.steps(laws.document(outcome)))
    there = tmp_path / "clone"
    there.mkdir()

    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(step["script"])], cwd=there, capture_output=True, text=True, check=False
    )

    assert (there / "tries").read_text().count("try") == tries
    assert done.returncode == ends
    assert done.stdout == ("through\nafter in clone, X=\n" if ends == 0 else "")
