"""The roll-up as Markdown and as one HTML page: the tables, then a row for each config."""

from collections.abc import Iterable, Iterator
from html import escape
from importlib import resources

from migrate.audit.record import Record
from migrate.audit.rollup import Rollup, Table

HEAD = ("config", "what became of it", "jobs", "converted", "held", "dropped", "first error")
_TITLE = "Audit of CircleCI configs"


def markdown(rollup: Rollup, records: Iterable[Record], version: str) -> Iterator[str]:
    """The lines of audit.md, made one by one: there may be many configs."""
    yield f"# {_TITLE}\n\nMade by circle2bb {version} from {rollup.configs:,} configs.\n"
    for table in rollup.tables():
        yield f"\n## {table.title}\n\n{table.says}\n\n{_row(table.head)}{_row('---' for _ in table.head)}"
        yield from (_row(map(_cell, row)) for row in table.rows)
        yield f"\n{_more(table)}\n" if table.more else ""
    yield f"\n## All configs\n\n{_row(HEAD)}{_row('---' for _ in HEAD)}"
    for record in records:
        name = _cell(record.path)
        first = f"[{name}]({record.page.removesuffix('.html')}.md)" if record.page else name
        yield _row((first, *map(_cell, _cells(record))))


def html(rollup: Rollup, records: Iterable[Record], version: str) -> Iterator[str]:
    """The pieces of audit.html: one file, with its style in it."""
    style = resources.files("migrate.audit").joinpath("page.css").read_text(encoding="utf-8")
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{_TITLE}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n<h1>{_TITLE}</h1>\n"
    yield f"<p>Made by circle2bb {escape(version)} from {rollup.configs:,} configs.</p>\n"
    for table in rollup.tables():
        yield f"<h2>{table.title}</h2>\n<p>{escape(table.says)}</p>\n{_open(table.title, table.head)}"
        yield from (_line(map(escape, row)) for row in table.rows)
        yield f"</tbody>\n</table>\n<p>{_more(table)}</p>\n" if table.more else "</tbody>\n</table>\n"
    yield f"<h2>All configs</h2>\n{_open('All configs', HEAD)}"
    for record in records:
        name = escape(record.path)
        first = f'<a href="{escape(record.page)}">{name}</a>' if record.page else name
        yield _line((first, *map(escape, _cells(record))))
    yield "</tbody>\n</table>\n</main>\n</body>\n</html>\n"


def _cells(record: Record) -> tuple[str, ...]:
    return (record.state, *(str(count) for count in record.jobs), record.said)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(text: str) -> str:
    """A text that breaks no table, and is taken as it is."""
    plain = "".join(f"\\{char}" if char in "\\`*_[]<>|" else char for char in " ".join(text.split()))
    return plain or " "


def _open(title: str, head: tuple[str, ...]) -> str:
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    return f"<table>\n<caption>{escape(title)}</caption>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n"


def _line(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"


def _more(table: Table) -> str:
    return f"And {table.more:,} more, all of them in audit.json."


__all__ = ["html", "markdown"]
