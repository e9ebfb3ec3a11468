"""The top of a config: its version, its parameters, and the namespace that it makes.

Reference circleci.md, sections 1.1, 1.2, 1.10 and 2.5.
"""

from collections.abc import Callable
from collections.abc import Mapping as Table
from typing import NamedTuple

from migrate.circleci.conditions import FALSE
from migrate.circleci.namespace import Namespace
from migrate.circleci.orbs import Orbs
from migrate.circleci.parameters import PARAMETER_UNEXPECTED, PIPELINE_TYPES, Parameter, declared, refuse_misfit
from migrate.circleci.path_filters import Cases, with_default
from migrate.circleci.shapes import EXTRANEOUS_KEY, Anything, Named, refuse
from migrate.circleci.template import UNKNOWN_ARGUMENT, Scope, pipeline_parameters
from migrate.diagnostics import Fate, declare
from migrate.yamlio.decode import MISSING_KEY, Claims
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Symbol, walk

NOT_A_CONFIG = declare(
    "not-a-config",
    Fate.ERROR,
    "The file is no CircleCI config",
    """A config is a YAML mapping with 'version', 'jobs' and, usually, 'workflows'.

    Nothing was converted.

    Name the file that CircleCI reads, mostly '.circleci/config.yml'.""",
    "https://circleci.com/docs/configuration-reference/",
)
VERSION_1 = declare(
    "version-1",
    Fate.ERROR,
    "CircleCI 1.0 is not read",
    """CircleCI ended 1.0 in 2018.

    Nothing was converted.

    Write a 2.1 config first ('jobs' with 'docker' and 'steps', and a workflow), then convert that.""",
    "https://circleci.com/docs/configuration-reference/#version",
)
VERSION_2 = declare(
    "version-2",
    Fate.KEPT,
    "Version 2 of the language",
    """CircleCI itself takes only 2.1 since 21 September 2026.

    The config is read as version 2 was: without templates.""",
    "https://circleci.com/docs/configuration-reference/#version",
)
VERSIONS = ("2", "2.0", "2.1")
TOP = (
    *("version", "setup", "orbs", "commands", "executors", "jobs", "workflows", "parameters", "job-groups"),
    *("description", "experimental"),
)
"""The keys at the top that CircleCI reads (reference circleci.md, section 1.1)."""
_KEYS_OF_1 = {"machine", "checkout", "dependencies", "database", "compile", "test", "deployment", "general", "notify"}
Files = Callable[[str], tuple[str, str] | None]
"""Gives the name and the text of a file of the repository by its path there, or None."""
_SECTIONS = ("orbs", "commands", "executors", "jobs", "workflows", "parameters", "job-groups")
_ONLY_2_1 = ("commands", "executors", "orbs")


class Config(NamedTuple):
    """A config's top: `workflows` are the entries below that key."""

    namespace: Namespace
    workflows: tuple[Entry, ...]
    parameters: tuple[Parameter, ...]
    root: Mapping
    is_setup: bool = False


def load(root: Node, claims: Claims, orbs: Orbs, given: Table[str, Cases] | None = None) -> Config | None:
    """Read the top of a config; None, and a note that refuses it, if it is none.

    `given` are values for its pipeline parameters: of a continuation, by the setup config.
    """
    if not isinstance(root, Mapping):
        said = f"a config is a mapping with the keys version, jobs and workflows; this is {root.described}"
        if isinstance(root, Scalar) and root.kind == "null":
            said = "the file is empty; a config is a mapping with the keys version, jobs and workflows"
        claims.notes.refuse(NOT_A_CONFIG, (root.span,), "config", said)
        return None
    version = claims.take(root, "version")
    if not _supported(version, root, claims) or not isinstance(version, Scalar):
        return None
    claims.whole(claims.take(root, "description"))
    told = claims.take(claims.take(claims.take(root, "experimental"), "notify"), "branches")
    for which in ("only", "ignore"):  # whom CircleCI sends messages to
        claims.whole(claims.take(told, which))
    setup = claims.take(root, "setup")
    if version.text != "2.1":
        said = f"version {version.text} has no templates and no orbs; '<<' is a text in it"
        claims.notes.add(VERSION_2, (version.span,), "version", said)
        _refuse_keys_of_2_1(root, version.text, claims)
    for entry in root.entries:
        if entry.key.text in _SECTIONS and not (entry.key.text == "parameters" and version.text != "2.1"):
            refuse(entry.value, Named(Anything()), entry.key.text, claims.notes, ())
    # Configs of version 2 hold anchors under any key, this one too.
    listed = claims.take(root, "parameters") if version.text == "2.1" else None
    parameters = declared(listed, claims, (), PIPELINE_TYPES)
    _refuse_without_default(parameters, claims)
    cases = _cases(parameters, given or {}, claims)
    namespace = namespace_of("", root, claims, orbs, {name: _known(name, found) for name, found in cases.items()})
    namespace.cases = {name: found for name, found in cases.items() if len(found) > 1}
    namespace.templates = version.text == "2.1"
    if namespace.templates:
        refuse_undeclared(root, namespace.values, claims)
    workflows = tuple(e for e in claims.each(claims.take(root, "workflows")) if e.key.text != "version")
    return Config(namespace, workflows, parameters, root, isinstance(setup, Scalar) and setup.truth)


