r"""The `<< >>` dialect: a small Mustache, on parsed scalars only (reference circleci.md, section 2.2).

`<< parameters.x >>` is a value, `<<#parameters.x>>…<</parameters.x>>` a section that stands where x is
true, `<<^parameters.x>>…<</parameters.x>>` one that stands where it is not; `\<<` is a literal `<<`.
A scalar that is one value and nothing else takes the value's type. `pipeline.*` stays symbolic.
"""

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple, TypeVar

from migrate.diagnostics import LONGEST_TEXT, Fate, Notes, Span, Trail, declare
from migrate.yamlio.nodes import Default, Entry, Node, Scalar, Sequence, Symbol

UNCLOSED_TAG = declare(
    "unclosed-tag",
    Fate.ERROR,
    "A << has no >>",
    """In a 2.1 config every '<<' opens a template tag, also in scripts.

    CircleCI refuses such a config, so nothing is written.

    Write a heredoc as 'cat \\<<EOF' and a here-string as '\\<<<'.""",
    "https://circleci.com/docs/reusing-config/",
)
UNKNOWN_ARGUMENT = declare(
    "undeclared-parameter",
    Fate.ERROR,
    "A template names a parameter that nobody declared",
    """Only the parameters that the enclosing command, job or executor declares may be used in its body.

    CircleCI refuses such a config, so nothing is written.

    Declare the parameter where it is used, or mend its name.""",
    "https://circleci.com/docs/reusing-config/#using-the-parameters-declaration",
)

_SHOWN = 50
"""How many legal names a message lists."""
_T = TypeVar("_T")

Scope = Table[str, Node]
"""What each name, such as `parameters.tag`, stands for."""


class Value(NamedTuple):
    """`<< name >>`: the text that it was read from, and where in the scalar's text it begins."""

    name: str
    source: str
    at: int


class Section(NamedTuple):
    """`<<#name>>parts<</name>>`, or with `^` if `inverted`; `at` is where in the scalar's text it begins."""

    name: str
    inverted: bool
    parts: tuple["Part", ...]
    at: int


Part = str | Value | Section

_PLAIN = re.compile(r"[\w.-]+")
_PARAMETER = re.compile(r"pipeline\.parameters\.[\w-]+")
DEEPEST = 50
"""How deep sections may nest."""


