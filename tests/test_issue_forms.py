"""The forms in which somebody reports an issue: GitHub takes them, and what they tell people to call is there.

Bitbucket has no such forms. The same questions are asked there in words (CONTRIBUTING.md).
"""

import re
from pathlib import Path

import click
import pytest
import yaml
from check_jsonschema import main as check
from click.testing import CliRunner

from migrate.cli import main
from migrate.cli.explain import load_codes
from migrate.diagnostics import CODES

ROOT = Path(__file__).parents[1]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
CALLED = re.compile(r"`circle2bb (?P<words>[^`]+)`")
PAGE = re.compile(r"docs/[a-z-]+\.md")
"""A page that a form sends people to."""


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_github_takes_it(form: Path) -> None:
    """By the schema that check-jsonschema carries; each field has an id of its own, which that cannot say."""
    result = CliRunner().invoke(check, ["--builtin-schema", "vendor.github-issue-forms", str(form)])
    assert result.exit_code == 0, result.output
    fields = [field["id"] for field in yaml.safe_load(form.read_text(encoding="utf-8"))["body"] if "id" in field]
    assert len(fields) == len(set(fields))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_what_it_tells_people_to_call_is_there(form: Path) -> None:
    """Commands with their options, codes and pages."""
    text = form.read_text(encoding="utf-8")
    for called in CALLED.finditer(text):
        options = [word for word in called["words"].split() if word.startswith("-")]
        names = [word for word in called["words"].split() if not word.startswith("-")]
        command: click.Command = main
        for name in names:
            assert isinstance(command, click.Group)
            found = command.get_command(click.Context(command), name)
            assert found, f"there is no {called[0]}"
            command = found
        assert set(options) <= {option for one in command.params for option in one.opts}
    assert all((ROOT / page).is_file() for page in PAGE.findall(text))


def test_there_is_one_for_each_kind() -> None:
    """Under names that differ, in an order that the file names give; a code that is an example is one."""
    names = [yaml.safe_load(form.read_text(encoding="utf-8"))["name"] for form in FORMS]

    assert names == ["A wrong conversion", "An orb to map", "A construct of CircleCI's", "A crash"]
    load_codes()
    assert "unread-key" in CODES
