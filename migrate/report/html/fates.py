"""Each line of a source with its fate, so that nothing is lost silently.

Whatever nobody claimed has a note (`unread-key`), and whatever is lost or differs has one, too: what no note tells of
is in the result. It is *kept* where the result says the very same, and *rewritten* where it does not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from migrate.circleci.plan import Job
from migrate.diagnostics import Fate, Span
from migrate.report.html.scripts import Origin
from migrate.report.html.texts import Range, Text
from migrate.report.summary import Remark, Summary

_DEEP = 3
"""How deep a key of a job stands; what is said of a whole job is shown at its first line."""


class Line(NamedTuple):
    """What became of a line, None if it has no content, and the numbers of the notes that are about it."""

    fate: Fate | None = None
    notes: tuple[int, ...] = ()


def fates(text: Text, summary: Summary, origins: Iterable[Origin]) -> list[Line]:
    """The fate of each line of a source."""
    mine = [one for one in origins if one.lines.file == text.number]
    shown = {line for one in mine for line in range(one.lines.first, one.lines.last + 1)}
    found: dict[int, Fate] = {}
    for line in _left_out(text, summary):
        found[line] = Fate.DROPPED
    about: dict[int, list[int]] = {}
    gone = {row.source for row in summary.rows} - {row.source for row in summary.rows if row.fate != Fate.DROPPED}
    for number, remark in enumerate(summary.remarks):
        fate = remark.note.code.fate
        for line in _lines(text, remark, gone, shown):
            about.setdefault(line, []).append(number)
            found[line] = max(found.get(line, Fate.KEPT), fate, key=lambda one: one.rank)
    same = {one.lines.first for one in mine if one.same}
    for line in range(1, len(text.lines) + 1):
        found.setdefault(line, Fate.KEPT if line in same else Fate.REWRITTEN)
    numbers = range(1, len(text.lines) + 1)
    return [Line() if n in text.bare else Line(found[n], tuple(about.get(n, ()))) for n in numbers]


def _lines(text: Text, remark: Remark, gone: set[Span], shown: set[int]) -> Iterable[int]:
    """The lines that a note is about; `shown` are those that the result shows.

    Of a step that is there and from which something is dropped it is about the keys that it names, or its first line.
    """
    note, span = remark.note, remark.note.span
    if span.file != text.name:
        return ()
    at = text.extent(span, key=True)
    lines = range(at.line, at.last + 1)
    is_item = text.lines[span.line - 1][: span.column - 1].endswith("- ")
    if note.code.fate is Fate.DROPPED and is_item and not shown.isdisjoint(lines):
        found = [one for one in text.inside(span) if f"'{_key(text.lines[one.line - 1])}" in note.detail]
        return [line for one in found for line in range(one.line, one.last + 1)] or (span.line,)
    whole = at.depth >= _DEEP or (note.code.fate is Fate.DROPPED and (not note.job or span in gone))
    return lines if whole else (span.line,)


def _key(line: str) -> str:
    """The key that a line begins with."""
    return line.strip().removeprefix("- ").partition(":")[0]


def _left_out(text: Text, summary: Summary) -> set[int]:
    """The lines that only jobs speak of that are left out."""
    dropped = summary.dropped
    lost: set[int] = set()
    held: set[int] = set()
    for job in summary.before.jobs:
        (lost if job.id in dropped else held).update(_of(job, text, whole=job.id in dropped))
    return lost - held


def _of(job: Job, text: Text, *, whole: bool) -> Iterator[int]:
    """The lines that a job speaks of: its definition, if it is wanted as a `whole`, its keys, its calls."""
    for span in (job.defined, *job.trail[:1]):
        if span.file == text.name:
            at = text.range(span, key=True)
            yield from range(at.first, at.last + 1) if whole else (at.first,)
    spans = dict.fromkeys(entry.key.span for entry in job.keys.entries)
    spans |= dict.fromkeys(span for call in job.steps for span in call.trail[1:] if span != job.defined)
    for span in spans:
        if span.file == text.name:
            at = text.range(span)
            yield from range(at.first, at.last + 1)


def of_result(
    lines: int, origins: Mapping[int, tuple[Origin, ...]], sources: Sequence[tuple[Text, Sequence[Line]]]
) -> list[Fate | None]:
    """The fate of each of so many lines of the result: the gravest of the lines that it comes of.

    What comes of a whole job has the fate of its first line, since what becomes of its parts is shown at theirs.
    """
    ranges = dict.fromkeys(one.lines for some in origins.values() for one in some)
    worst: dict[Range, Fate | None] = {}
    for one in ranges:
        text, known = sources[one.file]
        last = one.last if text.depth(one.first) >= _DEEP else one.first
        worst[one] = _gravest(line.fate for line in known[one.first - 1 : last])
    return [_gravest(worst.get(one.lines) for one in origins.get(number, ())) for number in range(1, lines + 1)]


def _gravest(found: Iterable[Fate | None]) -> Fate | None:
    """The gravest fate of what is there: what is left out is not in the result."""
    there = {fate for fate in found if fate and fate is not Fate.DROPPED}
    return max(there, key=lambda fate: fate.rank, default=None)


__all__ = ["Line", "fates", "of_result"]
