"""Where names are looked up: in a config, and in its orbs (reference circleci.md, sections 1.2 and 2.5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from migrate.circleci.mapped import ORB_GAP
from migrate.circleci.parameters import Parameter, declared
from migrate.circleci.path_filters import Cases
from migrate.circleci.template import Renderer, Scope
from migrate.diagnostics import Notes, Span, Trail
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar

KINDS = ("commands", "executors", "jobs", "job-groups")


@dataclass(slots=True, eq=False)
class Definition:
    """A command, executor or job: its tree, and the namespace in which its body looks names up."""

    kind: str
    name: str
    node: Node
    span: Span
    home: "Namespace"
    used: bool = False
    checked: bool = False
    _parameters: tuple[Parameter, ...] | None = None

    def parameters(self, claims: Claims) -> tuple[Parameter, ...]:
        """What the definition declares; read once, however often it is used."""
        if self._parameters is None:
            self._parameters = declared(claims.take(self.node, "parameters"), claims, (self.span,))
        return self._parameters

    def spelling(self, name: str) -> str:
        """A parameter's name as it is declared; a mapping takes those that an orb once spelt with `-` or `_`."""
        if self.home.behind is None:
            return name
        # Peeked, not taken: `parameters` reads them.
        listed = peek(self.node, "parameters")
        return _as_spelt(name, listed.keys if isinstance(listed, Mapping) else ())

    def respelt(self, arguments: Node | None) -> Node | None:
        """The arguments of a call under the names that are declared."""
        if self.home.behind is None or not isinstance(arguments, Mapping):
            return arguments
        names = (replace(entry.key, text=self.spelling(entry.key.text)) for entry in arguments.entries)
        entries = (Entry(name, entry.value) for name, entry in zip(names, arguments.entries, strict=True))
        return Mapping(tuple(entries), arguments.span)

    def lacks(self, arguments: Iterable[str]) -> tuple[str, ...]:
        """Those of a call's arguments that are no parameters."""
        listed = peek(self.node, "parameters")  # as above
        known = listed.keys if isinstance(listed, Mapping) else ()
        return tuple(name for name in arguments if self.spelling(name) not in known)


class Nowhere(NamedTuple):
    """Found instead of a definition: `name` belongs to an orb of which nothing is known, or not this.

    `said` is what its mapping lacks, if it has one, `lacking` the arguments that it does not know.
    """

    name: str
    said: str = ""
    lacking: tuple[str, ...] = ()

    def tell(self, arguments: Node, trail: Trail, notes: Notes) -> None:
        """Say what the mapping lacks, at the first argument that it does not know, or at the call."""
        entries = arguments.entries if isinstance(arguments, Mapping) else ()
        first = next((entry.key.span for entry in entries if entry.key.text in self.lacking), None)
        if self.said:
            notes.add(ORB_GAP, (*trail, first) if first else trail, self.name, self.said)


Behind = Callable[[str, str, tuple[str, ...]], "Namespace | str | None"]
"""Gives an orb's own source, for a kind, a name and the arguments that its mapping lacks; if there is none, what to say
about that."""


@dataclass(slots=True, eq=False)
class Namespace:
    """Where names are looked up: a config, or an orb.

    `values` are the pipeline parameters that its templates see, `templates` whether it has any (2.0 has not);
    `unknown_orbs` are aliases of orbs without a tree; `foreign` is an orb that stands in another file, `mapped` one
    that stands in a mapping; `behind` gives the orb's own source for what its mapping lacks, and only mappings have it.
    """

    name: str
    values: dict[str, Node] = field(default_factory=dict)
    templates: bool = True
    cases: dict[str, Cases] = field(default_factory=dict)
    definitions: dict[tuple[str, str], Definition] = field(default_factory=dict)
    orbs: dict[str, "Namespace"] = field(default_factory=dict)
    unknown_orbs: set[str] = field(default_factory=set)
    foreign: bool = False
    mapped: bool = False
    behind: Behind | None = None

    def find(self, kind: str, name: str, arguments: Iterable[str] = ()) -> Definition | Nowhere | None:
        """The definition that `name` means here: an own one, or `alias/name` of an orb that takes these arguments.

        An own one that is a text is another name for an orb's (reference circleci.md, section 1.1).
        """
        alias, slash, inner = name.partition("/")
        if slash and alias in self.unknown_orbs:
            return Nowhere(name)
        if slash and alias in self.orbs:
            # An orb shows what it defines, not what it imports.
            found = self.orbs[alias].offered(kind, inner, arguments) if "/" not in inner else None
            return found._replace(name=name) if isinstance(found, Nowhere) else found
        own = self.definitions.get((kind, name))
        if own:
            own.used = True
            if isinstance(own.node, Scalar) and "/" in own.node.text:
                return self.find(kind, own.node.text, arguments)
        return own

    def offered(self, kind: str, name: str, arguments: Iterable[str]) -> Definition | Nowhere | None:
        """What an orb defines: by its mapping, and by its source where the mapping does not reach."""
        if self.behind is None:
            return self.find(kind, name)
        found = self.definitions.get((kind, _as_spelt(name, [own for k, own in self.definitions if k == kind])))
        lacking = found.lacks(arguments) if found else ()
        if found and not lacking:
            found.used = True
            return found
        source = self.behind(kind, name, lacking)
        return source.find(kind, name) if isinstance(source, Namespace) else Nowhere(name, source or "", lacking)

    def scope(self, bound: Scope) -> Scope:
        """What templates see here: what was bound, over the pipeline parameters."""
        return {**self.values, **bound}

    def renderer(self, scope: Scope, notes: Notes, trail: Trail) -> Renderer:
        """A renderer for trees that were written here."""
        return Renderer(scope, notes, trail, active=self.templates)

    def names(self, kind: str) -> tuple[str, ...]:
        """All names of `kind` that are legal here, sorted."""
        own = [name for k, name in self.definitions if k == kind]
        orbs = [f"{alias}/{name}" for alias, orb in self.orbs.items() for k, name in orb.definitions if k == kind]
        return tuple(sorted(own + orbs))


def _as_spelt(name: str, known: Iterable[str]) -> str:
    """The one of the known names that differs only in `-` and `_`, of which orbs have changed theirs."""
    alike = {one.replace("_", "-"): one for one in known}
    return alike.get(name.replace("_", "-"), name)


__all__ = ["KINDS", "Behind", "Definition", "Namespace", "Nowhere"]
