"""`circle2bb orbs`: what is known about orbs. Each of its commands is a module of its own, `orbs_<name>`."""

import click

from migrate.cli.lazy import LazyGroup


class Commands(LazyGroup):
    """The commands below `orbs`."""

    commands_here = ("fetch", "list", "show")
    modules = "migrate.cli.orbs_"


@click.group(cls=Commands)
def orbs() -> None:
    """Show which orbs are mapped, and fetch the sources of others."""


__all__ = ["orbs"]
