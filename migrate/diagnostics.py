"""Where something stands, what became of it, and what we say about it.

Everything else in the package may import this module; it imports nothing of the package.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, NoReturn


class Circle2bbError(Exception):
    """Something outside our code is wrong: a file, an option, a choice. Caught only in `migrate.cli`."""


class CatalogError(Circle2bbError):
    """One of the mappings is wrong; the message names the file and the line."""


class Exhausted(Exception):  # noqa: N818 - no error of ours
    """The config asks for more than we make; the note that refuses it has been made. Caught in `compiler`."""


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
        return _RANKS[self]


_RANKS = {fate: rank for rank, fate in enumerate(Fate)}


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

    `cause` says why there is something to say, `effect` what becomes of the source for it, and `advice` what the
    reader should do; it is empty where nothing is to be done. `urls` are the documentation pages of the two languages.
    """

    id: str
    fate: Fate
    title: str
    cause: str
    effect: str
    advice: str
    urls: tuple[str, ...] = ()

    @property
    def explanation(self) -> str:
        """Cause, effect and advice in a row, as a report prints them."""
        return " ".join(part for part in (self.cause, self.effect, self.advice) if part)


CODES: dict[str, Code] = {}
"""Every code declared so far, by its id; the rooms declare them when they are imported."""


def declare(code: str, fate: Fate, title: str, explanation: str, *urls: str) -> Code:
    """Declare a code next to the room that says it. A second declaration of the same id is our bug.

    The explanation has a paragraph each for cause, effect and advice; the last is left out where nothing is to be done.
    """
    if code in CODES:
        message = f"the code {code!r} is declared twice"
        raise AssertionError(message)
    parts = [" ".join(part.split()) for part in explanation.split("\n\n")]
    cause, effect, advice = ("", *parts, "") if len(parts) == 1 else (*parts, "")[:3]
    CODES[code] = Code(code, fate, title, cause, effect, advice, urls)
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
        return f"{plain(str(self.span))}: {self.code.fate}: {self.detail} [{self.code.id}]"


TOO_LARGE = declare(
    "too-large",
    Fate.ERROR,
    "The config is too large to convert",
    """A config may have 3 million letters, 250,000 in one value; 220,000 keys and values (what aliases and merge keys
    repeat counts each time, and 100 letters count as a value); 5,000 steps in a job; and 20 million values once
    everything is expanded (10 letters count as a value, a step as 50, a job as 3,000). There may be 20,000 notes about
    it, 1,000 of them errors.

    Nothing is written.

    Such configs are generated, or were made to stop the reader: convert the parts that you need.""",
    "https://circleci.com/docs/configuration-reference/",
)
LONGEST_TEXT = 250_000
"""Letters of one value, also after templates have been filled in."""
MOST_NOTES = 20_000
MOST_REFUSALS = 1000
MOST_MADE = 20_000_000
"""Values that expanding may make: minutes of work, and far from what anybody writes."""
_LONGEST = 1200
"""Letters of what is said in one note; the rest of what a user wrote at length is cut out of its middle."""


def plain(text: str) -> str:
    """The text as it can be printed on one line: what would steer a terminal, or the direction of writing, is spelt."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char == "\n" else _spelt(char) for char in text)


@lru_cache(maxsize=1024)
def _spelt(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _line(text: str) -> str:
    """The text on one line that is not too long to be read."""
    half = _LONGEST // 2
    return plain(text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}")


@dataclass(slots=True, eq=False)
class Notes:
    """The notes of one conversion, in the order in which they were made, each said once.

    Of two that say the same at the same line of the user's, the first stays: they come of two lines of one orb.
    """

    _notes: dict[tuple[str, Span, str, str, bool], Note] = field(default_factory=dict)
    _refusals: int = 0
    _spent: int = 0
    _imported: dict[str, Trail] = field(default_factory=dict)

    def imported(self, file: str, trail: Trail) -> None:
        """Remember at which of the user's lines a file came in: what is said about the file alone is said there."""
        self._imported.setdefault(file, trail)

    def is_imported(self, file: str) -> bool:
        """Whether a file came in through another one, and so is not the user's own."""
        return file in self._imported

    def _from_the_user(self, trail: Trail) -> Trail:
        return (*self._imported.get(trail[0].file, ()), *trail) if self._imported else trail

    def add(self, code: Code, trail: Trail, subject: str, detail: str, *, job: str = "") -> None:
        """Say something. Saying the very same thing again has no effect."""
        self._say(Note(code, self._from_the_user(trail), _line(subject), _line(detail), job))

    def refuse(self, code: Code, trail: Trail, subject: str, detail: str) -> None:
        """Say that the config is not one that CircleCI would run."""
        self._say(Note(code, self._from_the_user(trail), _line(subject), _line(detail), refusal=True))

    def give_up(self, trail: Trail, said: str) -> NoReturn:
        """Refuse a config for its size, and end its conversion."""
        self.refuse(TOO_LARGE, trail, "config", said)
        raise Exhausted

    def spend(self, values: int, trail: Trail) -> None:
        """Count the values that expanding makes; a config that makes more than anybody writes is refused at once."""
        self._spent += values
        if self._spent > MOST_MADE:
            self.give_up(trail, f"commands and templates expand to more than {MOST_MADE:,} values; this is the last")

    def _say(self, note: Note) -> None:
        said = (note.code.id, note.span, note.detail, note.job, note.refusal)
        if said in self._notes:
            return
        if note.code is not TOO_LARGE and len(self._notes) >= MOST_NOTES:
            self.give_up(note.trail, f"there are more than {MOST_NOTES:,} things to say about this config")
        if note.code is not TOO_LARGE and self._refusals >= MOST_REFUSALS:
            self.give_up(note.trail, f"there are more than {MOST_REFUSALS:,} errors; mend those above first")
        self._notes[said] = note
        self._refusals += note.refusal

    @property
    def refused(self) -> bool:
        """Whether the config was refused."""
        return self._refusals > 0

    def since(self, count: int) -> tuple[Note, ...]:
        """The notes after the first `count`."""
        return tuple(self._notes.values())[count:]

    def withdraw(self, count: int) -> None:
        """Take back all notes after the first `count`: what was tried did not come to be."""
        for said, note in tuple(self._notes.items())[count:]:
            del self._notes[said]
            self._refusals -= note.refusal

    @property
    def count(self) -> int:
        """How many notes there are."""
        return len(self._notes)

    def __iter__(self) -> Iterator[Note]:
        """All notes, in order."""
        return iter(self._notes.values())
