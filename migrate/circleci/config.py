"""The top of a config: its version, and the namespaces in which names are looked up.

Reference circleci.md, sections 1.1, 1.2, 1.10 and 2.5.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.circleci.parameters import Parameter, declared
from migrate.circleci.template import Renderer, Scope
from migrate.diagnostics import Fate, Notes, Span, Trail, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar

NOT_A_CONFIG = declare(
    "not-a-config",
    Fate.ERROR,
    "The file is no CircleCI config",
    "A config is a YAML mapping with 'version', 'jobs' and, usually, 'workflows'.",
    "https://circleci.com/docs/configuration-reference/",
)
VERSION_1 = declare(
    "version-1",
    Fate.ERROR,
    "CircleCI 1.0 is not read",
    """CircleCI ended 1.0 in 2018. Write a 2.1 config first ('jobs' with 'docker' and 'steps', and a workflow),
    then convert that.""",
    "https://circleci.com/docs/configuration-reference/#version",
)
ORB_UNKNOWN = declare(
    "orb-unknown",
    Fate.ERROR,
    "Nothing is known about an orb",
    """There is no mapping for this orb. The steps that use it fail on purpose until they are replaced,
    so that no build goes green without them.""",
    "https://circleci.com/docs/orb-intro/",
)
UNUSED = declare(
    "unused",
    Fate.DROPPED,
    "A definition is never used",
    "No workflow runs it, directly or through something else, so nothing of it is in the pipelines.",
    "https://circleci.com/docs/reusing-config/",
)

VERSIONS = ("2", "2.0", "2.1")
_KEYS_OF_1 = {"machine", "checkout", "dependencies", "database", "compile", "test", "deployment", "general", "notify"}
_KINDS = ("commands", "executors", "jobs")

OrbSource = Callable[[str], Node | None]
"""Gives the tree of an orb for a reference such as `circleci/node@5.1`, or None."""


@dataclass(slots=True, eq=False)
class Definition:
    """A command, executor or job: its tree, and the namespace in which its body looks names up."""

    kind: str
    name: str
    node: Node
    span: Span
    home: "Namespace"
    used: bool = False


@dataclass(slots=True, eq=False)
class Namespace:
    """Where names are looked up: a config, or an orb.

    `values` are the pipeline parameters that its templates see, `templates` whether it has any (2.0 has not);
    `unknown_orbs` are aliases of orbs without a tree.
    """

    name: str
    values: dict[str, Node] = field(default_factory=dict)
    templates: bool = True
    definitions: dict[tuple[str, str], Definition] = field(default_factory=dict)
    orbs: dict[str, "Namespace"] = field(default_factory=dict)
    unknown_orbs: set[str] = field(default_factory=set)

    def find(self, kind: str, name: str) -> Definition | None:
        """The definition that `name` means here: an own one, or `alias/name` of an orb."""
        alias, slash, inner = name.partition("/")
        if slash and alias in self.orbs:
            found = self.orbs[alias].find(kind, inner)
        else:
            found = self.definitions.get((kind, name))
        if found:
            found.used = True
        return found

    def scope(self, bound: Scope) -> Scope:
        """What templates see here: what was bound, over the pipeline parameters."""
        return {**self.values, **bound}

    def renderer(self, scope: Scope, notes: Notes, trail: Trail) -> Renderer:
        """A renderer for trees that were written here."""
        return Renderer(scope, notes, trail, active=self.templates)

    def names(self, kind: str) -> tuple[str, ...]:
        """All names of `kind` that are legal here, sorted."""
        own = [name for k, name in self.definitions if k == kind]
        return tuple(sorted(own + [f"{a}/{n}" for a, orb in self.orbs.items() for n in orb.names(kind)]))

    def leads_nowhere(self, name: str) -> bool:
        """Whether `name` belongs to an orb of which we know nothing."""
        return name.partition("/")[0] in self.unknown_orbs


class Config(NamedTuple):
    """A config's top: `workflows` are the entries below that key."""

    namespace: Namespace
    workflows: tuple[Entry, ...]
    parameters: tuple[Parameter, ...]
    root: Mapping


