"""Names are cut into start conditions: as few as can be, each of which runs the same jobs for all of its names.

A start condition is a name or a glob, and takes the names that no better one takes: the name itself, else the longest
glob that matches (reference bitbucket.md, section 2.1); what is left is the rest. All names and globs that the filters
come to are tried; one is given up where another start condition runs the same for its names.
"""

from collections.abc import Iterable
from typing import NamedTuple

from migrate.bitbucket import globs
from migrate.lower.names.covers import ALL
from migrate.lower.plan.running import Row, Running

REST = ""
"""The names that no start condition spells out."""


class Region(NamedTuple):
    """A start condition, and the places of the names that it takes."""

    pattern: str
    places: tuple[int, ...]


def cut(running: Running) -> tuple[Region, ...]:
    """The fewest start conditions: names, then globs, then the rest."""
    groups = _groups(running)
    taking = _Taking(running)
    sums = {key: tuple(summary(row, places) for row in groups) for key, places in taking.taken.items() if places}
    for key in taking.keys:
        if all(sums.get(other) == sums.get(key) for other in taking.without(key)):
            taking.give_up(key)
    return tuple(Region(key, tuple(sorted(places))) for key, places in taking.taken.items() if places)


class _Taking:
    """Which key takes which names: `taken` has their places, for each key and for the rest, which comes last."""

    def __init__(self, running: Running) -> None:
        self.names = running.names
        wild = [key for key in running.globs if key != ALL and key not in set(running.names)]
        matching = [[key for key in wild if globs.matches(key, name)] for name in running.names]
        unclear = {key for found in matching for key in found if self._ties(key, found)}
        # The longest first; sorting keeps the order of those that are equally long, and never take the same name.
        self.matching = [sorted((key for key in found if key not in unclear), key=len)[::-1] for found in matching]
        self.keys = [key for key in running.globs if key != ALL and key not in unclear]
        self.left = set(self.keys)
        self.taken: dict[str, list[int]] = {key: [] for key in (*self.keys, REST)}
        for place in range(len(self.names)):
            self.taken[self._owner(place)].append(place)

    def _ties(self, key: str, found: list[str]) -> bool:
        """Whether a glob before this one is as long, for a name of both: nothing says which of the two wins."""
        return any(len(other) == len(key) for other in found[: found.index(key)])

    def _owner(self, place: int, but: str = "") -> str:
        """The key that takes a name, of those that are left but one."""
        candidates = (self.names[place], *self.matching[place])
        return next((key for key in candidates if key in self.left and key != but), REST)

    def without(self, key: str) -> set[str]:
        """Who would take the key's names without it."""
        return {self._owner(place, key) for place in self.taken[key]}

    def give_up(self, key: str) -> None:
        """Let others take the key's names."""
        self.left.remove(key)
        for place in self.taken.pop(key):
            self.taken[self._owner(place)].append(place)


def guarded(running: Running) -> frozenset[Row]:
    """The rows that no combination of globs can say: for some of their names a script must ask."""
    kinds: dict[tuple[object, ...], list[int]] = {}
    wild = [glob for glob in running.exact if glob not in set(running.names)]
    for place, name in enumerate(running.names):
        kind = (name,) if name in running.exact else tuple(globs.matches(glob, name) for glob in wild)
        kinds.setdefault(kind, []).append(place)
    alike = [places for places in kinds.values() if len(places) > 1]
    rows = set(running.rows.values())
    return frozenset(row for row in rows if None in row or any(summary(row, places) == "?" for places in alike))


def _groups(running: Running) -> tuple[Row, ...]:
    """The different rows; where the script asks, it does so for all names, so that running and depending are one."""
    asked = guarded(running)
    rows = dict.fromkeys(running.rows.values())
    return tuple(tuple(False if value is False else None for value in row) if row in asked else row for row in rows)


def summary(row: Row, places: Iterable[int]) -> str:
    """What a job with this row does for some names: it runs (`T`), it does not (`F`), or it depends (`?`)."""
    found = {row[place] for place in places}
    return "T" if found == {True} else "F" if found == {False} else "?"
