"""Definitions are held against their shapes, before anything is expanded (reference circleci.md, section 8)."""

from collections.abc import Iterator

from migrate.circleci.namespace import Definition, Namespace
from migrate.circleci.schema import DEFINITIONS, STEPS, TYPES
from migrate.circleci.shapes import EXTRANEOUS_KEY, IGNORED_KEY, WRONG_VALUE, Complaint, complaints, say
from migrate.diagnostics import Fate, Trail, declare
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence, walk

UNUSED = declare(
    "unused",
    Fate.DROPPED,
    "A definition is never used",
    """No workflow runs it, directly or through something else.

    Nothing of it is in the pipelines.

    Remove it, or look for a typing error where it should be used.""",
    "https://circleci.com/docs/reusing-config/",
)

_INNER = ("steps", "teardown")
"""Keys of built-in steps under which steps stand."""


def job_type(node: Node) -> str:
    """The type of a job's definition, `build` unless it says another."""
    # Peeked, not taken: whoever expands the job claims it.
    found = peek(node, "type")
    return found.text if isinstance(found, Scalar) and found.kind != "null" else "build"


def entry_of(item: Node) -> tuple[str, Mapping]:
    """An entry's key, and its body; the body of one that has none is empty, and stands where the key stands."""
    if isinstance(item, Mapping) and len(item.entries) == 1:
        key, value = item.entries[0]
        return key.text, Mapping(value.entries if isinstance(value, Mapping) else (), key.span)
    return (item.text, Mapping((), item.span)) if isinstance(item, Scalar) else ("", Mapping((), item.span))


def check(definition: Definition, claims: Claims, trail: Trail) -> None:
    """Refuse the config for what does not fit in a definition that is used; each is looked at once.

    Configs of version 2 with keys that mean nothing are in use, so that these are told and not refused.
    """
    if not definition.checked:
        definition.checked = True
        for complaint in wrong(definition):
            if complaint.code is EXTRANEOUS_KEY and not definition.home.templates:
                _ignore(complaint, definition, claims)
            else:
                say(complaint, claims.notes, trail)


def _ignore(complaint: Complaint, definition: Definition, claims: Claims) -> None:
    path = complaint.path.replace("/", ".")
    claims.notes.add(IGNORED_KEY, (complaint.span,), path, f"[#/{complaint.path}] {complaint.said}; it does nothing")
    for place in walk(definition.node):
        if place.span == complaint.span:
            claims.place(place)


def note_unused(namespace: Namespace, file: str, claims: Claims) -> None:
    """Say which definitions nothing uses, and claim them as a whole; those of orbs in other files are not the user's.

    CircleCI does not expand them, so that what is wrong in them does not refuse the config.
    """
    for definition in namespace.definitions.values():
        if not definition.used and definition.span.file == file:
            said = f"nothing uses {definition.kind[:-1]} '{definition.name}'"
            first = next(wrong(definition), None)
            if first:
                said += f"; what is wrong in it does not matter until then: {first.said}"
            claims.notes.add(UNUSED, (definition.span,), f"{definition.kind}.{definition.name}", said)
            claims.whole(definition.node)
    for orb in namespace.orbs.values():
        if not orb.foreign:
            note_unused(orb, file, claims)


def wrong(definition: Definition) -> Iterator[Complaint]:
    """What does not fit in a definition."""
    node, path = definition.node, f"{definition.kind}/{definition.name}"
    if definition.kind != "jobs":
        yield from complaints(node, DEFINITIONS[definition.kind], path, definition.span)
    elif (kind := job_type(node)) in TYPES:
        yield from complaints(node, TYPES[kind], path, definition.span)
    elif "<<" not in kind:
        said = f"Invalid job type '{kind}'. Allowed types: {', '.join(TYPES)}"
        yield Complaint(WRONG_VALUE, node.span, path, said)
    yield from _steps(peek(node, "steps"), definition.home, f"{path}/steps")


def _steps(node: Node | None, home: Namespace, path: str) -> Iterator[Complaint]:
    """What does not fit in a list of steps; a command of the same name as a built-in step stands before it."""
    for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        where = f"{path}/{index}"
        if isinstance(item, Sequence):
            yield from _steps(item, home, where)
        elif isinstance(item, Mapping) and len(item.entries) == 1:
            name, body = item.entries[0].key.text, item.entries[0].value
            if name in STEPS and ("commands", name) not in home.definitions:
                yield from complaints(body, STEPS[name], f"{where}/{name}", item.entries[0].key.span)
                for key in _INNER:
                    yield from _steps(peek(body, key), home, f"{where}/{name}/{key}")
        elif isinstance(item, Scalar) and item.text == "run" and ("commands", "run") not in home.definitions:
            yield from complaints(Scalar("", "null", item.span), STEPS["run"], f"{where}/run")
