"""Shapes: which keys and values stand where, and what is said of those that do not fit.

A shape is a value; `complaints` walks a tree beside one. A text with a template in it fits everywhere: what it
comes to is looked at once it is known. The wording is CircleCI's own (reference circleci.md, section 8, row 1).
"""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Table
from typing import NamedTuple

from migrate.diagnostics import Code, Fate, Notes, Span, Trail, declare
from migrate.yamlio.decode import MISSING_KEY, WRONG_TYPE
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

EXTRANEOUS_KEY = declare(
    "extraneous-key",
    Fate.ERROR,
    "A key that CircleCI does not take here",
    """CircleCI refuses a config with such a key.

    Nothing is written.

    Look for a typing error, or for a wrong indentation.""",
    "https://circleci.com/docs/configuration-reference/",
)
IGNORED_KEY = declare(
    "ignored-key",
    Fate.KEPT,
    "A key that CircleCI does not read",
    """Steps about caches, workspaces and artifacts may hold other keys than those that count, and so may all that is in
    a config of version 2.

    They do nothing there, and nothing here.""",
    "https://circleci.com/docs/configuration-reference/#steps",
)
WRONG_VALUE = declare(
    "wrong-value",
    Fate.ERROR,
    "A value that CircleCI does not take here",
    """The key takes only certain values, and CircleCI refuses a config with another one; the message says which.

    Nothing is written.

    Write one that the message names.""",
    "https://circleci.com/docs/configuration-reference/",
)


class Text(NamedTuple):
    """A scalar; `legal` are its values, where only some are, and `complaint` says what is wrong with one."""

    legal: tuple[str, ...] = ()
    complaint: Callable[[str], str] | None = None


class Flag(NamedTuple):
    """A boolean."""


class Count(NamedTuple):
    """A whole number of at least `least` and at most `most`; it may be quoted."""

    least: int
    most: int = 1_000_000


class Items(NamedTuple):
    """A list of `of`; where `bare`, one value may stand for a list of one."""

    of: "Shape"
    bare: bool = False
    least: int = 0


class Named(NamedTuple):
    """A mapping from names of the user's own to `of`."""

    of: "Shape"


class Keys(NamedTuple):
    """A mapping with certain keys; others are refused unless it is `open`. `rules` say what goes together."""

    keys: Table[str, "Shape"]
    required: tuple[str, ...] = ()
    rules: tuple[Callable[[Mapping], str], ...] = ()
    open: bool = False


class Either(NamedTuple):
    """A scalar, a list or a mapping, each of its own shape; None where it may be none."""

    scalar: "Shape | None" = None
    items: "Shape | None" = None
    mapping: "Shape | None" = None


class Anything(NamedTuple):
    """What is looked at elsewhere."""


Shape = Text | Flag | Count | Items | Named | Keys | Either | Anything


class Complaint(NamedTuple):
    """What does not fit, and where; `path` leads to it as in `jobs/build/docker/0`."""

    code: Code
    span: Span
    path: str
    said: str


def complaints(node: Node, shape: Shape, path: str, at: Span | None = None) -> Iterator[Complaint]:
    """What of `node` does not fit `shape`; `path` says where the node stands, `at` is the key that it stands under."""
    if isinstance(node, Scalar) and ("<<" in node.text or node.symbols):
        return
    match shape:
        case Keys():
            yield from _keys(node, shape, path, at or node.span)
        case Items():
            yield from _items(node, shape, path)
        case Named():
            if isinstance(node, Mapping):
                for entry in node.entries:
                    yield from complaints(entry.value, shape.of, f"{path}/{entry.key.text}", entry.key.span)
            elif not _is_null(node):
                yield _expected("Mapping", node, path)
        case Either():
            yield from _either(node, shape, path, at)
        case Text() | Flag() | Count():
            yield from _scalar(node, shape, path)


def refuse(node: Node, shape: Shape, path: str, notes: Notes, trail: Trail) -> None:
    """Refuse the config for each complaint; `trail` leads to the node."""
    for complaint in complaints(node, shape, path):
        say(complaint, notes, trail)


def say(complaint: Complaint, notes: Notes, trail: Trail) -> None:
    """Refuse the config for a complaint; published orbs do have extraneous keys, which CircleCI never reads."""
    code, span, path, said = complaint
    if code is not EXTRANEOUS_KEY or not notes.is_imported(span.file):
        notes.refuse(code, (*trail, span), path.replace("/", "."), f"[#/{path}] {said}")


