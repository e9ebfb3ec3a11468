"""The table of commands that have a pipe, `mappings/idioms.yml`: what their words are to the pipe's variables."""

from collections.abc import Mapping as Given
from typing import NamedTuple

from migrate.catalog.pipes import PipeFacts
from migrate.catalog.rows import complaint, listed, table, text, texts
from migrate.diagnostics import CatalogError
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Entry, Mapping

Words = tuple[str, ...]
EXTRA = "EXTRA_ARGS"
"""The variable in which pipes take options that they hand on."""
_LISTS = ("also", "words", "passed", "passed-flags", "wants")
_TABLES = ("begins", "options", "flags")
_TEXTS = ("names", "pipe", "folder", "login", "differs", "unless", "stays")
_LOGIN = ("variables", "token", "other", "calls")


class Login(NamedTuple):
    """A way to log in: what the pipe is given, where a token is written, and what shows another way."""

    name: str
    variables: tuple[tuple[str, str], ...]
    token: str
    other: frozenset[str]
    calls: tuple[Words, ...]


class Idiom(NamedTuple):
    """A command that begins with one of `calls`; the other fields are the columns of the table."""

    name: str
    calls: tuple[Words, ...]
    names: str
    pipe: str
    words: Words
    begins: Given[str, str]
    folder: str
    options: Given[str, str]
    flags: Given[str, str]
    passed: frozenset[str]
    passed_flags: frozenset[str]
    wants: Words
    login: Login | None
    differs: str
    unless: str
    stays: str

    def arguments(self, words: Words) -> int:
        """How many of these words are the command's name; 0 if it is another command."""
        plain = (words[0].rpartition("/")[2], *words[1:]) if words else ()
        named = any(self.names in word for word in words)
        return next((len(call) for call in self.calls if named and plain[: len(call)] == call), 0)


def read(root: Mapping, pipes: Given[str, PipeFacts]) -> tuple[Idiom, ...]:
    """The rows, of which each calls a pipe of the other table with variables that this one knows."""
    logins = {entry.key.text: _login(entry) for entry in table(root, "logins").entries}
    found = tuple(_idiom(entry, logins) for entry in table(root, "idioms").entries)
    for entry, idiom in zip(table(root, "idioms").entries, found, strict=True):
        _check(idiom, pipes, entry)
    return found


def _row(entry: Entry, keys: Words) -> Mapping:
    """The row, if it has just keys that there are."""
    row = entry.value
    if not isinstance(row, Mapping):
        raise CatalogError(complaint(entry.key.span, f"'{entry.key.text}' is a mapping"))
    for one in row.entries:
        if one.key.text not in keys:
            said = f"'{entry.key.text}' has no key '{one.key.text}'; it has {', '.join(sorted(keys))}"
            raise CatalogError(complaint(one.key.span, said))
    return row


def _login(entry: Entry) -> Login:
    row = _row(entry, _LOGIN)
    token = text(row, "token") if "token" in row.keys else ""
    variables = tuple(texts(peek(row, "variables")).items())
    calls = tuple(tuple(call.split()) for call in listed(row, "calls"))
    return Login(entry.key.text, variables, token, frozenset(text(row, "other").split()), calls)


def _idiom(entry: Entry, logins: Given[str, Login]) -> Idiom:
    name, row = entry.key.text, _row(entry, (*_LISTS, *_TABLES, *_TEXTS))
    lists = {key: tuple(listed(row, key)) if key in row.keys else () for key in _LISTS}
    tables = {key: texts(peek(row, key)) if key in row.keys else {} for key in _TABLES}
    said = {key: text(row, key) if key in row.keys else "" for key in _TEXTS}
    if said["login"] and said["login"] not in logins:
        raise CatalogError(complaint(row.span, f"there is no login '{said['login']}'"))
    return Idiom(
        name,
        tuple(tuple(call.split()) for call in (name, *lists["also"])),
        said["names"],
        said["pipe"],
        lists["words"],
        tables["begins"],
        said["folder"],
        tables["options"],
        tables["flags"],
        frozenset(lists["passed"]),
        frozenset(lists["passed-flags"]),
        lists["wants"],
        logins.get(said["login"]),
        said["differs"],
        said["unless"],
        said["stays"],
    )


def _check(idiom: Idiom, pipes: Given[str, PipeFacts], entry: Entry) -> None:
    """Complain about a row that has no pipe and no reason, or about variables that its pipe does not take."""
    if bool(idiom.pipe) == bool(idiom.stays):
        raise CatalogError(complaint(entry.key.span, f"'{idiom.name}' has either a 'pipe', or why it 'stays'"))
    if idiom.stays:
        return
    facts = pipes.get(idiom.pipe)
    if facts is None:
        raise CatalogError(complaint(entry.key.span, f"mappings/pipes.yml has no pipe '{idiom.pipe}'"))
    names = {*idiom.words, *idiom.begins, *idiom.options.values(), *idiom.flags.values()}
    names |= {EXTRA} if idiom.passed or idiom.passed_flags else set()
    names |= {name for name, _ in idiom.login.variables} if idiom.login else set()
    for name in sorted(names - facts.variables):
        raise CatalogError(complaint(entry.key.span, f"the pipe '{idiom.pipe}' has no variable '{name}'"))
    for name in sorted(names & frozenset(facts.unverified)):
        raise CatalogError(complaint(entry.key.span, f"no public source shows the variable '{name}' of '{idiom.pipe}'"))
