"""The report for programs: the JSON holds to its published schema, SARIF to its own."""

import json as standard_json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from sarif_pydantic import Sarif

from migrate import Outcome
from migrate.cli import main
from migrate.diagnostics import CODES
from migrate.report import json, sarif
from migrate.report.sarif import Finding
from migrate.report.summary import summarise
from tests import golden

SCHEMA = Path(__file__).parents[1] / "docs" / "migration-report.schema.json"
CONFIGS = tuple({(config.text, config.choices): config for config in golden.configs()}.values())
CONFIG = """\
version: 2.1
orbs: {paint: acme/paint@1}
commands: {prepare: {steps: [run: {command: make, no_output_timeout: 1h}]}}
jobs:
  build: {docker: [{image: cimg/base:current}], steps: [checkout, prepare, paint/walls]}
"""


@cache
def schema() -> Draft202012Validator:
    """The published schema, which is one itself."""
    text = standard_json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(text)
    return Draft202012Validator(text)


@cache
def outcome(config: golden.Config) -> Outcome:
    """What a config comes to."""
    return config.convert()


def logged(result: Outcome) -> dict[str, Any]:
    """The SARIF log of a conversion."""
    remarks = summarise(result, "1.2.3").remarks
    text = sarif.render((Finding(one.note, one.target) for one in remarks), "1.2.3")
    found: dict[str, Any] = standard_json.loads(text)
    return found


@pytest.mark.parametrize("config", CONFIGS[::3], ids=lambda config: config.id)
def test_the_json_holds_to_its_schema(config: golden.Config) -> None:
    """In every third golden; a key that the schema does not know fails, and so does one that is missing."""
    report = standard_json.loads(json.render(summarise(outcome(config), "1.2.3")))

    assert [error.message for error in schema().iter_errors(report)] == []


def test_the_schema_refuses_what_is_none() -> None:
    """A report with another fate, one without its notes, one with a key too many."""
    report = standard_json.loads(json.render(summarise(golden.Config("", CONFIG).convert(), "1.2.3")))
    fate = standard_json.loads(standard_json.dumps(report).replace('"error"', '"eroror"'))

    for broken in (fate, {k: v for k, v in report.items() if k != "notes"}, report | {"more": 1}):
        assert not schema().is_valid(broken)


@pytest.mark.parametrize("config", CONFIGS[1::5], ids=lambda config: config.id)
def test_sarif_is_read_by_others(config: golden.Config) -> None:
    """Each note is a result with its rule, its place and a fingerprint of its own."""
    result = outcome(config)
    (run,) = Sarif.model_validate(logged(result)).runs

    assert [one.rule_id for one in run.results or ()] == [note.code.id for note in result.notes]
    rules = [rule.id for rule in run.tool.driver.rules or ()]
    assert rules == sorted(set(rules))
    assert all(rules[one.rule_index or 0] == one.rule_id for one in run.results or ())


def test_a_rule_says_what_to_do() -> None:
    """A viewer shows the advice of a code as its help; a code without advice has none."""
    rules = logged(golden.Config("", CONFIG).convert())["runs"][0]["tool"]["driver"]["rules"]

    assert rules
    assert {rule["id"]: rule.get("help", {"text": ""})["text"] for rule in rules} == {
        rule["id"]: CODES[rule["id"]].advice for rule in rules
    }


def test_a_result_tells_the_way_to_it() -> None:
    """The place in the user's file, the command that it came through, the line of the step."""
    results = logged(golden.Config("", CONFIG).convert())["runs"][0]["results"]
    (found,) = (one for one in results if one["ruleId"] == "no-output-timeout")

    assert found["level"] == "warning"
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "config.yml"
    related = [one["physicalLocation"] for one in found["relatedLocations"]]
    assert {place["artifactLocation"]["uri"] for place in related} == {"config.yml", "bitbucket-pipelines.yml"}


def test_a_fingerprint_does_not_move_with_the_lines() -> None:
    """A comment above all of it changes no fingerprint."""

    def marks(text: str) -> list[str]:
        results = logged(golden.Config("", text).convert())["runs"][0]["results"]
        return [one["partialFingerprints"]["said/v1"] for one in results]

    assert marks(CONFIG) == marks(f"# a shop\n{CONFIG}")
    assert len(set(marks(CONFIG))) == len(marks(CONFIG))


def test_convert_writes_sarif_when_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the other reports."""
    (tmp_path / ".circleci").mkdir()
    (tmp_path / ".circleci" / "config.yml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(main, ["convert", "--sarif"])

    log = standard_json.loads((tmp_path / "output" / "migration-report.sarif").read_text(encoding="utf-8"))
    places = [one["locations"][0]["physicalLocation"] for one in log["runs"][0]["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {".circleci/config.yml"}
