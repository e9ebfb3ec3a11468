"""`circle2bb orbs`: what is known about orbs. Each of its commands is a module of its own, `orbs_<name>`."""

import importlib

import click

COMMANDS = ("fetch",)


class Commands(click.Group):
    """The commands below `orbs`, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """The names of the commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's own
        """The command of a name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        found = getattr(importlib.import_module(f"migrate.cli.orbs_{cmd_name}"), cmd_name)
        return found if isinstance(found, click.Command) else None


@click.group(cls=Commands)
def orbs() -> None:
    """Fetch the sources of orbs."""


__all__ = ["orbs"]
