"""`circle2bb explain`: what the codes of the notes mean."""

import importlib
import pkgutil

import click

import migrate
from migrate.cli.candidates import codes
from migrate.cli.exits import Misused
from migrate.diagnostics import CODES, Code
from migrate.report.counterparts import pages

NOTHING = "nothing."
"""The advice of a code that has none: what it tells of needs no hand."""
_WIDTH = 80


@click.command()
@click.argument("code", required=False, shell_complete=codes)
def explain(code: str | None) -> None:
    """Say what the CODE of a note means.

    It says why there is something to say, what became of the source, and what to do about it. Without CODE, all
    codes are listed.
    """
    load_codes()
    if code is None:
        wide = max(len(name) for name in CODES)
        for name in sorted(CODES):
            click.echo(f"{name:<{wide}}  {CODES[name].fate:<12}  {CODES[name].title}")
        return
    if code not in CODES:
        said = f"circle2bb: error: there is no code '{code}'{_near(code)}"
        raise Misused(said)
    click.echo(_explained(CODES[code]))


def load_codes() -> None:
    """Import all that says something: codes are declared where they are said, and much is loaded only when needed."""
    for found in pkgutil.walk_packages(migrate.__path__, "migrate."):
        if not found.name.startswith(("migrate.cli", "migrate.__main__")):
            importlib.import_module(found.name)


def _near(code: str) -> str:
    from difflib import get_close_matches

    found = sorted(get_close_matches(code, CODES))
    return f"; did you mean {', '.join(found)}?" if found else "; 'circle2bb explain' lists all"


def _explained(code: Code) -> str:
    from textwrap import fill

    lines = [f"{code.id} ({code.fate}): {code.title}"]
    for name, text in (("Cause", code.cause), ("Effect", code.effect), ("What to do", code.advice or NOTHING)):
        lines += ["", fill(f"{name}: {text}", _WIDTH)] if text else []
    urls = pages(code)
    return "\n".join([*lines, *(["", *urls] if urls else [])])


__all__ = ["NOTHING", "explain", "load_codes"]
