"""The job graphs before and after, each with its words for those who do not see it."""

from collections.abc import Iterator, Sequence

from migrate.report.html import after, before
from migrate.report.html.before import Picture
from migrate.report.html.elements import Html, element
from migrate.report.html.words import prose
from migrate.report.summary import Summary

_OPEN = 3
"""Pictures that are seen when the page is opened."""
_MOST = 20
"""Pictures of a kind on the page; of the others there are the words."""


def section(summary: Summary) -> Html:
    """The section: workflows, then pipelines."""
    return element(
        "section",
        element("h2", "Before and after"),
        _legend(),
        element("h3", "CircleCI's workflows, with what each job requires"),
        element("p", "A line that follows from others is not drawn."),
        *_figures(before.pictures(summary)),
        element("h3", "Bitbucket's pipelines, by what starts them"),
        *_figures(after.pictures(summary)),
        id="pictures",
        aria_label="Before and after",
    )


def _legend() -> Html:
    said = (
        ("chain", "in the longest chain, on which the time depends"),
        ("waits", "waits for jobs that it did not require"),
        ("held", "started by a person"),
        ("dropped", "left out"),
    )
    items = (element("li", element("span", class_=f"swatch {kind}"), f" {what}") for kind, what in said)
    return element("ul", *items, class_="legend")


def _figures(found: Sequence[Picture]) -> Iterator[Html]:
    for number, one in enumerate(found):
        words = element("ol", *(element("li", prose(line)) for line in one.words))
        drawn = one.drawn if number < _MOST else None
        picture = (
            element("div", drawn, class_="drawn", tabindex=0, role="region", aria_label=one.title) if drawn else None
        )
        yield element(
            "details",
            element("summary", one.title),
            picture,
            element("p", prose(one.said)) if one.said else None,
            element("details", element("summary", "In words"), words, class_="words", open=drawn is None),
            open=number < _OPEN,
            class_="picture",
        )


__all__ = ["section"]
