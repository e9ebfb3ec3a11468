"""The pages of the manual: the files that they name are written, their commands run, and what they print is compared.

In a page of `docs/`, in its order:

    ```yaml title=".circleci/config.yml"     a file, which is written; one below `output/` is quoted: it has these lines
    ```console                               commands behind `$ `, each with what it prints; a line `...` stands for any
    ```python title="convert.py"             a program, which is written; `$ python convert.py` runs it
    ```bash                                  what is not run here, such as an installation

`python -m tests.manual` writes anew what the commands print and what is quoted as a whole; read the diff.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from migrate.cli import main

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("index", "start", "report", "choices", "orb-sources", "checking", "many", "limits", "python")
_FENCE = re.compile(r"^```(?P<kind>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_ANY = "..."


class PageError(Exception):
    """A page says what is not so, or has a block that nothing is known to be done with."""


def path_of(page: str) -> Path:
    """The file of a page."""
    return DOCS / f"{page}.md"


def check(page: str) -> None:
    """Run a page; raises PageError at the first thing that is not as it says."""
    with _folder():
        for block in _FENCE.finditer(path_of(page).read_text(encoding="utf-8")):
            _checked(block["kind"], block["title"] or "", block["body"])


def fresh(page: str) -> str:
    """The page with what its commands print now; blocks that still hold stay, with their `...`."""
    with _folder():
        return _FENCE.sub(_again, path_of(page).read_text(encoding="utf-8"))


@contextmanager
def _folder() -> Iterator[None]:
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


def _again(block: re.Match[str]) -> str:
    kind, title, body = block["kind"], block["title"] or "", block["body"]
    if kind == "console":
        printed = "".join(f"$ {command}\n{said if same(said, now) else now}" for command, said, now in _run(body))
        return f"```console\n{printed}```"
    _checked(kind, title, body)
    return block[0]


def _checked(kind: str, title: str, body: str) -> None:
    if kind == "console":
        for command, said, now in _run(body):
            if not same(said, now):
                wrong = f"'{command}' prints:\n{now}"
                raise PageError(wrong)
    elif title.startswith("output/"):
        text = Path(title).read_text(encoding="utf-8")
        if not same(f"{_ANY}\n{body}{_ANY}\n", text):
            wrong = f"'{title}' does not have:\n{body}but is:\n{text}"
            raise PageError(wrong)
    elif title:
        Path(title).parent.mkdir(parents=True, exist_ok=True)
        Path(title).write_text(body, encoding="utf-8")
    elif kind not in ("bash", "text", "python"):
        wrong = f"a block of {kind} has no title"
        raise PageError(wrong)


def _run(body: str) -> Iterator[tuple[str, str, str]]:
    """Each command of a block, with what the page says that it prints, and with what it prints."""
    code = 0
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        words = shlex.split(command, comments=True)
        if words == ["echo", "$?"]:
            yield command, said, f"{code}\n"
        elif words[:1] == ["circle2bb"]:
            result = CliRunner().invoke(main, words[1:], prog_name="circle2bb")
            if result.exception and not isinstance(result.exception, SystemExit):
                raise result.exception
            code = result.exit_code
            yield command, said, result.output
        elif words[:1] == ["python"]:
            code, printed = _program(words[1:])
            yield command, said, printed
        else:
            wrong = f"'{command}' is no command that a page may have"
            raise PageError(wrong)


def _program(words: list[str]) -> tuple[int, str]:
    """The exit code of a program of the page, and what it prints on either stream."""
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent)}
    done = subprocess.run(
        [sys.executable, *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def programs(page: str) -> dict[str, str]:
    """The programs of a page, by the names of their files."""
    found = _FENCE.finditer(path_of(page).read_text(encoding="utf-8"))
    return {block["title"]: block["body"] for block in found if block["kind"] == "python" and block["title"]}


def same(said: str, now: str) -> bool:
    """Whether a text is what is said, where a line `...` stands for any lines, or for none."""
    parts = [".*\n" if line.strip() == _ANY else re.escape(f"{line}\n") for line in said.splitlines()]
    whole = "".join(f"(?s:{part[:-1]}\n|)" if part == ".*\n" else part for part in parts)
    return re.fullmatch(whole, now if now.endswith("\n") or not now else f"{now}\n") is not None


if __name__ == "__main__":
    for name in PAGES:
        text = fresh(name)
        path_of(name).write_text(text, encoding="utf-8")
