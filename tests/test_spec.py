"""The spec files: each behaviour's config gives just the pipelines and the report that stand below it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import golden

SPEC_FILES = sorted(golden.SPECS.rglob("*"))
BEHAVIOURS = list(golden.behaviours())

EXAMPLE = """# a construct

Prose. https://circleci.com/docs/x https://support.atlassian.com/bitbucket-cloud/docs/y

## it stays

```yaml circleci
version: 2.1
jobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}
```
"""


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda b: b.id)
def test_behaviour(behaviour: golden.Behaviour, update_goldens: bool) -> None:
    """A behaviour's blocks are what the converter writes, byte for byte; a block that is missing differs."""
    if update_goldens:
        golden.rewrite(behaviour)
        return

    assert behaviour.expected() == behaviour.actual()


@pytest.mark.parametrize("path", [p for p in SPEC_FILES if p.is_file()], ids=lambda p: p.name)
def test_spec_file_is_well_formed(path: Path, update_goldens: bool) -> None:
    """A spec file has prose with both documentations, then behaviours with all blocks and no others."""
    if update_goldens:
        return

    assert path.suffix == ".md"
    assert path.parent.parent == golden.SPECS
    assert list(golden.complaints(path, path.read_text(encoding="utf-8"))) == []


def test_there_are_spec_files() -> None:
    """Walking the folder finds something: an empty walk would let everything pass."""
    assert len(BEHAVIOURS) > 1


def test_a_missing_golden_fails() -> None:
    """A behaviour without its output block does not equal what comes out."""
    behaviour = BEHAVIOURS[0]

    assert golden.without(behaviour, "text report").expected() != behaviour.actual()


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (EXAMPLE, "it needs"),
        (EXAMPLE.replace("https://circleci.com/docs/x", ""), "no link to https://circleci.com"),
        (EXAMPLE.replace("## it stays", ""), "no behaviour"),
        (EXAMPLE + "```yaml gitlab\nx\n```\n", "yaml gitlab"),
        (EXAMPLE + "```\nx\n```\n", "has no name"),
        (EXAMPLE + "```text report\n", "not closed"),
    ],
)
def test_a_broken_spec_file_fails(broken: str, complaint: str) -> None:
    """Blocks that are missing, unknown, unnamed or unclosed are complained of."""
    assert complaint in "; ".join(golden.complaints(Path("x.md"), broken))


def test_rewriting_writes_what_is_missing(tmp_path: Path) -> None:
    """Rewritten, the example is complete; rewritten again, it does not change."""
    path = tmp_path / "area" / "construct.md"
    path.parent.mkdir()
    path.write_text(EXAMPLE + "\n## again\n\n```yaml circleci\nversion: 3\n```\n\nAfterwards.\n")
    for behaviour in golden.parse(path, path.read_text()):
        golden.rewrite(behaviour)
    once = path.read_text()
    for behaviour in golden.parse(path, once):
        golden.rewrite(behaviour)

    assert list(golden.complaints(path, once)) == []
    assert all(behaviour.expected() == behaviour.actual() for behaviour in golden.parse(path, once))
    assert golden.NOTHING in once
    assert "Afterwards.\n" in once
    assert path.read_text() == once


def test_goldens_are_not_rewritten_in_ci() -> None:
    """`--update-goldens` is refused where CI is set."""
    command = [sys.executable, "-m", "pytest", "--update-goldens", "--collect-only", "-q", str(Path(__file__))]
    env = os.environ | {"CI": "true"}
    done = subprocess.run(command, cwd=Path(__file__).parents[1], env=env, capture_output=True, text=True, check=False)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "refused where CI is set" in done.stderr
