"""Words of bash, expanded where the event knows the variables: for the tests at the head of a script."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from migrate.shell.node import Node

Variables = Callable[[str], str | None]
"""What a variable holds, the empty text where it is not set, or what `$(…)` prints; None if that is not known."""
Piece = tuple[str, bool]
"""A part of a word, and whether it was quoted: then no character in it is special."""

_LONGEST = 10_000
_JOINED = {"concatenation", "command_name", "variable_assignment"}
_ALTERNATIVES = {":-": True, "-": False}
"""The operators of `${X:-word}` and `${X-word}`, and whether the word also stands for an empty variable."""


def pieces(node: Node, variables: Variables) -> list[Piece] | None:
    """The parts of a word; None if something in it is not known."""
    if node.kind == "string":
        return _string(node, variables)
    if node.kind in {"simple_expansion", "expansion"}:
        value = _expanded(node, variables)
        return None if value is None else [(value, False)]
    if node.kind == "command_substitution":
        value = variables(node.text)
        return None if value is None else [(value, False)]
    if node.kind == "raw_string":
        return [(node.text[1:-1], True)]
    if node.kind in _JOINED:
        return joined((child for child in node.children if child.start < child.end), variables)
    if node.children:
        return None
    return list(_bare(node.text))


def joined(nodes: Iterator[Node], variables: Variables) -> list[Piece] | None:
    """The parts of a word that the grammar has split into several nodes."""
    found: list[Piece] = []
    for node in nodes:
        inner = pieces(node, variables)
        if inner is None:
            return None
        found += inner
    return found


def value(node: Node, variables: Variables) -> str | None:
    """What a word comes to; None if that is not known, or bash would look for files."""
    found = pieces(node, variables)
    return None if found is None else "".join(text for text, _ in found)


def names(node: Node) -> set[str]:
    """The variables that are expanded in a node."""
    return {part.text for part in node.below() if part.kind == "variable_name"}


def _bare(text: str) -> Iterator[Piece]:
    for found in re.finditer(r"\\(.)|[^\\]+|\\", text, re.DOTALL):
        yield (found[1], True) if found[1] else (found[0], False)


def _string(node: Node, variables: Variables) -> list[Piece] | None:
    found = ""
    for child in node.children:
        if child.kind == '"':
            continue
        if child.kind in {"simple_expansion", "expansion"}:
            text = _expanded(child, variables)
        elif child.kind == "command_substitution":
            text = variables(child.text)
        else:
            text = None if child.children else _unescaped(child.text)
        if text is None:
            return None
        found += text
    return [(found, True)]


def _unescaped(text: str) -> str:
    return re.sub(r'\\(["\\$`])', r"\1", text)


def _expanded(node: Node, variables: Variables) -> str | None:
    name = next((part.text for part in node.children if part.kind == "variable_name"), "")
    known = variables(name) if name else None
    rest = [part for part in node.children if part.kind not in {"variable_name", "$", "${", "}"}]
    if not rest or known is None:
        return known
    operator, *words = rest
    if operator.text not in _ALTERNATIVES:
        return None
    if known or not _ALTERNATIVES[operator.text]:
        # The event's variables are set to the empty text or not at all: `-` alone would have to know which.
        return known or None
    other = joined(iter(words), variables)
    return None if other is None else "".join(text for text, _ in other)


def pattern(parts: list[Piece]) -> re.Pattern[str] | None:
    """A pattern of `==` and `case` as a regular expression; None where it has more than `*`, `?` and letters."""
    source = ""
    for text, quoted in parts:
        if not quoted and set(text) & set("[]()"):
            return None
        source += re.escape(text) if quoted else re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(source, re.DOTALL)


def found_in(expression: str, text: str, *, words: bool = False) -> bool | None:
    r"""Whether a POSIX extended regular expression is found in a text; None if it has what POSIX does not define.

    With `words`, as for grep in the C libraries of GNU and of musl, `\b` and `\B` are ends of words.
    """
    from migrate.circleci import patterns  # loaded where a guard has a regular expression

    whole = _whole(expression, words=words)
    return None if whole is None else patterns.matches(whole, text)


@lru_cache(maxsize=512)
def _whole(expression: str, *, words: bool) -> str | None:
    """The expression, in RE2's syntax, that matches the whole of a text in which this one is found."""
    from migrate.circleci import patterns

    translated = _translated(expression, words=words)
    if translated is None or patterns.complaint(translated, longest=_LONGEST):
        return None
    whole = _anchored(translated)
    return f"(?s:.*)(?:{translated})(?s:.*)" if whole is None else whole


def _translated(expression: str, *, words: bool) -> str | None:
    """The same in RE2's syntax: in brackets a backslash is a letter there, and outside it escapes signs only."""
    out, at, bracket = "", 0, -1
    while at < len(expression):
        char, following = expression[at], expression[at + 1 : at + 2]
        if bracket >= 0:
            if char == "[" and following in {":", ".", "="}:
                end = expression.find(f"{following}]", at + 2)
                if end < 0 or following != ":":
                    return None
                out, at = out + expression[at : end + 2], end + 2
                continue
            out += "\\\\" if char == "\\" else char
            bracket = -1 if char == "]" and at > bracket else bracket
        elif char == "\\":
            ends = words and following in {"b", "B"}
            if not ends and (not following or following.isalnum()):
                return None
            out, at = out + (f"\\{following}" if ends else re.escape(following)), at + 1
        elif char == "(" and following == "?":
            return None
        else:
            out += char
            if char == "[":
                bracket = at + 1 + (following == "^")
        at += 1
    return out


def _anchored(expression: str) -> str | None:
    """What stands between `^` and `$`, if they hold all of it."""
    if not (expression.startswith("^") and expression.endswith("$") and not expression.endswith("\\$")):
        return None
    inner, depth, bracket, skip = expression[1:-1], 0, False, False
    for char in inner:
        if skip or char == "\\":
            skip = not skip
        elif bracket or char == "[":
            bracket = char != "]"
        elif char == "|" and depth == 0:
            return None
        else:
            depth += {"(": 1, ")": -1}.get(char, 0)
    return inner
