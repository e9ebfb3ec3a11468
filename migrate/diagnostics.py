"""Where something stands, what became of it, and what we say about it.

Everything else in the package may import this module; it imports nothing of the package.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Circle2bbError(Exception):
    """Something outside our code is wrong: a file, an option, a choice. Caught only in `migrate.cli`."""


class CatalogError(Circle2bbError):
    """One of the mappings is wrong; the message names the file and the line."""


class Fate(StrEnum):
    """What became of a piece of the source, from the mildest to the gravest."""

    KEPT = "kept"
    REWRITTEN = "rewritten"
    APPROXIMATED = "approximated"
    DROPPED = "dropped"
    MANUAL = "manual"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """The place in the order above, for `--fail-on` and for sorting."""
        return list(Fate).index(self)


class Span(NamedTuple):
    """The place of a node: file as the user named it, line and column counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Show the place as editors and compilers do."""
        return f"{self.file}:{self.line}:{self.column}"


Trail = tuple[Span, ...]
"""Spans from the user's own line inwards: command, orb, mapping."""


class Code(NamedTuple):
    """A kind of note: a word that can be searched, what it does to the user, and where it is documented.

    `explanation` says why there is a difference and what the reader should do about it; `urls` are the
    documentation pages of the two languages.
    """

    id: str
    fate: Fate
    title: str
    explanation: str
    urls: tuple[str, ...] = ()


CODES: dict[str, Code] = {}
"""Every code declared so far, by its id; the rooms declare them when they are imported."""


def declare(code: str, fate: Fate, title: str, explanation: str, *urls: str) -> Code:
    """Declare a code next to the room that says it. A second declaration of the same id is our bug."""
    if code in CODES:
        message = f"the code {code!r} is declared twice"
        raise AssertionError(message)
    CODES[code] = Code(code, fate, title, " ".join(explanation.split()), urls)
    return CODES[code]


class Note(NamedTuple):
    """One thing that we say about one place of the source.

    `trail` begins with the user's own line; `subject` names the job or key; `detail` says what happened
    here and what to do instead; `job` is the workflow job that it concerns, if any; `refusal` marks a
    config that CircleCI itself would not run: then nothing is written.
    """

    code: Code
    trail: Trail
    subject: str
    detail: str
    job: str = ""
    refusal: bool = False

    @property
    def span(self) -> Span:
        """The place in the user's own file that the note is about: the last of the trail that lies in it."""
        return next(span for span in reversed(self.trail) if span.file == self.trail[0].file)

    def __str__(self) -> str:
        """Show the note as one line, the way compilers do."""
        return f"{self.span}: {self.code.fate}: {self.detail} [{self.code.id}]"


@dataclass(slots=True)
class Notes:
    """The notes of one conversion, in the order in which they were made, each said once."""

    _notes: dict[Note, None] = field(default_factory=dict)

    def add(self, code: Code, trail: Trail, subject: str, detail: str, *, job: str = "") -> None:
        """Say something. Saying the very same thing again has no effect."""
        self._notes[Note(code, trail, subject, detail, job)] = None

    def refuse(self, code: Code, trail: Trail, subject: str, detail: str) -> None:
        """Say that the config is not one that CircleCI would run."""
        self._notes[Note(code, trail, subject, detail, refusal=True)] = None

    @property
    def refused(self) -> bool:
        """Whether the config was refused."""
        return any(note.refusal for note in self._notes)

    def __iter__(self) -> Iterator[Note]:
        """All notes, in order."""
        return iter(self._notes)
