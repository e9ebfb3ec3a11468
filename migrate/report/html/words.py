"""What notes and tasks say, as HTML: names between single quotes are code, places are links to their lines."""

from collections.abc import Mapping

from migrate.diagnostics import Fate, Span
from migrate.report.html.elements import Html, element, join, text
from migrate.report.markup import QUOTED


def prose(said: str) -> Html:
    """A text whose names stand between single quotes."""
    pieces = QUOTED.split(said)
    return join(element("code", piece) if index % 2 else text(piece) for index, piece in enumerate(pieces))


def place(span: Span, files: Mapping[str, int]) -> Html:
    """A link to a line of a file that the page shows, by its number; of another its name alone."""
    name = f"{span.file.rpartition('/')[2]}:{span.line}"
    if span.file not in files:
        return element("code", span.file if span.file.startswith("-") else name)
    return element("a", name, href=f"#s{files[span.file]}-{span.line}", class_="place")


def fate_mark(fate: Fate | str) -> Html:
    """A fate in its colour."""
    return element("span", str(fate), class_=f"fate {fate}")


__all__ = ["fate_mark", "place", "prose"]
