"""`circle2bb orbs`: what is known about orbs. Each of its commands is a module of its own, `orbs_<name>`."""

import click

from migrate.cli.lazy import LazyGroup


class Commands(LazyGroup):
    """The commands below `orbs`."""

    commands_here = ("fetch",)
    modules = "migrate.cli.orbs_"


@click.group(cls=Commands)
def orbs() -> None:
    """Fetch the sources of orbs."""


__all__ = ["orbs"]
