"""Secrets that stand in the config as plain text: they are told of, and what is said never shows them.

A value is taken for one by how it begins, as the tokens of well-known services do (`mappings/environment.yml`), or
by the variable's name and a value that nobody makes up of words: letters and digits that change places. In a command
each word is looked at: the value that it gives a variable or an option, and the password in an address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from migrate.diagnostics import Fate, Note, Span, Trail, declare
from migrate.shell import analyse

if TYPE_CHECKING:
    from migrate.catalog import Catalog
    from migrate.lower.draft import StepDraft

PLAIN_SECRET = declare(
    "plain-secret",
    Fate.MANUAL,
    "A secret stands in the config",
    """Whoever can read the repository can read it, there as here.

    The secret is written on as it stands, so that the step runs. The report shows '***' in its place.

    Make a new one, keep it in a secured variable of this name, and delete what is written here.""",
    "https://circleci.com/docs/security-recommendations/",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)
_SHORTEST = 8
_SHORTEST_TOKEN = 16
_CHANGES = 2
_NO_SECRET = ("/", "~", ".", "$")
"""What paths and names of variables begin with."""
MASK = "***"
"""What is shown in place of a secret."""


def note_secret(name: str, value: str, step: StepDraft, where: Span) -> None:
    """Say that a variable's value is a secret, if it looks like one, and remember to hide it."""
    if not is_secret(name, value, step.draft.catalog):
        return
    step.draft.secrets[value] = None
    step.note(PLAIN_SECRET, where, f"the value of {name} looks like a secret: keep it in a secured variable")


def note_in_command(text: str, step: StepDraft, where: Trail) -> None:
    """Say that a command has a secret in it, and remember to hide it."""
    for words in analyse(text).calls:
        for word in words:
            for name, value in _given(word.strip("\"'")):
                if is_secret(name, value, step.draft.catalog) and value not in step.draft.secrets:
                    step.draft.secrets[value] = None
                    said = "a word of a command looks like a secret: keep it in a secured variable, and expand that"
                    step.note(PLAIN_SECRET, where, said)


def _given(word: str) -> Iterator[tuple[str, str]]:
    """The values in a word, each with the name that it is given to: `NAME=…`, `--name=…`, `https://user:…@host`."""
    name, equals, value = word.partition("=")
    yield (name.lstrip("-").replace("-", "_"), value.strip("\"'")) if equals else ("", word)
    yield from (("", piece) for piece in word.split())
    user, at, _ = word.partition("://")[2].partition("/")[0].rpartition("@")
    if at:
        yield "PASSWORD", user.rpartition(":")[2]


def is_secret(name: str, value: str, catalog: Catalog) -> bool:
    """Whether a variable's value looks like a secret."""
    if len(value) >= _SHORTEST_TOKEN and value.startswith(catalog.secret_beginnings):
        return True
    named = any(part.endswith(catalog.secret_words) for part in name.upper().split("_"))
    plain = len(value) < _SHORTEST or value.startswith(_NO_SECRET) or "://" in value or any(map(str.isspace, value))
    return named and not plain and any(_changes(piece) >= _CHANGES for piece in _pieces(value))


def _pieces(value: str) -> list[str]:
    """The stretches of letters and digits: `v1-node18` is made of two, each a word with a number."""
    return "".join(char if char.isalnum() else " " for char in value).split()


def _changes(piece: str) -> int:
    """How often a letter stands beside a digit."""
    return sum(one.isdigit() != other.isdigit() for one, other in pairwise(piece))


def masked(notes: Iterable[Note], secrets: Iterable[str]) -> tuple[Note, ...]:
    """The notes without what must not be shown; of a text of several lines no line is."""
    found = hidden(secrets)
    return tuple(_masked(note, found) for note in notes) if found else tuple(notes)


def hidden(secrets: Iterable[str]) -> tuple[str, ...]:
    """The texts that must not be shown, the longest first."""
    lines = (line.strip() for secret in secrets for line in secret.splitlines())
    return tuple(sorted({line for line in lines if len(line) >= _SHORTEST}, key=lambda line: (-len(line), line)))


def mask(text: str, secrets: Iterable[str]) -> str:
    """A text without what is `hidden`."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _masked(note: Note, secrets: tuple[str, ...]) -> Note:
    return note._replace(subject=mask(note.subject, secrets), detail=mask(note.detail, secrets))
