"""Names are cut into start conditions: as few as can be, each of which runs the same jobs for all of its names.

A start condition is a name or a glob, and takes the names that no better one takes: the name itself, else the longest
glob that matches (reference bitbucket.md, section 2.1); what is left is the rest. All names and globs that the filters
come to are tried; one is given up where another start condition runs the same for its names.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.bitbucket import globs
from migrate.lower.plan.running import Row, Running

REST = ""
"""The names that no start condition spells out."""
ALL = "**"

Sum = tuple[str, ...]
"""What each group of jobs does in a region: it runs (`T`), it does not (`F`), or it depends (`?`)."""


class Region(NamedTuple):
    """A start condition, and the places of the names that it takes."""

    pattern: str
    places: tuple[int, ...]


def cut(running: Running) -> tuple[Region, ...]:
    """The fewest start conditions: names, then globs, then the rest."""
    groups = _groups(running)
    keys = [key for key in running.globs if key != ALL]
    keys = [key for key in keys if not _ties(key, keys, running.names)]
    taken = _regions(keys, running.names)
    for key in [*keys]:
        if not taken[key] or _superfluous(key, keys, taken, running.names, groups):
            keys.remove(key)
            taken = _regions(keys, running.names)
    return tuple(Region(key, tuple(places)) for key, places in taken.items() if places)


def guarded(running: Running) -> frozenset[Row]:
    """The rows that no combination of globs can say: for some of their names a script must ask."""
    kinds: dict[tuple[object, ...], list[int]] = {}
    for place, name in enumerate(running.names):
        kind = tuple(globs.matches(glob, name) for glob in running.exact)
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
    """What a job with this row does for some names."""
    found = {row[place] for place in places}
    return "T" if found == {True} else "F" if found == {False} else "?"


def _ties(key: str, keys: list[str], names: tuple[str, ...]) -> bool:
    """Whether a glob before this one is as long and takes some of its names: nothing says which of the two wins."""
    before = [other for other in keys[: keys.index(key)] if len(other) == len(key)]
    wild = [name for name in names if globs.matches(key, name) and name not in keys]
    return any(globs.matches(other, name) for other in before for name in wild)


def _regions(keys: list[str], names: tuple[str, ...]) -> dict[str, list[int]]:
    """The places of the names that each key takes, the rest last."""
    taken: dict[str, list[int]] = {key: [] for key in (*keys, REST)}
    for place, name in enumerate(names):
        taken[globs.chosen(keys, name) or REST].append(place)
    return taken


def _superfluous(
    key: str, keys: list[str], taken: dict[str, list[int]], names: tuple[str, ...], groups: tuple[Row, ...]
) -> bool:
    """Whether those that would take the key's names without it have names already, and run the same for both."""
    mine = _sum(taken[key], groups)
    others = [other for other in keys if other != key]
    moved: dict[str, list[int]] = {}
    for place in taken[key]:
        moved.setdefault(globs.chosen(others, names[place]) or REST, []).append(place)
    return all(
        taken[other] and _sum(taken[other], groups) == mine == _sum([*taken[other], *places], groups)
        for other, places in moved.items()
    )


def _sum(places: Iterable[int], groups: tuple[Row, ...]) -> Sum:
    listed = tuple(places)
    return tuple(summary(row, listed) for row in groups)


def of_jobs(region: Region, running: Running) -> Iterator[tuple[str, str]]:
    """The jobs that may run in a region, by id, each with what it does there; approvals and others as well."""
    known: dict[Row, str] = {}
    for job, row in running.rows.items():
        if row not in known:
            known[row] = summary(row, region.places)
        if known[row] != "F":
            yield job, known[row]
