"""The tests of bash: `[[ … ]]`, `[ … ]` and `test`, with Kleene's third value where something is not known.

The grammar binds `!` and `( )` in `[[ ]]` otherwise than bash does, so that its tree is taken apart into words and
signs again, and read by bash's own precedence: `!` before `&&` before `||`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import pairwise

from migrate.shell.node import Node
from migrate.verify.words import Piece, Variables, found_in, joined, pattern

Truth = bool | None
_CONNECTED = {"binary_expression", "unary_expression", "parenthesized_expression", "negated_command", "test_command"}
_COMPARING = frozenset({"==", "=", "!=", "=~"})
_SIGNS = {"[[", "]]", "[", "]", "(", ")", "&&", "||", "!", "==", "=", "!=", "=~", "-a", "-o"}
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": int.__eq__,
    "-ne": int.__ne__,
    "-lt": int.__lt__,
    "-le": int.__le__,
    "-gt": int.__gt__,
    "-ge": int.__ge__,
}


class Word:
    """A word of a test: the nodes that it is made of."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    @property
    def text(self) -> str:
        """What is written there."""
        return "".join(node.text for node in self.nodes)

    def parts(self, variables: Variables) -> list[Piece] | None:
        """Its parts, expanded; None if they are not known."""
        return joined(iter(self.nodes), variables)

    def value(self, variables: Variables) -> str | None:
        """What it comes to."""
        found = self.parts(variables)
        return None if found is None else "".join(text for text, _ in found)


Token = Word | str


def holds(node: Node, variables: Variables) -> Truth:
    """Whether a `[[ … ]]` or `[ … ]` holds."""
    return read(_tokens(node), variables)


def read(tokens: Sequence[Token], variables: Variables) -> Truth:
    """Whether the words of a test hold; None if that is not known, or they make no test that is understood."""
    reader = _Reader(list(tokens), variables)
    found = reader.either()
    return None if reader.tokens else found


def words_of(command: Node) -> list[Token]:
    """The words of `test …`, without its name."""
    return list(_merged(child for child in command.children[1:] if child.start < child.end))


@lru_cache(maxsize=1024)
def _tokens(node: Node) -> tuple[Token, ...]:
    return tuple(token for token in _merged(_leaves(node)) if token not in {"[[", "]]", "[", "]"})


def _leaves(node: Node) -> Iterator[Node]:
    if node.kind in _CONNECTED:
        for child in node.children:
            yield from _leaves(child)
    elif node.start < node.end:
        yield node


def _merged(leaves: Iterator[Node]) -> Iterator[Token]:
    """Signs as they are, and words, which the grammar splits where it meets a pattern."""
    waiting: list[Node] = []
    listed = list(leaves)
    for node, following in pairwise([*listed, None]):
        if node is None:
            break
        sign = node.text in _SIGNS and not node.children and node.kind not in {"raw_string", "string"}
        if sign and not waiting:
            yield node.text
            continue
        waiting.append(node)
        if following is None or following.start > node.end or following.text in {")", "]]", "]"}:
            yield Word(waiting)
            waiting = []


class _Reader:
    def __init__(self, tokens: list[Token], variables: Variables) -> None:
        self.tokens, self.variables = tokens, variables

    def took(self, *signs: str) -> bool:
        if self.tokens and self.tokens[0] in signs:
            self.tokens.pop(0)
            return True
        return False

    def either(self) -> Truth:
        found = [self.both()]
        while self.took("||", "-o"):
            found.append(self.both())
        return True if True in found else None if None in found else False

    def both(self) -> Truth:
        found = [self.single()]
        while self.took("&&", "-a"):
            found.append(self.single())
        return False if False in found else None if None in found else True

    def word(self) -> Word | None:
        """The next token, if it is a word."""
        first = self.tokens[0] if self.tokens else ""
        if isinstance(first, Word):
            del self.tokens[0]
            return first
        return None

    def single(self) -> Truth:
        if self.took("!"):
            inner = self.single()
            return None if inner is None else not inner
        if self.took("("):
            inner = self.either()
            return inner if self.took(")") else self.stuck()
        first = self.word()
        if first is None:
            return self.stuck()
        following = self.tokens[0] if self.tokens else ""
        if following in _COMPARING or _is_order(following):
            del self.tokens[0]
            return self.comparison(first, following)
        if first.text in {"-n", "-z"} and (asked := self.word()):
            text = asked.value(self.variables)
            return None if text is None else bool(text) == (first.text == "-n")
        text = first.value(self.variables)
        return None if text is None else bool(text)

    def stuck(self) -> Truth:
        self.tokens.append("")  # is never read, so that the whole is not understood
        return None

    def comparison(self, left: Word, sign: Token) -> Truth:
        right = self.word()
        if right is None:
            return self.stuck()
        value, parts = left.value(self.variables), right.parts(self.variables)
        if value is None or parts is None:
            return None
        if sign == "=~":
            text = "".join(re.escape(part) if _is_quoted(right) else part for part, _ in _raw(right, parts))
            return found_in(text, value)
        if isinstance(sign, Word):
            return _numbers(sign.text, value, "".join(part for part, _ in parts))
        wanted = pattern(parts)
        return None if wanted is None else (wanted.fullmatch(value) is not None) == (sign != "!=")


def _is_order(token: Token) -> bool:
    return isinstance(token, Word) and token.text in _NUMBERS


def _is_quoted(word: Word) -> bool:
    return all(node.kind in {"string", "raw_string"} for node in word.nodes)


def _raw(word: Word, parts: list[Piece]) -> list[Piece]:
    """The parts of a regular expression: what is not quoted keeps its backslashes."""
    plain = all(node.kind in {"regex", "word", "extglob_pattern"} and not node.children for node in word.nodes)
    return [(word.text, False)] if plain else parts


def _numbers(sign: str, left: str, right: str) -> Truth:
    try:
        return partial(_NUMBERS[sign], int(left or "0"))(int(right or "0"))
    except ValueError:
        return None
