"""Markdown's own signs: texts, code, links and tables, escaped so that they show what they say."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from migrate.diagnostics import Span, plain

QUOTED = re.compile(r"(?<![\w'])'([^'\n]+)'(?![\w'])")
"""A name between single quotes, as notes put them; an apostrophe stands between letters, or after one."""
_SIGNS = re.compile(r"[\\`*\[\]<>|]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|&(?=#?\w+;)|(?<=!)(?=\[)")
_TICKS = re.compile(r"`+")
SITES = {"circleci.com": "CircleCI", "support.atlassian.com": "Bitbucket", "bitbucket.org": "Bitbucket"}


class Links(NamedTuple):
    """Where links lead.

    `local` are the files that can be linked to at all, `source` comes before their paths; `pipelines` is the
    way to the pipelines file.
    """

    local: frozenset[str] = frozenset()
    source: str = ""
    pipelines: str = "bitbucket-pipelines.yml"

    def place(self, span: Span) -> str:
        """A link to a line of what was read, called as compilers would, by the file's last name."""
        name = f"{span.file.rpartition('/')[2]}:{span.line}"
        if span.file not in self.local:
            return code(span.file if span.file.startswith("-") else name)
        return f"[{escape(name)}]({_address(self.source + span.file.lstrip('/'))}#L{span.line})"

    def target(self, line: int | None) -> str:
        """A link to a line of the pipelines file."""
        name = self.pipelines.rpartition("/")[2]
        return f"[{escape(name)}:{line}]({_address(self.pipelines)}#L{line})" if line else ""


def _address(path: str) -> str:
    return quote(path.replace("\\", "/"), safe="/.~-_")


def escape(text: str) -> str:
    """Plain text in which Markdown sees no signs."""
    return _SIGNS.sub(lambda found: f"\\{found[0]}", plain(" ".join(text.split())))


def code(text: str) -> str:
    """A code span; its fence is longer than any run of backticks inside."""
    inner = plain(" ".join(text.split()))
    longest = max((len(run) for run in _TICKS.findall(inner)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if inner.startswith("`") or inner.endswith("`") else ""
    return f"{fence}{pad}{inner}{pad}{fence}" if inner else ""


def prose(text: str) -> str:
    """A note's text: what it puts between single quotes becomes code, the rest is escaped."""
    pieces = QUOTED.split(text)
    return "".join(code(piece) if index % 2 else _around(piece) for index, piece in enumerate(pieces))


def _around(text: str) -> str:
    """Escaped, with the blanks that part it from its neighbours."""
    if not text.strip():
        return " " if text else ""
    return (" " if text[0].isspace() else "") + escape(text) + (" " if text[-1].isspace() else "")


def documentation(urls: Iterable[str]) -> str:
    """Links to pages, called by whose they are."""
    hosts = [(urlsplit(url).hostname or url, url) for url in urls]
    return ", ".join(f"[{SITES.get(host, host)}]({url})" for host, url in hosts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table whose cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]


def _cell(text: str) -> str:
    """A table ends its cells at every bar, even inside code; one that is escaped already stays as it is."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)


NO_LINKS = Links()
"""For a report that is read where the files are not: places are named, and link to nothing."""

__all__ = ["NO_LINKS", "Links", "code", "documentation", "escape", "prose", "table"]
