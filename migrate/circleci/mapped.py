"""The mapping of an orb, as it stands for one version of the orb.

A mapping says what the newest version does that was read; `older` says, newest first, in what earlier ones differ:

    versions: {from: 4.0.0, to: 7.2.1}
    older:
      - below: 5.0.0
        executors: {default: {parameters: {tag: {default: "13.11"}}}}

What is said there is laid over what stands above: mappings key by key, all else whole, and null takes away.
Versions are compared as semver.org has it; `4.7` and `4` are the newest of their kind (reference circleci.md, 1.2).
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

from migrate.circleci.orbs import Reference, is_exact
from migrate.diagnostics import CatalogError, Fate, Notes, declare
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence, walk
from migrate.yamlio.read import read

_DOCS = "https://circleci.com/docs/orb-concepts/#semantic-versioning"
ORB_GAP = declare(
    "orb-gap",
    Fate.ERROR,
    "A mapping does not say all that an orb does",
    """Nothing stands for this command, job, executor or parameter.

    The steps that use it fail on purpose until they are replaced, so that no build goes green without them.

    Give the orb's source with '--orb-source': with it they are converted like your own code.""",
    _DOCS,
)
ORB_VERSION = declare(
    "orb-version",
    Fate.APPROXIMATED,
    "A mapping was not made for this version of an orb",
    """The config asks for a version that was not read when the mapping was made.

    The mapping was taken as it is for the nearest version that was read.

    Look whether the orb has changed what you use of it; with its source, the very version is converted.""",
    _DOCS,
)
_HEAD = ("source", "checked", "versions", "older", "gaps")
"""What a mapping says beyond an orb: what it was made from and when, for which versions, and what it lacks."""
_ORB = ("version", "description", "display", "orbs", "commands", "executors", "jobs")
_PATCH = ("below", "orbs", "commands", "executors", "jobs")
_LAST = 1 << 30

Version = tuple[int, ...]


class Facts(NamedTuple):
    """A mapping, and the oldest and newest version that it was made from; both are empty for one without versions."""

    root: Mapping
    oldest: Version = ()
    newest: Version = ()

    @property
    def shown(self) -> str:
        """The versions, for messages."""
        return " to ".join(".".join(map(str, version)) for version in (self.oldest, self.newest))

    def covers(self, reference: Reference) -> bool:
        """Whether the mapping was made for this version, or for others of the same major one."""
        version = _version(reference.version)
        if not self.newest or reference.version == "volatile":
            return True
        return bool(version) and self.oldest <= version and version[0] <= self.newest[0]

    def as_of(self, reference: Reference) -> Mapping:
        """The orb as it is in this version; for one of which nothing is known, as in the newest."""
        version = _version(reference.version) or (_LAST,)
        made = self.root
        for patch in _patches(self.root):
            if version < _below(patch):
                made = _laid(made, Mapping(tuple(e for e in patch.entries if e.key.text != "below"), patch.span))
        return made

    def why(self, kind: str, name: str, lacking: tuple[str, ...]) -> str:
        """Why something is lacking, as far as the mapping says so."""
        paths = [f"{kind}/{name}", *(f"{kind}/{name}/{parameter}" for parameter in lacking)]
        gaps = peek(self.root, "gaps")
        rows = _texts(gaps) if isinstance(gaps, Mapping) else {}
        return "; ".join(rows[path] for path in (one.replace("_", "-") for one in paths) if path in rows)


@lru_cache(maxsize=128)
def load(file: str, text: str) -> Facts:
    """Read a mapping; raises CatalogError, with file and line, where it is none.

    Each is read once in a process: an audit converts many configs with the same few orbs.
    """
    notes = Notes()
    root = read(text, file, notes)
    if not isinstance(root, Mapping):
        what = f"{file}: the mapping of an orb is a mapping with {', '.join((*_ORB, *_HEAD))}"
        raise CatalogError("; ".join(str(note) for note in notes) or what)
    return facts(root)


def facts(root: Mapping) -> Facts:
    """Read the head of a mapping; raises CatalogError where it is none that can be read."""
    _legal(root, (*_ORB, *_HEAD))
    for patch in _patches(root):
        _legal(patch, _PATCH)
        _below(patch)
    versions = peek(root, "versions")
    if versions is None:
        return Facts(root)
    return Facts(root, _exact(versions, "from"), _exact(versions, "to"))


