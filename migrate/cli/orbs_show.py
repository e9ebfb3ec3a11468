"""`circle2bb orbs show`: what is known about an orb."""

from pathlib import Path

import click

from migrate.catalog import SEPARATOR, Catalog
from migrate.circleci import mapped
from migrate.circleci.orbs import LEGAL, is_orb, parse
from migrate.cli.candidates import orbs
from migrate.cli.exits import Misused
from migrate.cli.mapping_options import mappings_option
from migrate.diagnostics import CatalogError, Notes
from migrate.lower.plan.additions import STEPS
from migrate.report.orbs import Row, shown
from migrate.yamlio.read import read


@click.command()
@click.argument("reference", metavar="REF", shell_complete=orbs)
@mappings_option
def show(reference: str, mappings: Path | None) -> None:
    """Show what is mapped of an orb REF, such as circleci/node or circleci/node@5.1.

    Its commands, jobs and executors with their parameters in that version, what is missing, and examples.
    """
    asked = parse(reference)
    name = asked.orb if asked else reference
    if not is_orb(name):
        said = f"'{reference}' is no orb; write namespace/name, or {LEGAL}"
        raise click.UsageError(said)
    catalog = Catalog(mappings)
    found = catalog.orb_file(name)
    if found is None:
        near = f" ('circle2bb orbs fetch {reference}' fetches it)" if asked else ""
        said = f"circle2bb: error: there is no mapping of {name}; its source is taken{near}, or its steps fail"
        raise Misused(said)
    text, _, proof = found[1].partition(SEPARATOR)
    facts = mapped.load(found[0], text)
    if wrong := mapped.complaints(facts, STEPS):
        raise CatalogError("\n".join(wrong))
    if asked and not facts.covers(asked):
        click.echo(f"circle2bb: {asked} is none of the versions that were read, {facts.shown}", err=True)
    examples = read(proof, found[0], Notes()) if proof else None
    click.echo(shown(Row(name, facts), asked, examples), nl=False)


__all__ = ["show"]
