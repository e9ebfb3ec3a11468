"""The `orbs:` of a config, and those of the orbs themselves, become namespaces (reference circleci.md, section 1.2).

An orb's source is read once, however often and under however many names it is imported.
"""

from dataclasses import dataclass, field

from migrate.circleci.config import refuse_undeclared
from migrate.circleci.mapped import ORB_VERSION, Facts, load
from migrate.circleci.namespace import KINDS, Behind, Definition, Namespace
from migrate.circleci.orbs import (
    LEGAL,
    ORB_CIRCLE,
    ORB_REFERENCE,
    ORB_SOURCE,
    ORB_UNKNOWN,
    Missing,
    Orbs,
    Reference,
    Wanted,
    is_url,
    parse,
)
from migrate.circleci.template import Scope
from migrate.diagnostics import Notes, Trail
from migrate.yamlio.decode import WRONG_TYPE, Claims
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar
from migrate.yamlio.read import read

_DESCRIBES = ("description", "display", "examples", "version")
"""Keys of an orb for people."""
_DEEPEST = 50
"""How deep orbs may import orbs; published ones do so two or three levels deep."""


@dataclass(slots=True, eq=False)
class Importer:
    """Makes the namespaces of one config; `_open` are the orbs that are being read, outermost first."""

    claims: Claims
    orbs: Orbs
    _files: dict[str, Namespace | None] = field(default_factory=dict)
    _inline: dict[int, tuple[Node, Namespace]] = field(default_factory=dict)
    _mappings: dict[str, Facts | None] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def namespace(self, name: str, root: Node, values: Scope, trail: Trail = ()) -> Namespace:
        """The namespace of a config, or of an orb whose import is `trail`."""
        file, mappings = root.span.file, {mapping.root.span.file for mapping in self._mappings.values() if mapping}
        made = Namespace(name, dict(values), foreign=bool(trail) and trail[0].file != file, mapped=file in mappings)
        for kind in KINDS:
            for entry in self.claims.each(self.claims.take(root, kind)):
                definition = Definition(kind, entry.key.text, entry.value, entry.key.span, made)
                made.definitions[kind, entry.key.text] = definition
        for entry in self.claims.each(self.claims.take(root, "orbs")):
            self._import(entry, made, (*trail, entry.key.span))
        return made

    def _import(self, entry: Entry, home: Namespace, trail: Trail) -> None:
        alias, value = entry.key.text, entry.value
        orb = self._from_reference(alias, value, home, trail) if isinstance(value, Scalar) else None
        if isinstance(value, Mapping):
            orb = self._from_mapping(alias, value, trail)
        elif not isinstance(value, Scalar):
            said = f"'{alias}' wants a reference or an inline orb; this is {value.described}"
            self.claims.notes.refuse(WRONG_TYPE, (*trail, value.span), f"orbs.{alias}", said)
            self.claims.whole(value)
        if orb is None:
            home.unknown_orbs.add(alias)
        else:
            home.orbs[alias] = orb

    def _from_mapping(self, alias: str, root: Mapping, trail: Trail) -> Namespace | None:
        if id(root) not in self._inline:
            if not self._enter(f"{alias} ({root.span})", trail):
                return None
            # An inline orb does not see the config's pipeline parameters.
            refuse_undeclared(root, {}, self.claims)
            for told in _DESCRIBES:
                self.claims.whole(self.claims.take(root, told))
            self._inline[id(root)] = root, self.namespace(alias, root, {}, trail)
            self._open.pop()
        return self._inline[id(root)][1]

    def _from_reference(self, alias: str, value: Scalar, home: Namespace, trail: Trail) -> Namespace | None:
        rendered = home.renderer(home.scope({}), self.claims.notes, trail).render(value)
        reference = rendered.text if isinstance(rendered, Scalar) and rendered.kind != "null" else ""
        if isinstance(rendered, Scalar) and rendered.symbols:
            names = ", ".join(symbol.name for symbol in rendered.symbols)
            self._unknown(alias, reference, Missing(f"only the run knows {names}", "-"), trail)
            return None
        if not (parse(reference) or is_url(reference) or (isinstance(rendered, Scalar) and rendered.kind == "null")):
            said = f"'{reference}' is no reference to an orb; write {LEGAL}"
            self.claims.notes.refuse(ORB_REFERENCE, (*trail, value.span), f"orbs.{alias}", said)
            return None
        parsed, wanted = parse(reference), Wanted(reference, "" if self._open else alias)
        mapping = self._mapping(parsed, trail) if parsed else None
        if parsed and mapping:
            return self._mapped(mapping, parsed, wanted, trail)
        found = self.orbs.source(wanted)
        if found is None or isinstance(found, Missing):
            self._unknown(alias, reference, found or Missing(), trail)
            return None
        return self._from_text(alias, *found, trail)

    def _mapping(self, reference: Reference, trail: Trail) -> Facts | None:
        """The mapping of an orb, if there is one."""
        if reference.orb not in self._mappings:
            found = self.orbs.mapping(reference.orb)
            if found:
                self.claims.notes.imported(found[0], trail)
            self._mappings[reference.orb] = load(*found) if found else None
        return self._mappings[reference.orb]

    def _mapped(self, mapping: Facts, reference: Reference, wanted: Wanted, trail: Trail) -> Namespace | None:
        """The namespace of a mapping; of the source, where there is one and the mapping is for other versions."""
        if not mapping.covers(reference):
            found = self.orbs.source(wanted)
            if found and not isinstance(found, Missing):
                return self._from_text(wanted.alias, *found, trail)
            said = f"the mapping of {reference.orb} was made from {mapping.shown}; {reference} may do something else"
            self.claims.notes.add(ORB_VERSION, trail, f"orbs.{wanted.alias or reference.orb}", said)
        name = f"{reference} by its mapping"
        if name not in self._files:
            if not self._enter(name, trail):
                return None
            made = self.namespace(str(reference), mapping.as_of(reference), {}, trail)
            made.behind = self._behind(mapping, reference, wanted, trail)
            self._files[name] = made
            self._open.pop()
        return self._files[name]

    def _behind(self, mapping: Facts, reference: Reference, wanted: Wanted, trail: Trail) -> Behind:
        """What gives the orb's source for what its mapping lacks, or says that this is lacking."""

        def behind(kind: str, name: str, lacking: tuple[str, ...]) -> Namespace | str | None:
            found = self.orbs.source(wanted)
            if found and not isinstance(found, Missing):
                return self._from_text(wanted.alias, *found, trail)
            what = f"{kind[:-1]} '{name}'"
            if lacking:
                what = f"{', '.join(map(repr, lacking))} of the {what}"
            why = mapping.why(kind, name, lacking)
            said = f"nothing is known about {what} of {reference}{f': {why}' if why else ''}; "
            return said + f"its steps fail until you replace them; {_ways(wanted.alias, reference, found or Missing())}"

        return behind

    def _unknown(self, alias: str, reference: str, missing: Missing, trail: Trail) -> None:
        """Say that there is no source, and how to come by one."""
        what = f"the orb '{reference or alias}'"
        said = f"nothing is known about {what}" + (f": {missing.why}" if missing.why else "")
        said += f"; its steps fail until you replace them; {_ways(alias, parse(reference), missing)}"
        self.claims.notes.add(ORB_UNKNOWN, trail, f"orbs.{alias}", said)

    def _from_text(self, alias: str, file: str, text: str, trail: Trail) -> Namespace | None:
        if file not in self._files:
            if not self._enter(file, trail):
                return None
            self._files[file] = self._read(alias, file, text, trail)
            self._open.pop()
        return self._files[file]

    def _read(self, alias: str, file: str, text: str, trail: Trail) -> Namespace | None:
        """The namespace of a source; what is wrong in it is said at the line that imports it."""
        root = self._tree(file, text, alias, trail)
        if root is not None and not isinstance(root, Mapping):
            said = (
                f"the source of an orb is a mapping with 'commands', 'jobs' and 'executors'; this is {root.described}"
            )
            self.claims.notes.refuse(ORB_SOURCE, (root.span,), f"orbs.{alias}", said)
        return self.namespace(alias, root, {}, trail) if isinstance(root, Mapping) else None

    def _tree(self, file: str, text: str, alias: str, trail: Trail) -> Node | None:
        self.claims.notes.imported(file, trail)
        notes = Notes()
        root = read(text, file, notes)
        for note in notes:
            self.claims.notes.refuse(note.code, note.trail, f"orbs.{alias}", note.detail)
        return root

    def _enter(self, name: str, trail: Trail) -> bool:
        """Begin an orb; False, and a note, if it is begun already, or if there is no end in sight."""
        if name in self._open or len(self._open) >= _DEEPEST:
            chain = [*self._open[self._open.index(name) :], name] if name in self._open else [*self._open[:3], "..."]
            said = f"orbs import each other in a circle, or more than {_DEEPEST} deep: {' -> '.join(chain)}"
            self.claims.notes.refuse(ORB_CIRCLE, trail, name, said)
            return False
        self._open.append(name)
        return True


def _ways(alias: str, reference: Reference | None, missing: Missing) -> str:
    """How to come by the source of an orb."""
    import shlex  # few orbs are unknown once they are fetched

    fetch = missing.fetch or (f"circle2bb orbs fetch {shlex.quote(str(reference))}" if reference else "-")
    given = f"{alias}=FILE" if alias else "FILE"
    return f"--orb-source {given} gives its source" if fetch == "-" else f"'{fetch}' fetches its source"


__all__ = ["Importer"]
