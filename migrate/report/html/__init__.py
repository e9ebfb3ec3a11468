"""The summary as `migration-report.html`: one file that needs nothing else, for a person who reviews the migration.

Its style and its script are files beside this one, written into the page as they are.
"""

from collections.abc import Iterable
from pkgutil import get_data

from migrate.report.html import events, jobs, pictures, tasks
from migrate.report.html.elements import Html, element
from migrate.report.html.ledger import counts, ledger
from migrate.report.html.ledger import section as changes
from migrate.report.html.sides import fit, sides, too_long
from migrate.report.html.sides import section as side_by_side
from migrate.report.html.words import prose
from migrate.report.markdown import sentence
from migrate.report.outcome import Named
from migrate.report.summary import Summary

_SECTIONS = (
    ("tasks", "What a person must do"),
    ("pictures", "Before and after"),
    ("jobs", "The jobs"),
    ("side-by-side", "Side by side"),
    ("ledger", "What changed and why"),
    ("events", "What runs when"),
    ("choices", "What you may want to choose"),
)
"""The sections by id, in their order."""


def render(summary: Summary, files: Iterable[Named] = (), choices: Named | None = None) -> str:
    """The text of the file; `files` are parts of the config that were read besides: they are shown, as choices are."""
    files = tuple(files)
    both = sides(summary, files, choices) if fit(summary, files) else None
    found = ledger(summary)
    names = {one.name: one.number for one in both.sources} if both else {}
    title = f"From CircleCI to Bitbucket Pipelines: {summary.source.path}"
    head = (
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", _file("page.css")),
    )
    sections = (
        tasks.section(summary.tasks),
        pictures.section(summary),
        jobs.section(summary.rows, names),
        side_by_side(both, found.entries) if both else too_long(),
        changes(found, names),
        events.section(summary.verdict),
        jobs.suggested(summary.suggestions),
    )
    main = (
        element("h1", "From CircleCI to Bitbucket Pipelines: ", element("code", summary.source.path)),
        element("p", prose(sentence(summary.counts).replace("*", "")), class_="sentence"),
        counts(found),
        _contents(sections),
        *sections,
        _foot(summary),
    )
    body = element(
        "body",
        element("main", *main),
        element("script", _file("page.js"), type="module"),
        data_digest=summary.source.sha256,
    )
    return f'<!doctype html>\n<html lang="en">\n{element("head", *head)}\n{body}\n</html>\n'


def _contents(sections: Iterable[Html | None]) -> Html:
    """The way to the sections that there are."""
    names = [(key, said) for key, said in _SECTIONS if any(one and f'id="{key}"' in one for one in sections)]
    links = (element("li", element("a", said, href=f"#{key}")) for key, said in names)
    return element("nav", element("ul", *links), aria_label="Sections")


def _foot(summary: Summary) -> Html:
    said = (
        f"circle2bb {summary.version}; sha256 of ",
        element("code", summary.source.path),
        f": {summary.source.sha256}",
    )
    return element("footer", element("p", *said))


def _file(name: str) -> Html:
    """What stands in one of our own files, which has no `</` in it that would end its element."""
    found = get_data("migrate.report.html", name)  # importlib.resources takes 10 ms to load
    return Html(f"\n{(found or b'').decode()}")


__all__ = ["render"]
