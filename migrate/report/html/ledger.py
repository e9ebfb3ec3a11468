"""The ledger: everything that is said, by fate and code, with what to filter it by."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from migrate.diagnostics import Fate
from migrate.report.changes import ORDER, Group, Line, by_fate
from migrate.report.html.elements import Html, element, join
from migrate.report.html.words import fate_mark, place, prose
from migrate.report.markdown import MEANING
from migrate.report.markup import SITES
from migrate.report.summary import Summary

_PLACES = 12
"""How many places are shown of what is said at many."""
_OPEN = (Fate.ERROR, Fate.MANUAL)
"""What is open when the page is opened: the rest opens at a click, or when something is looked for."""


class Ledger(NamedTuple):
    """The groups by fate, and for each note that is told the number of its entry; `dropped` if jobs are left out."""

    groups: tuple[tuple[Fate, tuple[Group, ...]], ...]
    entries: Mapping[int, int]
    dropped: bool


def ledger(summary: Summary) -> Ledger:
    """The entries in the order of the page."""
    groups = by_fate(summary)
    lines = ((group.code.id, line.detail) for _, some in groups for group in some for line in group.lines)
    numbers = {key: number for number, key in enumerate(lines)}
    notes = ((n, (one.note.code.id, one.note.detail)) for n, one in enumerate(summary.remarks))
    entries = {number: numbers[key] for number, key in notes if key in numbers}
    return Ledger(groups, entries, summary.counts.dropped > 0)


def section(found: Ledger, files: Mapping[str, int]) -> Html | None:
    """The section with its filters; `files` are the numbers of those that the page shows."""
    if not found.groups:
        return None
    left = (
        " Of jobs that are left out, only the reason is told; migration-report.json tells all." if found.dropped else ""
    )
    numbers = iter(range(len(found.entries) + 1))
    jobs = {job: str(n) for n, job in enumerate(sorted({job for one in _lines(found) for job in one.jobs}))}
    groups = [_group(group, jobs, files, numbers) for _, some in found.groups for group in some]
    return element(
        "section",
        element("h2", "What changed and why"),
        element("p", f"Everything that the conversion did, the gravest first, but for what it left as it was.{left}"),
        _filters(found, jobs),
        element("div", *groups, id="groups"),
        id="ledger",
        aria_label="What changed and why",
    )


def _lines(found: Ledger) -> Iterator[Line]:
    return (line for _, groups in found.groups for group in groups for line in group.lines)


def _filters(found: Ledger, jobs: Mapping[str, str]) -> Html:
    counts = {fate: sum(len(group.lines) for group in groups) for fate, groups in found.groups}
    fates = [(str(fate), f"{fate} ({counts[fate]})") for fate in ORDER if fate in counts]
    codes = sorted(group.code.id for _, groups in found.groups for group in groups)
    total = sum(counts.values())
    return element(
        "form",
        _choice("fate", "Fate", fates),
        _choice("code", "Code", [(code, code) for code in codes]),
        _choice("job", "Job", [(number, job) for job, number in jobs.items()]),
        element("label", "Text ", element("input", type="search", id="by-text", autocomplete="off")),
        element("button", "Show all", type="reset"),
        element("output", f"{total} of {total} entries", id="count", role="status"),
        id="filters",
        role="search",
        aria_label="Filter the entries",
        hidden=True,
    )


def _choice(name: str, label: str, values: list[tuple[str, str]]) -> Html:
    options = (element("option", said, value=value) for value, said in [("", "all"), *values])
    return element("label", f"{label} ", element("select", *options, id=f"by-{name}"))


def _group(group: Group, jobs: Mapping[str, str], files: Mapping[str, int], numbers: Iterator[int]) -> Html:
    code = group.code
    docs = [element("a", _site(url), href=url, rel="noreferrer") for url in code.urls if url.startswith("https://")]
    return element(
        "details",
        element(
            "summary",
            fate_mark(code.fate),
            element("span", " ", prose(code.title), " ", class_="title"),
            element("code", code.id),
            element("span", f" {len(group.lines)}", class_="count"),
        ),
        element("p", prose(code.explanation), class_="why"),
        element("p", "Documentation: ", join(docs, ", ")) if docs else None,
        element("ul", *(_entry(line, jobs, files, next(numbers)) for line in group.lines)),
        open=code.fate in _OPEN,
        data_fate=code.fate,
        data_code=code.id,
    )


def _site(url: str) -> str:
    host = urlsplit(url).hostname or url
    return SITES.get(host, host)


def _entry(line: Line, jobs: Mapping[str, str], files: Mapping[str, int], number: int) -> Html:
    places = [place(span, files) for span in line.places[:_PLACES]]
    more = f" and {len(line.places) - _PLACES} more places" if len(line.places) > _PLACES else ""
    told = bool(line.jobs) and not all(f"'{job}'" in line.detail for job in line.jobs)
    names = join((element("code", job) for job in line.jobs), ", ")
    return element(
        "li",
        element("span", prose(line.detail), class_="detail"),
        element("span", " — ", names) if told else None,
        element("span", " (", join(places, ", "), more, ")", class_="places") if places else None,
        id=f"n{number}",
        data_jobs=" ".join(jobs[job] for job in line.jobs),
    )


def counts(found: Ledger) -> Html | None:
    """How many entries have which fate, as a table."""
    if not found.groups:
        return None
    head = element("tr", *(element("th", said, scope="col") for said in ("Fate", "Entries", "The construct")))
    rows = (
        element(
            "tr",
            element("th", fate_mark(fate), scope="row"),
            element("td", f"{sum(len(group.lines) for group in groups)}"),
            element("td", MEANING[fate]),
        )
        for fate, groups in found.groups
    )
    return element("table", element("thead", head), element("tbody", *rows), class_="counts")


__all__ = ["Ledger", "counts", "ledger", "section"]
