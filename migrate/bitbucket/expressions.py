"""Bitbucket's expression language: `triggers` and `condition.state` (reference bitbucket.md, section 1.10).

Strings in double quotes, numbers, `true` and `false`, variables by their bare names; `== != < <= > >= && || !`,
parentheses, `glob(value, "pattern")` and `changesetInclude("pattern", …)`. A variable is a text; one that is not set
counts as the empty one. Beside a number it is the number that it spells, and beside `true` it is that word. No page
says so, and nothing that we write depends on more than texts.
"""

import operator as operators
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from migrate.bitbucket import globs

Value = str | float | bool
Variables = Callable[[str], str | None]
"""What a variable holds, the empty text where it is not set; None if that is not known."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)
    |(?P<sign>==|!=|<=|>=|&&|\|\||[<>!(),])|(?P<end>$)|(?P<wrong>.))""",
    re.VERBOSE | re.DOTALL,
)
_DEEPEST = 40
_ORDERS = {"<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge}
_FUNCTIONS = ("changesetInclude", "glob")
_GLOB_ARGUMENTS = 2


class ExpressionError(Exception):
    """The text is no expression; the message says why."""


class Node(NamedTuple):
    """A part of an expression: `kind` is `value`, `variable`, a sign (`==`, `&&`, `!` …) or a function's name."""

    kind: str
    parts: tuple["Node", ...] = ()
    value: Value = ""

    def below(self) -> Iterator["Node"]:
        """This part and all in it."""
        yield self
        for part in self.parts:
            yield from part.below()


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """The tree of an expression; raises ExpressionError."""
    return _Parser(text).read()


def holds(expression: Node, variables: Variables, changed: tuple[str, ...] | None = None) -> bool | None:
    """Whether an expression holds where these paths have changed; None if what is known does not decide it."""
    match expression.kind:
        case "&&" | "||" as sign:
            found = [holds(part, variables, changed) for part in expression.parts]
            decisive = sign == "||"
            return decisive if decisive in found else None if None in found else not decisive
        case "!":
            inner = holds(expression.parts[0], variables, changed)
            return None if inner is None else not inner
        case "glob":
            value, pattern = (_value(part, variables) for part in expression.parts)
            return None if value is None or pattern is None else globs.matches(str(pattern), _text(value))
        case "changesetInclude":
            patterns = [_value(part, variables) for part in expression.parts]
            if changed is None or None in patterns:
                return None
            return any(globs.matches_path(str(pattern), path) for pattern in patterns for path in changed)
        case "value" | "variable":
            value = _value(expression, variables)
            return None if value is None else _text(value) == "true"
    left, right = (_value(part, variables) for part in expression.parts)
    return None if left is None or right is None else _compared(left, expression.kind, right)


def _value(node: Node, variables: Variables) -> Value | None:
    if node.kind == "variable":
        return variables(str(node.value))
    return node.value if node.kind == "value" else holds(node, variables)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Value) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except ValueError:
        return None


def _compared(left: Value, sign: str, right: Value) -> bool:
    numbers = _number(left), _number(right)
    if sign in {"==", "!="}:
        if isinstance(left, float) or isinstance(right, float):
            same = None not in numbers and numbers[0] == numbers[1]
        else:
            same = _text(left) == _text(right)
        return same == (sign == "==")
    one, other = numbers
    return one is not None and other is not None and bool(_ORDERS[sign](one, other))


class _Parser:
    """One text while it is read, from the loosest operator to the tightest."""

    def __init__(self, text: str) -> None:
        self.tokens = [(match.lastgroup or "", match[match.lastgroup or ""]) for match in _TOKEN.finditer(text)]
        self.at = 0
        self.depth = 0

    def read(self) -> Node:
        node = self.either()
        if self.tokens[self.at][0] != "end":
            self.refuse("an operator or the end")
        return node

    def refuse(self, wanted: str) -> None:
        kind, text = self.tokens[self.at]
        found = "the end" if kind == "end" else f"'{text}'"
        said = f"{found} stands where {wanted} should"
        raise ExpressionError(said)

    def took(self, *signs: str) -> str:
        kind, text = self.tokens[self.at]
        if kind != "sign" or text not in signs:
            return ""
        self.at += 1
        return text

    def either(self) -> Node:
        return self.joined("||", self.both)

    def both(self) -> Node:
        return self.joined("&&", self.comparison)

    def joined(self, sign: str, inner: Callable[[], Node]) -> Node:
        parts = [inner()]
        while self.took(sign):
            parts.append(inner())
        return Node(sign, tuple(parts)) if len(parts) > 1 else parts[0]

    def comparison(self) -> Node:
        left = self.single()
        sign = self.took("==", "!=", "<", "<=", ">", ">=")
        return Node(sign, (left, self.single())) if sign else left

    def single(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            said = f"it is nested more than {_DEEPEST} times"
            raise ExpressionError(said)
        try:
            return self.nested()
        finally:
            self.depth -= 1

    def nested(self) -> Node:
        if self.took("!"):
            return Node("!", (self.single(),))
        if self.took("("):
            node = self.either()
            if not self.took(")"):
                self.refuse("')'")
            return node
        kind, text = self.tokens[self.at]
        if kind not in {"string", "number", "word"}:
            self.refuse("a value")
        self.at += 1
        if kind == "string":
            return Node("value", value=re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL))
        if kind == "number":
            return Node("value", value=float(text))
        if text in {"true", "false"}:
            return Node("value", value=text == "true")
        return self.call(text) if self.took("(") else Node("variable", value=text)

    def call(self, name: str) -> Node:
        if name not in _FUNCTIONS:
            said = f"there is no function '{name}'; there are {', '.join(_FUNCTIONS)}"
            raise ExpressionError(said)
        parts = [self.either()]
        while self.took(","):
            parts.append(self.either())
        if not self.took(")"):
            self.refuse("')'")
        if name == "glob" and len(parts) != _GLOB_ARGUMENTS:
            said = f"glob() takes a value and a pattern, not {len(parts)} arguments"
            raise ExpressionError(said)
        return Node(name, tuple(parts))
