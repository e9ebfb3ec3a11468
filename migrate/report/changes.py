"""The notes in the order in which a reviewer reads them: by fate, then by code.

What is said of several jobs in the same words is folded into one line. Of a job that is left out only the
reason counts: what its step would have been is nobody's concern.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from migrate.diagnostics import Code, Fate, Note, Span
from migrate.report.summary import Summary

ORDER = (Fate.ERROR, Fate.MANUAL, Fate.DROPPED, Fate.APPROXIMATED, Fate.REWRITTEN, Fate.KEPT)


class Line(NamedTuple):
    """A detail, the jobs that it is said of, and the places in what was read."""

    detail: str
    jobs: tuple[str, ...]
    places: tuple[Span, ...]


class Group(NamedTuple):
    """A code, and everything that is said under it."""

    code: Code
    lines: tuple[Line, ...]


def by_fate(summary: Summary) -> tuple[tuple[Fate, tuple[Group, ...]], ...]:
    """The fates that any note has, the gravest first, each with its codes in the order of their first note."""
    names = _names(summary)
    codes: dict[str, list[Note]] = {}
    for note in _telling(summary):
        codes.setdefault(note.code.id, []).append(note)
    groups = [Group(notes[0].code, tuple(_folded(notes, names))) for notes in codes.values()]
    found = [(fate, tuple(group for group in groups if group.code.fate is fate)) for fate in ORDER]
    return tuple((fate, group) for fate, group in found if group)


def _telling(summary: Summary) -> list[Note]:
    """The notes without those on jobs that are left out, but for codes that are said of no other job.

    Those codes are the reason why it is left out.
    """
    dropped = summary.dropped
    notes = [remark.note for remark in summary.remarks]
    elsewhere = {note.code.id for note in notes if note.job not in dropped}
    return [note for note in notes if note.job not in dropped or note.code.id not in elsewhere]


def _folded(notes: list[Note], names: dict[str, str]) -> Iterator[Line]:
    details: dict[str, list[Note]] = {}
    for note in notes:
        details.setdefault(note.detail, []).append(note)
    for detail, equal in details.items():
        jobs = dict.fromkeys(names.get(note.job, note.job) for note in equal if note.job)
        places = dict.fromkeys(note.span for note in equal)
        yield Line(detail, tuple(jobs), tuple(sorted(places)))


def _names(summary: Summary) -> dict[str, str]:
    """How jobs are called: by name, and with their workflow where two have the same name."""
    names = Counter(row.job for row in summary.rows)
    return {row.id: row.job if names[row.job] == 1 else row.id for row in summary.rows}


__all__ = ["ORDER", "Group", "Line", "by_fate"]
