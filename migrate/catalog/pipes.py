"""The table of pipes, `mappings/pipes.yml`: which variables a pipe takes, and what is wrong with a call."""

from collections.abc import Mapping as Given
from typing import NamedTuple

from migrate.catalog.rows import complaint, listed, table, text, texts
from migrate.diagnostics import CatalogError
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Entry, Mapping

_KEYS = ("version", "login", "required", "optional", "unverified", "defaults", "evidence", "checked")


class PipeFacts(NamedTuple):
    """A pipe: its version and its variables.

    `required` are those that it fails without, `logins` the ways to log in, of which a call takes one, each with all
    its variables. `optional` are the others; `unverified` are those of all that no public source shows.
    """

    ref: str
    version: str
    required: tuple[str, ...]
    logins: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]
    unverified: tuple[str, ...]
    oidc: tuple[str, ...]
    defaults: tuple[tuple[str, str], ...]
    evidence: str
    checked: str

    @property
    def variables(self) -> frozenset[str]:
        """The names of all variables that it takes."""
        of_logins = (name for login in self.logins for name in login)
        return frozenset((*self.required, *of_logins, *self.optional, *self.unverified))

    def complaints(self, names: frozenset[str]) -> list[str]:
        """What is wrong with a call that gives these variables: some that it does not know, or lacks."""
        found = [f"the pipe '{self.ref}' has no variable '{name}'" for name in sorted(names - self.variables)]
        found += [f"the pipe '{self.ref}' needs the variable '{name}'" for name in self.required if name not in names]
        if self.logins and not any(names.issuperset(login) for login in self.logins):
            ways = ", or ".join(" and ".join(login) for login in self.logins)
            found.append(f"the pipe '{self.ref}' needs {ways} to log in")
        return found

    def written(self, given: Given[str, str]) -> dict[str, str]:
        """What is written of a call: the last login that has values, and what is neither empty nor the default."""
        ways = [way for way in self.logins if all(given.get(name) for name in way)]
        others = {name for way in self.logins for name in way} - set(ways[-1] if ways else ())
        return {
            name: value
            for name, value in given.items()
            if value and (name, value) not in self.defaults and not (ways and name in others)
        }

    def wants_token(self, names: Given[str, object]) -> bool:
        """Whether a call that gives these variables wants the step's own token, `oidc: true`."""
        return not names.keys().isdisjoint(self.oidc)


def read(root: Mapping) -> dict[str, PipeFacts]:
    """The pipes by their reference without version."""
    logins = table(root, "logins")
    ways = {e.key.text: tuple(tuple(way.split()) for way in listed(logins, e.key.text)) for e in logins.entries}
    return {entry.key.text: _pipe(entry, root, ways) for entry in table(root, "pipes").entries}


def _pipe(entry: Entry, root: Mapping, ways: dict[str, tuple[tuple[str, ...], ...]]) -> PipeFacts:
    ref, row = entry.key.text, entry.value
    if not isinstance(row, Mapping):
        raise CatalogError(complaint(row.span, f"the pipe '{ref}' is a mapping"))
    for one in row.entries:
        if one.key.text not in _KEYS:
            said = f"a pipe has no key '{one.key.text}'; it has {', '.join(_KEYS)}"
            raise CatalogError(complaint(one.key.span, said))
    login = text(row, "login") if "login" in row.keys else ""
    if login and login not in ways:
        raise CatalogError(complaint(row.span, f"there is no login '{login}'; there are {', '.join(sorted(ways))}"))
    required, optional, unverified = (_names(row, key) for key in ("required", "optional", "unverified"))
    of_login = {name for way in ways.get(login, ()) for name in way}
    facts = PipeFacts(
        ref,
        text(row, "version"),
        required,
        ways[login] if login else (),
        (*optional, *listed(root, "common")),
        (*unverified, *(name for name in listed(root, "unverified-logins") if name in of_login)),
        tuple(listed(root, "oidc")),
        tuple(texts(peek(row, "defaults")).items()) if "defaults" in row.keys else (),
        text(row, "evidence"),
        text(row, "checked"),
    )
    _whole(facts, row)
    return facts


def _names(row: Mapping, key: str) -> tuple[str, ...]:
    return tuple(listed(row, key)) if key in row.keys else ()


def _whole(facts: PipeFacts, row: Mapping) -> None:
    """Complain about a variable that stands in two lists, and about the default of one that stands in none."""
    names = [*facts.required, *facts.optional, *_names(row, "unverified")]
    twice = sorted({name for name in names if names.count(name) > 1})
    unknown = sorted({name for name, _ in facts.defaults} - set(names))
    for name in (*twice, *unknown):
        said = f"the variable '{name}' of '{facts.ref}' stands in {'two lists' if name in twice else 'no list'}"
        raise CatalogError(complaint(row.span, said))
