"""Scripts have no error that shellcheck finds, unless a command of the source has it, too.

A pipeline's script is read whole, as Bitbucket runs it; a command of the source by itself, as CircleCI runs it.
"""

import json
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from migrate import Outcome, Source, convert
from migrate.bitbucket.model import Command
from tests import golden, laws
from tests.lines import command
from tests.running.circleci_job import COMMANDS
from tests.samples import SHARED, samples

SHELLCHECK = Path(sysconfig.get_path("scripts"), "shellcheck")
needs_samples = pytest.mark.skipif(not SHARED.is_dir(), reason="the samples do not lie beside the checkout")

pytestmark = pytest.mark.xdist_group("samples")


class Found(NamedTuple):
    """An error: what shellcheck calls it, and the line that has it, without the blanks at its ends."""

    code: int
    line: str


def errors(texts: Iterable[str], folder: Path) -> dict[str, set[Found]]:
    """The errors of texts, for each text that has any; no texts have none."""
    folder.mkdir()
    files = {str(folder / f"{number}.sh"): text for number, text in enumerate(dict.fromkeys(texts))}
    for name, text in files.items():
        Path(name).write_text(f"{text}\n", encoding="utf-8", errors="replace")
    if not files:
        return {}
    asked = ["--norc", "--shell=bash", "--severity=error", "--format=json"]
    done = subprocess.run([SHELLCHECK, *asked, *files], capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    found: dict[str, set[Found]] = {}
    for one in json.loads(done.stdout):
        text = files[one["file"]]
        lines = Path(one["file"]).read_text(encoding="utf-8").split("\n")
        found.setdefault(text, set()).add(Found(one["code"], lines[one["line"] - 1].strip()))
    return found


def scripts(outcome: Outcome) -> Iterator[str]:
    """The scripts and after-scripts of an outcome, each as one text."""
    for start in outcome.pipelines.starts:
        for step in start.steps:
            for items in (step.script, step.after_script):
                yield "\n".join(item.text for item in items if isinstance(item, Command))


def commands(outcome: Outcome) -> Iterator[str]:
    """The commands of all jobs, as the source has them."""
    for job in outcome.before.jobs:
        yield from (command(call.body) for call in job.steps if call.step in COMMANDS)


def gained(outcomes: Mapping[str, Outcome], folder: Path) -> dict[str, set[Found]]:
    """The errors that scripts have and the commands of their config have not, by config."""
    folder.mkdir(exist_ok=True)
    after = errors((text for one in outcomes.values() for text in scripts(one)), folder / "after")
    found = {name: {one for text in scripts(outcomes[name]) for one in after.get(text, ())} for name in outcomes}
    wrong = [name for name, ones in found.items() if ones]
    before = errors((text for name in wrong for text in commands(outcomes[name])), folder / "before")
    for name in wrong:
        had = {one.code for text in commands(outcomes[name]) for one in before.get(text, ())}
        found[name] = {one for one in found[name] if one.code not in had}
    return {name: ones for name, ones in found.items() if ones}


def test_no_golden_gains_an_error(tmp_path: Path) -> None:
    """Every spec and case."""
    outcomes = {config.id: config.convert() for config in golden.configs()}

    assert gained({name: one for name, one in outcomes.items() if one.text is not None}, tmp_path) == {}


@needs_samples
def test_no_other_config_gains_an_error(tmp_path: Path) -> None:
    """Every config and example of other people's."""
    outcomes = {sample.path.name: sample.outcome for sample in samples() if sample.outcome.text is not None}

    assert len(outcomes) > 500
    assert gained(outcomes, tmp_path) == {}


@needs_samples
def test_every_script_of_other_configs_is_bash() -> None:
    """Also where a command is none: then a bash of its own reads it, and fails."""
    texts = {text: sample.path.name for sample in samples() for text in scripts(sample.outcome)}
    wrong = {name: said for text, name in texts.items() if (said := laws.syntax_error(text))}

    assert wrong == {}


def test_an_error_would_be_found(tmp_path: Path) -> None:
    """What only the script has is told; what the source has, too, is not."""
    config = "version: 2.1\njobs:\n  build:\n    docker: [{image: x}]\n    steps: [{run: '%s'}, {run: make}]\n"
    clean, broken = (convert(Source("config.yml", config % text)) for text in ("make one", "make || exit -1"))
    worse = clean._replace(pipelines=broken.pipelines)

    assert gained({"broken": broken}, tmp_path / "a") == {}
    assert {one.code for one in gained({"worse": worse}, tmp_path / "b")["worse"]} == {2242}
