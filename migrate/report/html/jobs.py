"""What became of each job, with its lines on both sides; and what the user may want to choose."""

from collections.abc import Iterable, Mapping

from migrate.report.html.elements import Html, element, join
from migrate.report.html.words import fate_mark, place, prose
from migrate.report.markdown import start_of
from migrate.report.rows import Row
from migrate.report.suggestions import Suggestion

_HEAD = ("Job", "Fate", "CircleCI", "Bitbucket", "Runs in")


def section(rows: tuple[Row, ...], files: Mapping[str, int]) -> Html:
    """The table of the jobs; `files` are the numbers of those that the page shows."""
    several = len({row.workflow for row in rows}) > 1
    head = element("tr", *(element("th", said, scope="col") for said in _HEAD))
    body = (_row(row, files, f"{row.workflow}/{row.job}" if several else row.job) for row in rows)
    table = element("table", element("thead", head), element("tbody", *body))
    box = element("div", table, class_="jobs", tabindex=0, role="region", aria_label="Jobs")
    return element("section", element("h2", "The jobs"), box, id="jobs", aria_label="The jobs")


def _row(row: Row, files: Mapping[str, int], name: str) -> Html:
    starts = dict.fromkeys(start_of(path) for path in row.steps)
    target = element("a", f"line {row.target}", href=f"#t{row.target}") if row.target else "—"
    return element(
        "tr",
        element("th", element("code", name), " (added)" if row.added else None, scope="row"),
        element("td", fate_mark(row.fate)),
        element("td", place(row.source, files)),
        element("td", target),
        element("td", join((element("code", one) for one in starts), ", ") if starts else "nowhere"),
    )


def suggested(found: Iterable[Suggestion]) -> Html | None:
    """What a choices file could say, with the lines; None where nothing is suggested."""
    items = [
        element(
            "li",
            element("p", element("code", one.name), ": ", prose(one.seen), ". It would ", prose(one.would), "."),
            element(
                "div",
                element("pre", join((element("code", line) for line in one.lines.split("\n")), "\n"), tabindex=0),
                element("button", "Copy", type="button", data_copy="", hidden=True),
                class_="commands",
            ),
        )
        for one in found
    ]
    if not items:
        return None
    several = " (what you add stands in one 'add:')" if len(items) > 1 else ""
    said = f"Nothing of this was done. Write the lines into 'circle2bb.yml'{several} and convert again."
    return element(
        "section",
        element("h2", "What you may want to choose"),
        element("p", prose(said)),
        element("ul", *items),
        id="choices",
        aria_label="What you may want to choose",
    )


__all__ = ["section", "suggested"]
