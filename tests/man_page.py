"""The man page. `python -m tests.man_page` writes docs/man/circle2bb.1 from the commands' own help.

One page for all commands, in the macros of man(7). Its date is the day on which anything else in it changed. There is a
library, click-man; it writes a page for each command, knows none that load late, and leaves groff's own characters as
they are.
"""

import datetime as dt
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from inspect import cleandoc
from pathlib import Path

import click

from migrate import __version__
from migrate.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "man" / "circle2bb.1"
EXITS = "Exit codes: "
"""How the paragraph of the program's help begins that is a section of its own here."""
FILES = {
    ".circleci/config.yml": "What is converted if no other file is named.",
    "circle2bb.yml": "Beside .circleci: what you decided. 'circle2bb init' writes one to begin with.",
    "circle2bb.lock": "Beside circle2bb.yml: the versions and digests of orbs that were fetched.",
    "bitbucket-pipelines.yml": "The pipelines: in output, or with --in-place in the repository's root.",
    "output/migration-report.md": "What changed, why, and what you must do; .json says the same for programs.",
}
ENVIRONMENT = {
    "CIRCLE2BB_CACHE": "Where the sources of orbs are kept; else circle2bb/orbs below XDG_CACHE_HOME or ~/.cache.",
    "XDG_CACHE_HOME": "Where caches are kept.",
    "CIRCLE2BB_ORB_REGISTRY": "Another registry of orbs than CircleCI's public one.",
    "CIRCLE2BB_TOKEN, BITBUCKET_TOKEN": "The token with which 'setup --apply' and '--dry-run' ask Bitbucket.",
    "CIRCLE2BB_EMAIL, BITBUCKET_EMAIL": "The account's email address, if that is an API token.",
    "CIRCLE2BB_VALUE_NAME": "The value of the variable NAME, for 'setup --apply'.",
    "CIRCLE2BB_API": "Another address than that of Bitbucket's REST API.",
    "NO_COLOR": "The summary on a terminal has no colours.",
    "TERM": "With 'dumb' the summary is plain text.",
}
_WIDE = 78
_DATE = re.compile(r'^\.TH CIRCLE2BB 1 "(?P<date>[^"]*)"', re.MULTILINE)


def page(date: str) -> str:
    """The whole page."""
    context = click.Context(main, info_name="circle2bb", **main.context_settings)
    name, *paragraphs = _paragraphs(main)
    exits = next(one for one in paragraphs if one.startswith(EXITS))
    lines = [
        f'.TH CIRCLE2BB 1 "{date}" "circle2bb {__version__}" "User Commands"',
        ".nh",  # names are no words: with a hyphen in them they cannot be copied
        ".ad l",
        ".SH NAME",
        *_text(f"circle2bb - {name[0].lower()}{name[1:].rstrip('.')}"),
        ".SH SYNOPSIS",
        *"\n.br\n".join(_usage(inner) for inner in _commands(context)).splitlines(),
        ".SH DESCRIPTION",
        *_joined([name, *(one for one in paragraphs if one != exits)]),
        ".SH OPTIONS",
        *_listed(_options(context)),
        ".PP",
        *_text("Every command has --help."),
        ".SH COMMANDS",
        *(line for inner in _commands(context) for line in _section(inner)),
        ".SH EXIT STATUS",
        *_listed(one.split(" ", 1) for one in exits.removeprefix(EXITS).rstrip(".").split("; ")),
        ".SH FILES",
        *_listed(FILES.items()),
        ".SH ENVIRONMENT",
        *_listed(ENVIRONMENT.items()),
        ".SH SEE ALSO",
        *_text("The manual, docs/index.md of the sources."),
    ]
    return "\n".join(lines) + "\n"


def fresh(old: str, today: str) -> str:
    """The page as it has to be: with the date of the old one, unless something else in it has changed."""
    found = _DATE.search(old)
    return old if found and page(found["date"]) == old else page(today)


def _commands(context: click.Context) -> Iterator[click.Context]:
    """The context of each command that does something, which knows what it is called."""
    group = context.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _commands(inner)
        else:
            yield inner


def _usage(context: click.Context) -> str:
    pieces = " ".join(context.command.collect_usage_pieces(context))
    return f"\\fB{_escaped(context.command_path)}\\fP {_escaped(pieces)}"


def _section(context: click.Context) -> Iterator[str]:
    yield f".SS {_usage(context)}"
    yield from _joined(_paragraphs(context.command))
    yield from _listed(one for one in _options(context) if not one[0].endswith("--help"))


def _options(context: click.Context) -> Iterator[tuple[str, str]]:
    """How each option is written, and what it does; arguments stand in the usage, and the text is about them."""
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record:
            yield record


def _listed(entries: Iterable[Sequence[str]]) -> Iterator[str]:
    for name, said in entries:
        yield from (".TP", f"\\fB{_escaped(name)}\\fP", *_text(said))


def _paragraphs(command: click.Command) -> list[str]:
    return [" ".join(one.split()) for one in cleandoc(command.help or "").split("\n\n")]


def _joined(paragraphs: list[str]) -> Iterator[str]:
    for number, one in enumerate(paragraphs):
        yield from ((".PP",) if number else ())
        yield from _text(one)


def _text(text: str) -> Iterator[str]:
    """Lines of text; one that begins like a request is none."""
    words = _escaped(" ".join(text.split()))
    for line in textwrap.wrap(words, _WIDE, break_long_words=False, break_on_hyphens=False):
        yield rf"\&{line}" if line.startswith(".") else line


def _escaped(text: str) -> str:
    """Characters that groff takes for its own: in names and code they are meant as they stand."""
    signs = {"\\": r"\e", "-": r"\-", "~": r"\(ti", "^": r"\(ha", "`": r"\(ga", "'": r"\(aq", "…": r"\[u2026]"}
    return "".join(signs.get(sign, sign) for sign in text)


if __name__ == "__main__":
    there = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    PAGE.write_text(fresh(there, today), encoding="utf-8")
