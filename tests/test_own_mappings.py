"""docs/mappings.md: the example of a user's own mapping is run as it stands there, and so is the mistake in it."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate import Source, convert
from migrate.catalog import Catalog
from migrate.cli import main

DOCUMENT = Path(__file__).parents[1] / "docs" / "mappings.md"
_FENCE = re.compile(r"^```(\w+)(?: title=\"(\S+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MAPPING, CONFIG, PIPELINES = "company/orbs/acme/deploy.yml", ".circleci/config.yml", "output/bitbucket-pipelines.yml"


def blocks() -> dict[str, str]:
    """The blocks of the document by the file that they are; those that are said by their first words."""
    found = _FENCE.findall(DOCUMENT.read_text(encoding="utf-8"))
    return {name or body.split()[0]: body for _, name, body in found}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the two files of the example."""
    for name in (MAPPING, CONFIG):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(blocks()[name], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_is_converted_as_it_says(repository: Path) -> None:
    """The pipelines file, below its header, and the note in the report."""
    result = CliRunner().invoke(main, ["convert", "--mappings", "company"])

    assert result.exit_code == 0, result.output
    written = (repository / PIPELINES).read_text(encoding="utf-8")
    assert written.split("\n", 1)[1].lstrip("\n") == blocks()[PIPELINES]
    outcome = convert(Source(CONFIG, blocks()[CONFIG]), catalog=Catalog(Path("company")))
    assert [f"{note}\n" for note in outcome.notes if note.code.id == "orb-dropped"] == [blocks()[f"{CONFIG}:10:9:"]]


def test_the_example_is_shown(repository: Path) -> None:
    """With its parameters in the version that is asked for, and its gaps."""
    result = CliRunner().invoke(main, ["orbs", "show", "acme/deploy@1.5", "--mappings", "company"])

    assert result.exit_code == 0, result.output
    assert "environment  enum (staging | production)  production" in result.output
    assert "commands/rollback: it is done by hand" in result.output


def test_the_mistake_is_told_as_it_says(repository: Path) -> None:
    """With file, line and column."""
    text = blocks()[MAPPING].replace("[run: acme-ship --dry", "[runn: acme-ship --dry")
    (repository / MAPPING).write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["orbs", "show", "acme/deploy", "--mappings", "company"])

    assert result.exit_code == 3
    assert result.stderr == blocks()["circle2bb:"]