def unknown_keys(shape: Shape | None, node: Node) -> tuple[Entry, ...]:
    """The entries of a mapping that its shape lets stand without knowing them."""
    form = shape.mapping if isinstance(shape, Either) else shape
    if not isinstance(form, Keys) or not form.open or not isinstance(node, Mapping):
        return ()
    return tuple(entry for entry in node.entries if entry.key.text not in form.keys)


def _keys(node: Node, shape: Keys, path: str, at: Span) -> Iterator[Complaint]:
    if _is_null(node):
        node = Mapping((), node.span)
    if not isinstance(node, Mapping):
        yield _expected("Mapping", node, path)
        return
    given = {entry.key.text: entry.value for entry in node.entries}
    for key in shape.required:
        if _is_null(given.get(key)):
            yield Complaint(MISSING_KEY, at, path, f"required key [{key}] not found")
    for entry in node.entries:
        name = entry.key.text
        if name not in shape.keys and not shape.open:
            said = f"extraneous key [{name}] is not permitted; {_advice(name, tuple(shape.keys))}"
            yield Complaint(EXTRANEOUS_KEY, entry.key.span, path, said)
        elif name in shape.keys and not _is_null(entry.value):
            yield from complaints(entry.value, shape.keys[name], f"{path}/{name}", entry.key.span)
    yield from (Complaint(WRONG_VALUE, at, path, said) for rule in shape.rules if (said := rule(node)))


def _advice(name: str, legal: tuple[str, ...]) -> str:
    """What to write instead of a key that is none: the one that was meant, if one is near, else all of them."""
    from difflib import get_close_matches  # few configs have typing errors

    near = get_close_matches(name, legal, 1)
    return f"is '{near[0]}' meant?" if near else f"the keys here are: {', '.join(sorted(legal))}"


def _items(node: Node, shape: Items, path: str) -> Iterator[Complaint]:
    if isinstance(node, Sequence):
        if len(node.items) < shape.least:
            said = f"expected minimum item count: {shape.least}, found: {len(node.items)}"
            yield Complaint(WRONG_VALUE, node.span, path, said)
        for index, item in enumerate(node.items):
            yield from complaints(item, shape.of, f"{path}/{index}")
    elif shape.bare:
        yield from complaints(node, shape.of, path)
    else:
        yield _expected("Sequence", node, path)


def _either(node: Node, shape: Either, path: str, at: Span | None) -> Iterator[Complaint]:
    forms = {Scalar: ("String", shape.scalar), Sequence: ("Sequence", shape.items), Mapping: ("Mapping", shape.mapping)}
    form = shape.mapping if _is_null(node) else forms[type(node)][1]
    if form is None and _is_null(node):
        return
    if form is None:
        yield _expected(" or ".join(name for name, one in forms.values() if one is not None), node, path)
    else:
        yield from complaints(node, form, path, at)


def _scalar(node: Node, shape: Text | Flag | Count, path: str) -> Iterator[Complaint]:
    wanted = {Text: "String", Flag: "Boolean", Count: "Integer"}[type(shape)]
    if not isinstance(node, Scalar) or node.kind == "null":
        yield _expected(wanted, node, path)
    elif isinstance(shape, Flag):
        if node.kind != "bool" and node.text.lower() not in {"true", "false"}:
            yield _expected(wanted, node, path)
    elif isinstance(shape, Count):
        # Longer than any legal number is wrong whatever its digits say, and is never made an int.
        if not (node.text.isascii() and node.text.isdigit()):
            yield _expected(wanted, node, path)
        elif len(node.text) > len(str(shape.most)) or not shape.least <= int(node.text) <= shape.most:
            said = f"{node.text} is not between {shape.least} and {shape.most}"
            yield Complaint(WRONG_VALUE, node.span, path, said)
    elif shape.legal and node.text not in shape.legal:
        said = f"'{node.text}' is not one of: {', '.join(sorted(shape.legal))}"
        yield Complaint(WRONG_VALUE, node.span, path, said)
    elif shape.complaint and (wrong := shape.complaint(node.text)):
        yield Complaint(WRONG_VALUE, node.span, path, wrong)


def _expected(wanted: str, node: Node, path: str) -> Complaint:
    kinds = {"str": "String", "int": "Integer", "float": "Number", "bool": "Boolean", "null": "Null"}
    found = kinds.get(node.kind, "String") if isinstance(node, Scalar) else type(node).__name__
    return Complaint(WRONG_TYPE, node.span, path, f"expected type: {wanted}, found: {found}")


def _is_null(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.kind == "null")
