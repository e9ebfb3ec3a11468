"""docs/setup.md: its commands are run in their order, against one repository, and print what stands there."""

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli import main
from migrate.setup.api import API
from tests.bitbucket_api import BASIC, EMAIL, TOKEN, Bitbucket, serving

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "setup.md"
_BLOCK = re.compile(r"^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_is_true(monkeypatch: pytest.MonkeyPatch, update_goldens: bool) -> None:
    """Each command prints what the page says, and what is said to be left is then done."""
    monkeypatch.chdir(ROOT)
    for name in list(os.environ):
        if name.startswith(("CIRCLE2BB_", "BITBUCKET_")):
            monkeypatch.delenv(name)
    page = PAGE.read_text(encoding="utf-8")
    codes: list[int] = []
    with serving(Bitbucket(login=BASIC)) as bitbucket:
        for name, value in (("API", bitbucket.address), ("TOKEN", TOKEN), ("EMAIL", EMAIL)):
            monkeypatch.setenv(f"CIRCLE2BB_{name}", value)

        def run(block: re.Match[str]) -> str:
            lines = [line for line in block["body"].splitlines() if line.startswith("$ ")]
            printed = ""
            for words in (shlex.split(line[2:]) for line in lines):
                if words[0] == "export":
                    name, _, value = words[1].partition("=")
                    monkeypatch.setenv(name, value)
                else:
                    done = CliRunner().invoke(main, words[1:])
                    codes.append(done.exit_code)
                    printed += done.stdout.replace(bitbucket.address, API)
            return "\n".join(["```console", *lines, printed.rstrip("\n"), "```"])

        fresh = _BLOCK.sub(run, page)
    if update_goldens:
        PAGE.write_text(fresh, encoding="utf-8")

    assert fresh == PAGE.read_text(encoding="utf-8")
    assert codes == [0, 1, 1, 0]
