"""The man page says what the commands say, and groff and mandoc read it without a complaint."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from migrate.cli import main
from tests import man_page

ROOT = Path(__file__).parents[1]
OURS = re.compile(r"\b(?:CIRCLE2BB_[A-Z]+(?:_[A-Z]+)*|BITBUCKET_(?:TOKEN|EMAIL)|NO_COLOR)\b")
"""The variables of our own; those of a run (BITBUCKET_COMMIT) are not read but written about."""
TEXT = man_page.PAGE.read_text(encoding="utf-8")


def test_the_page_is_as_the_commands_are() -> None:
    """Else `python -m tests.man_page` writes it anew."""
    assert man_page.fresh(TEXT, "2000-01-01") == TEXT


def test_the_date_is_that_of_a_change() -> None:
    """What has not changed keeps its date, what has gets a new one; so does a page that is not there yet."""
    assert '"2000-01-01"' in man_page.fresh(TEXT.replace("roll", "role"), "2000-01-01")
    assert '"2000-01-01"' in man_page.fresh("", "2000-01-01")


def test_every_command_and_option_is_there() -> None:
    """As they are typed: with groff's minus, not with its hyphen."""
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command
        assert rf"\fBcircle2bb {name}" in TEXT
        for option in (option for one in command.params if isinstance(one, click.Option) for option in one.opts):
            assert option.replace("-", r"\-") in TEXT


def test_every_variable_of_the_environment_is_there() -> None:
    """Each of our own that the command line reads, and none that it does not."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "migrate" / "cli").glob("*.py"))
    read = {name.replace("_VALUE_NAME", "_VALUE") for name in OURS.findall(sources)}
    told = {name.replace("_VALUE_NAME", "_VALUE") for name in OURS.findall(" ".join(man_page.ENVIRONMENT))}

    assert read
    assert told - {"NO_COLOR"} == read - {"NO_COLOR"}  # NO_COLOR is rich's


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            one, id=one[0], marks=pytest.mark.skipif(shutil.which(one[0]) is None, reason=f"{one[0]} is not installed")
        )
        for one in (
            ("mandoc", "-T", "lint", "-W", "style"),
            ("groff", "-man", "-T", "utf8", "-ww", "-z"),
            ("man", "--warnings", "--encoding", "UTF-8", "--local-file"),
        )
    ],
)
def test_no_reader_complains(command: tuple[str, ...]) -> None:
    """Neither about a request, nor about style."""
    read = subprocess.run([*command, man_page.PAGE], capture_output=True, text=True, check=False)

    assert (read.returncode, read.stderr) == (0, "")
    assert command[0] == "man" or read.stdout == ""
