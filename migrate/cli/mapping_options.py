"""`--mappings`: the option of commands that look things up in the catalogue."""

from pathlib import Path

import click

mappings_option = click.option(
    "--mappings",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Your own mappings, which win over ours.",
)

__all__ = ["mappings_option"]
