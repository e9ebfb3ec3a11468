"""Which variables are surely set once a statement has ended, well or badly."""

from __future__ import annotations

from typing import NamedTuple

Known = frozenset[str] | None
"""The variables that are set for sure; None for a place that is never reached, as behind `exit`."""


def either(one: Known, other: Known) -> Known:
    """What is sure when the shell comes from one place or the other."""
    if one is None or other is None:
        return other if one is None else one
    return one if one is other else one & other


class Flow(NamedTuple):
    """What is sure after a statement that ended with success, and after one that ended with failure."""

    well: Known
    badly: Known

    @property
    def after(self) -> Known:
        """What is sure either way."""
        return either(self.well, self.badly)


def both(known: Known) -> Flow:
    """A statement that sets the same whether it fails or not."""
    return Flow(known, known)


class Scope(NamedTuple):
    """Where a statement stands."""

    here: bool = True
    """In this very shell, not in a copy of it."""
    own: frozenset[str] | None = None
    """The names that are local to the function around it; None outside of any."""
    arithmetic: bool = False
    """Bare words are variables."""
    unasked: bool = False
    """Nobody asks how the statement ended: it stands in a word of a command, or before `|| true`."""

    @property
    def aside(self) -> Scope:
        """The same place in a copy of the shell."""
        return self._replace(here=False, unasked=False)