def load(root: Node, claims: Claims, orbs: OrbSource) -> Config | None:
    """Read the top of a config; None, and a note that refuses it, if it is none."""
    if not isinstance(root, Mapping):
        said = f"a config is a mapping with the keys version, jobs and workflows; this is {root.described}"
        if isinstance(root, Scalar) and root.kind == "null":
            said = "the file is empty; a config is a mapping with the keys version, jobs and workflows"
        claims.notes.refuse(NOT_A_CONFIG, (root.span,), "config", said)
        return None
    version = claims.take(root, "version")
    if not _supported(version, root, claims):
        return None
    for ignored in ("description", "setup", "experimental"):
        claims.whole(claims.take(root, ignored))
    parameters = declared(claims.take(root, "parameters"), claims, ())
    namespace = namespace_of("", root, claims, orbs)
    namespace.templates = isinstance(version, Scalar) and version.text == "2.1"
    namespace.values |= {f"pipeline.parameters.{p.name}": p.default for p in parameters if p.default is not None}
    workflows = tuple(e for e in claims.each(claims.take(root, "workflows")) if e.key.text != "version")
    return Config(namespace, workflows, parameters, root)


def _supported(version: Node | None, root: Mapping, claims: Claims) -> bool:
    if isinstance(version, Scalar) and version.text in VERSIONS:
        return True
    span = version.span if version else root.span
    if (version is None and _KEYS_OF_1.intersection(root.keys)) or (
        isinstance(version, Scalar) and version.text == "1"
    ):
        said = "this is a CircleCI 1.0 config; rewrite it as 2.1 (jobs, steps, workflows), then convert that"
        claims.notes.refuse(VERSION_1, (span,), "version", said)
        return False
    said = f"'version' must be one of {', '.join(VERSIONS)}" + ("" if version else "; there is none")
    claims.notes.refuse(NOT_A_CONFIG, (span,), "version", said)
    return False


def namespace_of(name: str, root: Node, claims: Claims, orbs: OrbSource) -> Namespace:
    """The namespace that a config, or an orb's source, makes."""
    namespace = Namespace(name)
    for kind in _KINDS:
        for entry in claims.each(claims.take(root, kind)):
            definition = Definition(kind, entry.key.text, entry.value, entry.key.span, namespace)
            namespace.definitions[kind, entry.key.text] = definition
    for entry in claims.each(claims.take(root, "orbs")):
        alias, value = entry.key.text, entry.value
        if isinstance(value, Scalar):
            tree = orbs(value.text)
            if tree is None:
                _unknown_orb(alias, value, entry.key.span, claims)
                namespace.unknown_orbs.add(alias)
                continue
            value = tree
        namespace.orbs[alias] = namespace_of(alias, value, claims, orbs)
    return namespace


def _unknown_orb(alias: str, value: Scalar, span: Span, claims: Claims) -> None:
    said = f"the orb '{value.text}' has no mapping; its steps fail until you replace them"
    claims.notes.add(ORB_UNKNOWN, (span,), f"orbs.{alias}", said)


def note_unused(namespace: Namespace, claims: Claims) -> None:
    """Say which definitions of the user's own config nothing uses, and claim them as a whole."""
    for definition in namespace.definitions.values():
        if not definition.used:
            trail: Trail = (definition.span,)
            said = f"nothing uses {definition.kind[:-1]} '{definition.name}'"
            claims.notes.add(UNUSED, trail, f"{definition.kind}.{definition.name}", said)
            claims.whole(definition.node)
    for orb in namespace.orbs.values():
        note_unused(orb, claims)


__all__ = ["Config", "Definition", "Namespace", "load", "namespace_of", "note_unused"]
