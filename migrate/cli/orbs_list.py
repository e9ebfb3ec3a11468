"""`circle2bb orbs list`: the orbs that are mapped."""

from pathlib import Path

import click

from migrate.catalog import Catalog
from migrate.circleci import mapped
from migrate.cli.mapping_options import mappings_option
from migrate.report.orbs import Row, listing


@click.command(name="list")
@mappings_option
def list(mappings: Path | None) -> None:  # noqa: A001 - the command is called so
    """List the orbs that are mapped: for which versions, and how much of them.

    What a mapping lacks is taken from the orb's own source, if it is there (see 'circle2bb orbs fetch'); else the
    step that uses it fails.
    """
    catalog = Catalog(mappings)
    found = ((orb, catalog.orb(orb)) for orb in catalog.orbs())
    click.echo(listing(Row(orb, mapped.load(*text)) for orb, text in found if text), nl=False)


__all__ = ["list"]
