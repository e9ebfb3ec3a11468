"""The source and the result side by side: lines with their fates, and for the script which lines belong together."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from migrate.diagnostics import Fate
from migrate.report.html.elements import Html, element, text
from migrate.report.html.fates import Line, fates, of_result
from migrate.report.html.matches import matches
from migrate.report.html.origins import Origin, origins
from migrate.report.html.texts import Text
from migrate.report.outcome import Named
from migrate.report.summary import Summary

_SAYS = {
    Fate.KEPT: "says the very same",
    Fate.REWRITTEN: "looks different and means the same",
    Fate.APPROXIMATED: "means nearly the same; a note says what differs",
    Fate.DROPPED: "has no counterpart and is left out",
    Fate.MANUAL: "waits for a person",
    Fate.ERROR: "fails until somebody mends it",
}
"""What a line's fate says."""
_MOST = 25_000
RESULT = "bitbucket-pipelines.yml"


class Sides(NamedTuple):
    """The files that are shown, the result, the fates of all their lines, and what the result's lines come of."""

    sources: tuple[Text, ...]
    target: Text
    lines: tuple[tuple[Line, ...], ...]
    result: tuple[Fate | None, ...]
    origins: Mapping[int, tuple[Origin, ...]]


def fit(summary: Summary, files: Iterable[Named]) -> bool:
    """Whether the files are short enough to be shown line by line: a browser has to lay all of them out."""
    return all(text.count("\n") <= _MOST for text in (summary.text, summary.source.text, *(one.text for one in files)))


def too_long() -> Html:
    """What stands in the place of files that are not shown."""
    said = f"A file of more than {_MOST:,} lines is not shown line by line."
    return element(
        "section", element("h2", "Side by side"), element("p", said), id="side-by-side", aria_label="Side by side"
    )


def sides(summary: Summary, files: Iterable[Named] = (), choices: Named | None = None) -> Sides:
    """Compare the source, and other files that were read, with the result; choices are shown too, and have no fates."""
    shown = (summary.source, *files, *((choices,) if choices else ()))
    sources = tuple(Text(one.path, one.text, summary.secrets, n) for n, one in enumerate(shown))
    target = Text(RESULT, summary.text, summary.secrets)
    found = origins(sources, target, summary)
    every = dict.fromkeys(origin for some in found.values() for origin in some)
    lines = [tuple(fates(source, summary, every)) for source in sources]
    if choices:
        lines[-1] = tuple(line._replace(fate=None) for line in lines[-1])
    return Sides(
        sources,
        target,
        tuple(lines),
        tuple(of_result(len(target.lines), found, list(zip(sources, lines, strict=True)))),
        found,
    )


def section(both: Sides, entries: Mapping[int, int]) -> Html:
    """The two panes with their legend; `entries` are the entries of the ledger for the notes that have one."""
    left = [
        piece
        for source, lines in zip(both.sources, both.lines, strict=True)
        for piece in (
            _name(source, shown=len(both.sources) > 1),
            *_lines(source, f"s{source.number}-", [one.fate for one in lines]),
        )
    ]
    right = _lines(both.target, "t", both.result)
    names = both.sources[0].name
    return element(
        "section",
        element("h2", "Side by side"),
        element(
            "p",
            "Choose a line, by mouse or with the arrow keys: its counterparts light up on the other side, and the way "
            "that leads to them, through jobs, commands and anchors. Enter goes to the first of them.",
            class_="hint",
        ),
        _legend(both),
        element(
            "div",
            _pane("source", f"Source: {names}", left),
            _pane("result", f"Result: {RESULT}", right),
            class_="sides",
        ),
        element("div", element("p", "No line is chosen."), id="about", role="status", aria_live="polite"),
        element(
            "script", Html(matches(both.target, both.origins, both.lines, entries)), type="application/json", id="lines"
        ),
        id="side-by-side",
    )


def _pane(name: str, title: str, lines: Iterable[Html]) -> Html:
    box = element("div", *lines, class_="pane", role="listbox", tabindex=0, id=name, aria_labelledby=f"{name}-title")
    return element("div", element("h3", title, id=f"{name}-title"), box, class_="side")


def _name(source: Text, *, shown: bool) -> Html:
    return element("div", source.name, class_="file", role="presentation") if shown else Html("")


def _lines(shown: Text, prefix: str, found: Iterable[Fate | None]) -> Iterable[Html]:
    """The lines, written without `element`: there are thousands."""
    for number, (line, fate) in enumerate(zip(shown.lines, found, strict=True), 1):
        mark = f" data-fate={fate}" if fate else ""
        said = text(line.replace("\t", "    "))
        mark += "" if line.strip() else " aria-label=blank"
        yield Html(f"<div\nrole=option id={prefix}{number}{mark}>{said}</div>")


def _legend(both: Sides) -> Html:
    """How many lines have which fate."""
    counts = {fate: sum(line.fate is fate for lines in both.lines for line in lines) for fate in Fate}
    items = (
        element("li", element("span", fate, class_=f"fate {fate}"), f" {_SAYS[fate]}: {_counted(count)}")
        for fate, count in counts.items()
        if count
    )
    return element("ul", *items, class_="legend")


def _counted(count: int) -> str:
    return f"{count:,} line" if count == 1 else f"{count:,} lines"


__all__ = ["RESULT", "Sides", "fit", "section", "sides", "too_long"]
