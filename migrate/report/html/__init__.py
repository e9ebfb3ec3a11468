"""The summary as `migration-report.html`: one file that needs nothing else, for a person who reviews the migration.

Its style and its script are files beside this one, written into the page as they are.
"""

from collections.abc import Iterable
from importlib import resources

from migrate.report.html.elements import Html, element
from migrate.report.html.sides import section as side_by_side
from migrate.report.html.sides import sides
from migrate.report.outcome import Named
from migrate.report.summary import Summary


def render(summary: Summary, files: Iterable[Named] = ()) -> str:
    """The text of the file; `files` were read besides the config, and are shown with it."""
    both = sides(summary, files)
    title = f"From CircleCI to Bitbucket Pipelines: {summary.source.path}"
    head = (
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", _file("page.css")),
    )
    main = (element("h1", title), side_by_side(both))
    body = element(
        "body",
        element("main", *main),
        element("script", _file("page.js"), type="module"),
        data_digest=summary.source.sha256,
    )
    return f'<!doctype html>\n<html lang="en">\n{element("head", *head)}\n{body}\n</html>\n'


def _file(name: str) -> Html:
    """What stands in one of our own files, which has no `</` in it that would end its element."""
    return Html("\n" + resources.files("migrate.report.html").joinpath(name).read_text(encoding="utf-8"))


__all__ = ["render"]