class TemplateError(Exception):
    """A text that is no template; `at` is where in it. Never leaves this module."""

    def __init__(self, said: str, at: int) -> None:
        self.at = at
        super().__init__(said)


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[Part, ...]:
    """Cut `text` into literals, values and sections; raises TemplateError with CircleCI's own words."""
    open_: list[tuple[str, bool, int, list[Part]]] = []
    parts: list[Part] = []
    at = 0
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
            said = "Unclosed '<<' tag; write a '<<' that opens none as '\\<<'"
            raise TemplateError(said, start)
        tag, at = text[start + 2 : end].strip(), end + 2
        if tag[:1] in {"#", "^"}:
            if len(open_) == DEEPEST:
                said = f"more than {DEEPEST} sections stand inside one another"
                raise TemplateError(said, start)
            open_.append((tag[1:].strip(), tag[0] == "^", start, parts))
            parts = []
        elif tag[:1] == "/":
            if not open_ or tag[1:].strip() != open_[-1][0]:
                said = f"Unopened tag '{tag}'"
                raise TemplateError(said, start)
            name, inverted, began, above = open_.pop()
            above.append(Section(name, inverted, tuple(parts), began))
            parts = above
        else:
            parts.append(Value(tag, text[start:at], start))
    if open_:
        said = f"Unclosed section '{open_[-1][0]}'"
        raise TemplateError(said, open_[-1][2])
    return (*parts, text[at:]) if at < len(text) else tuple(parts)


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
        self.notes.spend(1, self.trail)
        if isinstance(node, Scalar):
            return self._scalar(node) if "<<" in node.text else node
        if not node.templated:
            return node
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
            self.notes.refuse(UNCLOSED_TAG, (*self.trail, _place(node, error.at)), "<<", str(error))
            return node
        if len(parts) == 1 and isinstance(parts[0], Value) and parts[0].name in self.scope:
            return self.scope[parts[0].name]
        if len(parts) == 1 and isinstance(parts[0], Value) and (known := self._constant(parts[0], node)):
            return known
        text = _Text()
        self._append(text, parts, node)
        if text.length > LONGEST_TEXT:
            said = f"a value has at most {LONGEST_TEXT:,} letters; this one comes to {text.length:,}"
            self.notes.give_up((*self.trail, node.span), said)
        return Scalar("".join(text.pieces), "str", node.span, tuple(text.symbols), defaults=tuple(text.defaults))

    def _append(self, text: "_Text", parts: tuple[Part, ...], node: Scalar) -> None:
        for part in parts:
            if isinstance(part, Section):
                value, began = self._lookup(part, node), text.length
                if truthy(value) != part.inverted:
                    self._append(text, part.parts, node)
                text.chosen(value, began)
            elif isinstance(part, str):
                text.add(part)
            elif known := self._constant(part, node):
                text.add(known.text, defaults=known.defaults)
            elif part.name not in self.scope and _symbolic(part.name):
                text.add(part.source, (Symbol(0, len(part.source), part.name),))
            elif isinstance(value := self._lookup(part, node), Scalar):
                self.notes.spend(len(value.text) // 10, (*self.trail, node.span))
                text.add(value.written, value.symbols, value.defaults)

    def _constant(self, part: Value, node: Scalar) -> Scalar | None:
        """The value of an expression that asks for pipeline parameters, if it needs nothing else."""
        if part.name in self.scope or _PLAIN.fullmatch(part.name) or "pipeline.parameters." not in part.name:
            return None
        from migrate.circleci.constants import constant  # the expression language: few configs need it here

        return constant(part.name, self.scope, node.span)

    def _lookup(self, part: Value | Section, node: Scalar) -> Node | None:
        name = part.name
        if name not in self.scope and not _symbolic(name):
            legal = ", ".join(sorted(self.scope)[:_SHOWN]) or "none"
            said = f"Arguments referenced without declared parameters: {name}; declared here: {legal}"
            if not _PLAIN.fullmatch(name):
                said += "; write a '<<' that opens no tag, such as that of a here-document, as '\\<<'"
            self.notes.refuse(UNKNOWN_ARGUMENT, (*self.trail, _place(node, part.at)), name, said)
        return self.scope.get(name)


@dataclass(slots=True, eq=False)
class _Text:
    """A text that is being put together, with the symbols in it."""

    pieces: list[str] = field(default_factory=list)
    symbols: list[Symbol] = field(default_factory=list)
    defaults: list[Default] = field(default_factory=list)
    length: int = 0

    def add(self, piece: str, symbols: tuple[Symbol, ...] = (), defaults: tuple[Default, ...] = ()) -> None:
        self.symbols += (Symbol(s.start + self.length, s.end + self.length, s.name) for s in symbols)
        self.defaults += (d._replace(start=d.start + self.length, end=d.end + self.length) for d in defaults)
        self.pieces.append(piece)
        self.length += len(piece)

    def chosen(self, value: Node | None, began: int) -> None:
        """Remember that a value decided whether the text since `began` stands there."""
        for one in value.defaults if isinstance(value, Scalar) else ():
            self.defaults.append(Default(began, self.length, one.name, exact=False))


def _place(node: Scalar, at: int) -> Span:
    """Where the tag stands that begins at `at` of a scalar's text."""
    count = 0
    found = node.text.find("<<")
    while 0 <= found < at:
        count += 1
        found = node.text.find("<<", found + 1)
    return node.marks[count] if count < len(node.marks) else node.span


def spelt(node: Scalar) -> str:
    """The text of a name; what only the run knows stands there by its own name."""
    text = node.text
    for symbol in reversed(node.symbols):
        text = f"{text[: symbol.start]}{symbol.name}{text[symbol.end :]}"
    return text


def pipeline_parameters(node: Scalar) -> Iterator[tuple[str, Span]]:
    """The pipeline parameters that a scalar's tags name, and where; those of expressions are not looked for."""
    try:
        open_ = list(parse(node.text))
    except TemplateError:
        return
    while open_:
        part = open_.pop()
        if isinstance(part, Section):
            open_ += part.parts
        if not isinstance(part, str) and _PARAMETER.fullmatch(part.name):
            yield part.name, _place(node, part.at)


def _symbolic(name: str) -> bool:
    return "pipeline." in name


def _mapped(
    node: Node, parts: tuple[_T, ...], change: Callable[[_T], _T], rebuild: Callable[[tuple[_T, ...]], Node]
) -> Node:
    changed = tuple(map(change, parts))
    return node if all(new is old for new, old in zip(changed, parts, strict=True)) else rebuild(changed)
