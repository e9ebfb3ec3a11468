"""A group of commands, each of which is loaded when it is asked for: click's own group wants them all at start-up."""

import importlib

import click


class LazyGroup(click.Group):
    """Its commands are functions of the modules of their names, behind the prefix `modules`."""

    commands_here: tuple[str, ...] = ()
    modules = ""

    def list_commands(self, _: click.Context) -> list[str]:
        """The names of the commands, sorted."""
        return sorted(self.commands_here)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of a name, if there is one."""
        if name not in self.commands_here:
            return None
        found = getattr(importlib.import_module(f"{self.modules}{name}"), name)
        return found if isinstance(found, click.Command) else None


__all__ = ["LazyGroup"]
