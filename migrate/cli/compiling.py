"""What every command asks that converts a config, and the conversion itself: files in, an outcome out."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click

from migrate import Outcome
from migrate import convert as compile_config
from migrate.catalog import Catalog
from migrate.choices import VALUES
from migrate.cli.candidates import additions, files
from migrate.cli.mapping_options import mappings_option
from migrate.cli.orb_options import Orbs, orb_options
from migrate.cli.reading import Parts, Project, named, project
from migrate.diagnostics import Fate

_OPTIONS = (
    click.option(
        "--choices",
        metavar="FILE",
        shell_complete=files,
        help="What you decided.  [default: circle2bb.yml beside .circleci/]",
    ),
    click.option(
        "--add",
        multiple=True,
        metavar="NAME",
        shell_complete=additions,
        help="Add a job of mappings/additions; repeatable.",
    ),
    click.option("--style", type=click.Choice(VALUES["style"]), help="How start conditions are written."),
    click.option("--layout", type=click.Choice(VALUES["layout"]), help="How the job graph is laid out."),
    mappings_option,
    click.option(
        "--continuation", metavar="FILE", shell_complete=files, help="The config that a setup config goes on with."
    ),
    orb_options,
)


class Compiling(NamedTuple):
    """The options of a conversion, as the command line has them."""

    choices: str | None
    add: tuple[str, ...]
    style: str | None
    layout: str | None
    mappings: Path | None
    continuation: str | None
    orbs: Orbs

    def outcome(self, config: str) -> tuple[Project, Outcome]:
        """The files around a config, and what it comes to; what was fetched on the way is kept."""
        given = project(config, self.choices)
        self.orbs.at(given.root)
        continuation = named(self.continuation) if self.continuation else None
        parts = Parts(given, continuation)
        outcome = compile_config(
            given.config,
            given.choices,
            add=self.add,
            catalog=Catalog(self.mappings),
            has_file=given.has_file,
            orbs=self.orbs.source,
            files=parts.file,
            continuation=continuation,
            style=self.style or "",
            layout=self.layout or "",
        )
        self.orbs.keep()
        return given._replace(others=parts.named(outcome.files)), outcome


def errors(outcome: Outcome) -> str:
    """What is wrong with a conversion, a line each."""
    found = (note for note in outcome.notes if note.code.fate is Fate.ERROR)
    return "\n".join(dict.fromkeys(str(note).replace("\n", " ") for note in found))


def compiling_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a conversion, as its argument `compiling`."""

    @functools.wraps(command)
    def called(**given: Any) -> None:  # noqa: ANN401 - click hands over whatever the options are
        own = {name: given.pop(name) for name in Compiling._fields}
        command(**given, compiling=Compiling(**own))

    for option in reversed(_OPTIONS):
        called = option(called)
    return called


__all__ = ["Compiling", "compiling_options", "errors"]
