"""The values of variables: from the environment, else typed in unseen; never from the command line."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import click

from migrate.setup.plan import Variable


@dataclass
class Values:
    """Values by variable, each asked for once; `ask` is whether a person is there who can type them in."""

    environment: Mapping[str, str]
    ask: bool = False
    given: dict[Variable, str | None] = field(default_factory=dict)

    def __call__(self, variable: Variable) -> str | None:
        """The value of a variable; None if there is none. An empty one is none: Bitbucket does not take it."""
        if variable not in self.given:
            found = next((self.environment[name] for name in variable.sources if self.environment.get(name)), None)
            self.given[variable] = found if found or not self.ask else _typed(variable)
        return self.given[variable]


def _typed(variable: Variable) -> str | None:
    said = f"Value of {variable.said} (Enter leaves it out)"
    typed = click.prompt(said, default="", hide_input=True, show_default=False, err=True)
    return str(typed) or None


def values(*, ask: bool) -> Values:
    """The values that this process's environment has; the rest is asked for, if `ask` and a terminal is there."""
    return Values(os.environ, ask and sys.stdin.isatty())


__all__ = ["Values", "values"]