def _cases(parameters: tuple[Parameter, ...], given: Table[str, Cases], claims: Claims) -> dict[str, Cases]:
    """The values of each pipeline parameter, those that were given before its default."""
    known = {parameter.name for parameter in parameters}
    for name in sorted(given.keys() - known):
        span, legal = given[name][0][1].span, ", ".join(sorted(known)) or "none"
        said = f"Unexpected argument(s): {name}; the config that goes on declares: {legal}"
        claims.notes.refuse(PARAMETER_UNEXPECTED, (span,), f"parameters.{name}", said)
    found: dict[str, Cases] = {}
    for parameter in parameters:
        for _, value in given.get(parameter.name, ()):
            refuse_misfit(parameter, value, claims.notes, (value.span,))
        if parameter.default is not None:
            cases = with_default(given.get(parameter.name, ()), parameter.default)
            found[f"pipeline.parameters.{parameter.name}"] = tuple(case for case in cases if case[0] != FALSE)
    return found


def _known(name: str, cases: Cases) -> Node:
    """A parameter's value where it has one; where the run chooses, a text that stays unknown until then."""
    if len(cases) == 1:
        return cases[0][1]
    tag = f"<< {name} >>"
    return Scalar(tag, "str", cases[-1][1].span, (Symbol(0, len(tag), name),))


def _refuse_keys_of_2_1(root: Mapping, version: str, claims: Claims) -> None:
    for entry in root.entries:
        if entry.key.text in _ONLY_2_1:
            said = f"'{entry.key.text}' wants 'version: 2.1'; this config has version {version}"
            claims.notes.refuse(EXTRANEOUS_KEY, (entry.key.span,), entry.key.text, said)


def refuse_undeclared(root: Mapping, known: Scope, claims: Claims) -> None:
    """Refuse pipeline parameters that are not `known`: CircleCI replaces them everywhere, used or not."""
    for place in walk(root):
        if not isinstance(place.node, Scalar) or "<<" not in place.node.text:
            continue  # nothing to replace
        for name, span in pipeline_parameters(place.node):
            if name not in known:
                legal = ", ".join(sorted(known)) or "none"
                said = f'Referred to a variable "{name}" that does not exist; declared are: {legal}'
                claims.notes.refuse(UNKNOWN_ARGUMENT, (span,), place.path, said)


def _refuse_without_default(parameters: tuple[Parameter, ...], claims: Claims) -> None:
    for parameter in parameters:
        if parameter.default is None:
            said = f"the pipeline parameter '{parameter.name}' has no default; a push gives it no value"
            claims.notes.refuse(MISSING_KEY, (parameter.span,), f"parameters.{parameter.name}", said)


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


def namespace_of(name: str, root: Node, claims: Claims, orbs: Orbs, values: Scope | None = None) -> Namespace:
    """The namespace that a config, or an orb's source, makes; `values` are the pipeline parameters that it sees."""
    from migrate.circleci.imports import Importer  # it makes namespaces, and so stands above this module

    return Importer(claims, orbs).namespace(name, root, values or {})


__all__ = ["Config", "load", "namespace_of"]