def complaints(made: Facts, extra_steps: Collection[str] = ()) -> list[str]:
    """What is wrong in the definitions of a mapping, whether anything uses them or not.

    `extra_steps` are the steps that mappings have beyond CircleCI's.
    """
    from migrate.circleci.namespace import KINDS, Definition, Namespace  # stands above: only who writes mappings asks
    from migrate.circleci.steps import BUILTIN, CONDITIONS
    from migrate.circleci.structure import wrong

    listed = ((kind, peek(made.root, kind)) for kind in KINDS)
    entries = ((kind, e) for kind, node in listed if isinstance(node, Mapping) for e in node.entries)
    home = Namespace("")
    definitions = [Definition(kind, e.key.text, e.value, e.key.span, home) for kind, e in entries]
    home.definitions.update({(d.kind, d.name): d for d in definitions})  # a command 'deploy' is no step of CircleCI's
    known = {*extra_steps, *BUILTIN, *CONDITIONS, "steps", *(d.name for d in definitions if d.kind == "commands")}
    misfits = [f"{one.span}: {one.said}" for definition in definitions for one in wrong(definition)]
    imported = peek(made.root, "orbs")
    orbs = tuple(f"{alias}/" for alias in imported.keys) if isinstance(imported, Mapping) else ()
    steps = (key for key in _steps(made.root) if not key.text.lstrip().startswith(("<<", *orbs)))
    unknown = (key for key in steps if key.text not in known)
    return misfits + [f"{key.span}: there is no step '{key.text}' in a mapping" for key in unknown]


def _steps(root: Node) -> Iterator[Scalar]:
    """The keys of all steps of the mapping's definitions."""
    for kind in ("commands", "jobs"):
        for place in walk(peek(root, kind) or Mapping((), root.span)):
            steps = peek(place.node, "steps") if isinstance(place.node, Mapping) else None
            for item in steps.items if isinstance(steps, Sequence) else ():
                yield from (entry.key for entry in item.entries) if isinstance(item, Mapping) else ()
                yield from (item,) if isinstance(item, Scalar) else ()


def _legal(node: Mapping, keys: tuple[str, ...]) -> None:
    for entry in node.entries:
        if entry.key.text not in keys:
            message = f"{entry.key.span}: a mapping has no key '{entry.key.text}' here; it has {', '.join(keys)}"
            raise CatalogError(message)


def _texts(gaps: Mapping) -> dict[str, str]:
    rows = gaps.entries
    return {key.text.replace("_", "-"): value.text for key, value in rows if isinstance(value, Scalar)}


def _exact(node: Node, key: str) -> Version:
    value = peek(node, key)
    version = _version(value.text) if isinstance(value, Scalar) and is_exact(value.text) else ()
    if not version:
        message = f"{(value or node).span}: '{key}' must be a version such as 1.2.3"
        raise CatalogError(message)
    return version


def _below(patch: Mapping) -> Version:
    return _exact(patch, "below")


def _patches(root: Mapping) -> tuple[Mapping, ...]:
    older = peek(root, "older")
    if older is None:
        return ()
    if not isinstance(older, Sequence) or not all(isinstance(item, Mapping) for item in older.items):
        message = f"{older.span}: 'older' is a list of mappings with 'below', newest first"
        raise CatalogError(message)
    return tuple(item for item in older.items if isinstance(item, Mapping))


def _version(text: str) -> Version:
    """What versions are compared by; a short one is later than all that it may mean, one with a label is none."""
    parts = text.split(".")
    if not all(part.isdecimal() for part in parts):
        return ()
    return tuple(int(part) for part in parts) + (() if is_exact(text) else (_LAST,))


def _laid(below: Node, above: Node) -> Mapping:
    """What stands above, over what is below it."""
    under = {entry.key.text: entry for entry in below.entries} if isinstance(below, Mapping) else {}
    for key, value in above.entries if isinstance(above, Mapping) else ():
        there = under.get(key.text)
        if isinstance(value, Scalar) and value.kind == "null":
            under.pop(key.text, None)
        elif there and isinstance(value, Mapping) and isinstance(there.value, Mapping):
            under[key.text] = Entry(there.key, _laid(there.value, value))
        else:
            under[key.text] = Entry(key, value)
    return Mapping(tuple(under.values()), below.span)


__all__ = ["ORB_GAP", "ORB_VERSION", "Facts", "complaints", "facts", "load"]
