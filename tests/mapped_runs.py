"""An example of a mapping, run: as CircleCI runs the orb's own source, and as Bitbucket runs what the mapping wrote."""

from pathlib import Path
from typing import NamedTuple

from migrate.circleci.orbs import Missing, Wanted
from tests.mappings import Difference, Example
from tests.running import both
from tests.running.circleci_job import CannotRunError
from tests.running.record import Called
from tests.test_orbs import library


class Compared(NamedTuple):
    """Whether the two could be compared, what is different, and which listed differences there were."""

    compared: bool
    said: str = ""
    used: frozenset[tuple[str, str]] = frozenset()


def compare(example: Example, differences: list[Difference], root: Path) -> Compared:
    """Run an example on both sides; nothing is said where there is no source to compare it with."""
    found = library().source(Wanted(f"{example.orb}@{example.version}"))
    if found is None or isinstance(found, Missing):
        return Compared(compared=False)
    source = example.outcome(library().source, mapped=False)
    jobs = [job for job in source.before.jobs if job.runs]
    if len(jobs) != 1 or source.text is None:
        return Compared(compared=False, said="the source cannot be converted")
    try:
        pair = both.run(example.outcome(), jobs[0], root, given=example.given)
    except CannotRunError as error:
        return Compared(compared=False, said=str(error))
    mine, used_here = _left(pair.circleci.calls, differences, "source")
    theirs, used_there = _left(pair.bitbucket.calls, differences, "mapping")
    return Compared(compared=True, said=_said(mine, theirs, pair), used=used_here | used_there)


def _left(
    calls: tuple[Called, ...], differences: list[Difference], side: str
) -> tuple[list[str], frozenset[tuple[str, str]]]:
    """The calls that no difference of this side tells of, and the differences that tell of others."""
    listed = [(call, one.instead) for one in differences if one.side == side for call in one.calls]
    kept, used = [], set()
    for call in calls:
        text = " ".join((call.program, *call.arguments))
        told = [(one, instead) for one, instead in listed if text == one or text.startswith(f"{one} ")]
        used |= {(side, one) for one, _ in told}
        instead = next((f"{instead}{text.removeprefix(one)}" for one, instead in told if instead), "")
        if instead or not told:
            kept.append(f"{instead or text}   in {call.directory}")
    return kept, frozenset(used)


def _said(mine: list[str], theirs: list[str], pair: both.Pair) -> str:
    if pair.unordered:
        mine, theirs = sorted(mine), sorted(theirs)  # both ends of a pipe start at once
    if pair.circleci.succeeded != pair.bitbucket.succeeded:
        ends = {True: "succeeds", False: "fails"}
        printed = pair.bitbucket.printed or pair.circleci.printed
        one, two = ends[pair.circleci.succeeded], ends[pair.bitbucket.succeeded]
        return f"the source {one}, the mapping {two}: {printed[-400:]}"
    if not pair.circleci.succeeded:
        return f"both fail, and so are compared as far as that only: {pair.circleci.printed[-400:]}"
    if mine == theirs:
        return ""
    return "\n  ".join(["the source calls", *mine, "and the mapping", *theirs])
