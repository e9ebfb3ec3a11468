r"""The `<< >>` dialect: a small Mustache, on parsed scalars only (reference circleci.md, section 2.2).

`<< parameters.x >>` is a value, `<<#parameters.x>>…<</parameters.x>>` a section that stands where x is
true, `<<^parameters.x>>…<</parameters.x>>` one that stands where it is not; `\<<` is a literal `<<`.
A scalar that is one value and nothing else takes the value's type. `pipeline.*` stays symbolic.
"""

from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import replace
from typing import NamedTuple, TypeVar

from migrate.diagnostics import Fate, Notes, Trail, declare
from migrate.yamlio.nodes import Entry, Node, Scalar, Sequence, Symbol

UNCLOSED_TAG = declare(
    "unclosed-tag",
    Fate.ERROR,
    "A << has no >>",
    """In a 2.1 config every '<<' opens a template tag, also in scripts. Write a heredoc as 'cat \\<<EOF' and a
    here-string as '\\<<<'.""",
    "https://circleci.com/docs/reusing-config/",
)
UNKNOWN_ARGUMENT = declare(
    "undeclared-parameter",
    Fate.ERROR,
    "A template names a parameter that nobody declared",
    "Only the parameters that the enclosing command, job or executor declares may be used in its body.",
    "https://circleci.com/docs/reusing-config/#using-the-parameters-declaration",
)

_T = TypeVar("_T")

Scope = Table[str, Node]
"""What each name, such as `parameters.tag`, stands for."""


class Value(NamedTuple):
    """`<< name >>`, with the text that it was read from."""

    name: str
    source: str


class Section(NamedTuple):
    """`<<#name>>parts<</name>>`, or with `^` if `inverted`."""

    name: str
    inverted: bool
    parts: tuple["Part", ...]


Part = str | Value | Section


class TemplateError(Exception):
    """A text that is no template; never leaves this module."""


def parse(text: str) -> tuple[Part, ...]:
    """Cut `text` into literals, values and sections; raises TemplateError with CircleCI's own words."""
    parts, rest = _parse(text, 0, "")
    assert rest == len(text), "a template is read to its end"  # noqa: S101 - our own invariant
    return parts


def _parse(text: str, at: int, section: str) -> tuple[tuple[Part, ...], int]:
    parts: list[Part] = []
    while (start := text.find("<<", at)) >= 0:
        if start > at and text[start - 1] == "\\":
            end = start + 2 + (text[start + 2 : start + 3] == "<")
            parts.append(text[at : start - 1] + text[start:end])
            at = end
            continue
        if start > at:
            parts.append(text[at:start])
        end = text.find(">>", start)
        if end < 0:
            raise TemplateError("Unclosed '<<' tag")  # noqa: EM101, TRY003
        tag, at = text[start + 2 : end].strip(), end + 2
        if tag[:1] in {"#", "^"}:
            name = tag[1:].strip()
            inner, at = _parse(text, at, name)
            parts.append(Section(name, tag[0] == "^", inner))
        elif tag[:1] == "/":
            if tag[1:].strip() != section:
                raise TemplateError(f"Unopened tag '{tag}'")  # noqa: EM102, TRY003
            return tuple(parts), at
        else:
            parts.append(Value(tag, text[start:at]))
    if section:
        raise TemplateError(f"Unclosed section '{section}'")  # noqa: EM102, TRY003
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts), len(text)


def truthy(node: Node | None) -> bool:
    """Whether a value counts as true in a section or a logic statement: all but false, null, 0 and ""."""
    if isinstance(node, Scalar):
        if node.kind == "bool":
            return node.truth
        return node.kind != "null" and node.text != "" and not (node.kind in {"int", "float"} and _zero(node.text))
    return node is not None and (not isinstance(node, Sequence) or bool(node.items))


def _zero(text: str) -> bool:
    return not text.strip("0._+-")


class Renderer(NamedTuple):
    """Puts the values of a scope into trees; what cannot be put in is said at `trail`.

    It leaves trees alone unless it is `active`: version 2.0 has no templates.
    """

    scope: Scope
    notes: Notes
    trail: Trail
    active: bool = True

    def render(self, node: Node) -> Node:
        """The tree with every tag replaced; a part without tags stays the very same object."""
        if not self.active:
            return node
        if isinstance(node, Scalar):
            return self._scalar(node) if "<<" in node.text else node
        if isinstance(node, Sequence):
            return _mapped(node, node.items, self.render, lambda items: replace(node, items=items))
        return _mapped(node, node.entries, self._entry, lambda entries: replace(node, entries=entries))

    def _entry(self, entry: Entry) -> Entry:
        value = self.render(entry.value)
        return entry if value is entry.value else Entry(entry.key, value)

    def _scalar(self, node: Scalar) -> Node:
        try:
            parts = parse(node.text)
        except TemplateError as error:
            self.notes.refuse(UNCLOSED_TAG, (*self.trail, node.span), "<<", str(error))
            return node
        if len(parts) == 1 and isinstance(parts[0], Value) and parts[0].name in self.scope:
            return self.scope[parts[0].name]
        text = Scalar("", "str", node.span)
        for part in parts:
            text = self._append(text, part, node)
        return text

    def _append(self, so_far: Scalar, part: Part, node: Scalar) -> Scalar:
        if isinstance(part, str):
            return replace(so_far, text=so_far.text + part)
        if isinstance(part, Section):
            if truthy(self._lookup(part.name, node)) != part.inverted:
                for inner in part.parts:
                    so_far = self._append(so_far, inner, node)
            return so_far
        at = len(so_far.text)
        if part.name not in self.scope and _symbolic(part.name):
            symbol = Symbol(at, at + len(part.source), part.name)
            return replace(so_far, text=so_far.text + part.source, symbols=(*so_far.symbols, symbol))
        value = self._lookup(part.name, node)
        if not isinstance(value, Scalar):
            return so_far
        text = str(value.truth).lower() if value.kind == "bool" else value.text
        moved = tuple(Symbol(s.start + at, s.end + at, s.name) for s in value.symbols)
        return replace(so_far, text=so_far.text + text, symbols=so_far.symbols + moved)

    def _lookup(self, name: str, node: Scalar) -> Node | None:
        if name not in self.scope and not _symbolic(name):
            legal = ", ".join(sorted(self.scope)) or "none"
            said = f"Arguments referenced without declared parameters: {name}; declared here: {legal}"
            self.notes.refuse(UNKNOWN_ARGUMENT, (*self.trail, node.span), name, said)
        return self.scope.get(name)


def _symbolic(name: str) -> bool:
    return "pipeline." in name


def _mapped(
    node: Node, parts: tuple[_T, ...], change: Callable[[_T], _T], rebuild: Callable[[tuple[_T, ...]], Node]
) -> Node:
    changed = tuple(map(change, parts))
    return node if all(new is old for new, old in zip(changed, parts, strict=True)) else rebuild(changed)
