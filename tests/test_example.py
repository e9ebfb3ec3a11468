"""The committed example: `output/` is what the README's command writes, and the README quotes it truly."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate import Source, convert
from migrate.bitbucket.model import Parallel
from migrate.cli import main

ROOT = Path(__file__).parent.parent
EXAMPLE = "examples/parlai-shape/.circleci/config.yml"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder into which the README's command has written."""
    monkeypatch.chdir(ROOT)
    before = {path: path.read_bytes() for path in (ROOT / "output").rglob("*") if path.is_file()}
    command = f"circle2bb convert {EXAMPLE} --force"
    assert f"    {command}\n" in README

    done = CliRunner().invoke(main, command.split()[1:])
    after = {path: path.read_bytes() for path in (ROOT / "output").rglob("*") if path.is_file()}
    for path, content in after.items():
        (tmp_path / path.relative_to(ROOT / "output")).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path.relative_to(ROOT / "output")).write_bytes(content)
        path.write_bytes(before[path]) if path in before else path.unlink()

    assert done.exit_code == 0, done.output
    return tmp_path


def test_the_committed_output_is_fresh(written: Path) -> None:
    """`output/` holds just what the command writes; `make demo` brings it up to date."""
    committed = {p.relative_to(ROOT / "output"): p.read_text() for p in (ROOT / "output").rglob("*") if p.is_file()}
    fresh = {p.relative_to(written): p.read_text() for p in written.rglob("*") if p.is_file()}

    assert committed == fresh


@pytest.mark.parametrize(
    ("kind", "file"), [("source", EXAMPLE), ("output", "output/bitbucket-pipelines.yml")], ids=["source", "output"]
)
def test_the_readme_quotes_truly(kind: str, file: str) -> None:
    """Every block of YAML in the README stands in the file that it is said to be from, to the letter."""
    blocks = re.findall(rf"```yaml {kind}\n(.*?)```", README, flags=re.DOTALL)

    assert blocks
    for block in blocks:
        assert block in (ROOT / file).read_text(encoding="utf-8")


def test_the_readme_opens_with_the_two_commands() -> None:
    """What a newcomer needs first stands first."""
    first = README.splitlines()[:6]

    assert any("make demo" in line for line in first)
    assert any("make test" in line for line in first)


def test_the_facade_example_runs() -> None:
    """The example in the package's docstring gives what it says."""
    import doctest

    import migrate

    assert doctest.testmod(migrate).failed == 0


SEED = ROOT.parent / "shared" / "parlai" / "config-2022-01.yml"


@pytest.mark.skipif(not SEED.is_file(), reason="ParlAI's own config is not here")
def test_the_seed_is_reproduced() -> None:
    """With the example's choices ParlAI's config becomes the three pipelines of the hand migration, in order."""
    choices = ROOT / "examples/parlai-shape/circle2bb.yml"
    outcome = convert(
        Source("config.yml", SEED.read_text(encoding="utf-8")),
        Source("circle2bb.yml", choices.read_text(encoding="utf-8")),
    )
    keys = {
        (start.section, start.pattern): [
            sorted(step.key for step in (item.steps if isinstance(item, Parallel) else (item,)))
            for item in start.pipeline
        ]
        for start in outcome.pipelines.starts
    }
    deploy = next(one.step for one in outcome.pipelines.defined if one.anchor == "ecs-deploy")
    text = outcome.text or ""

    assert keys == {
        ("pull-requests", "**"): [
            ["install-step"],
            ["build_website", "unittests_37"],
            ["crowdsourcing_tests", "teacher_tests", "unittests_38"],
        ],
        ("branches", "staging"): [["install-step"], ["build_website"]],
        ("branches", "master"): [["install-step"], ["pypi-publish"], ["ecs-deploy"]],
    }
    assert deploy.deployment == "Production"
    assert "s3cmd" not in text
    assert text.index("make") < text.index("docker build -t") < text.index("aws-ecr-push-image") < text.index("@IMAGE@")
    assert text.count("$BITBUCKET_COMMIT") == 3
    assert {file.path for file in outcome.scaffold} == {"task-definition.template.json", "website/Dockerfile"}
