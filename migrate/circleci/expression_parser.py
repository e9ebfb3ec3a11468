"""The grammar of the expression language (reference circleci.md, section 2.3; parsers/ of CircleCI-Public/expr).

From the loosest to the tightest: `or`, `and`, the equalities, the orders, `not`. The text of a parsed expression
parses to the same expression again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NoReturn

from migrate.circleci.expression_tokens import ExpressionError, ExpressionFailure, Literal, Token, tokens

DEEPEST = 50
"""How deep brackets, `not` and comparisons may nest: ours, so that no text exhausts the stack."""

_LEVELS = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "!=", "starts-with", "contains", "matches"), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
}
_UNARY = 5


@dataclass(frozen=True, slots=True)
class Variable:
    """A name, such as `pipeline.git.branch`."""

    name: str
    at: int = field(compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Negation:
    """`not operand`."""

    operand: "Expression"

    def __str__(self) -> str:
        return f"not {_within(self.operand, _UNARY)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An infix operator between two operands; `at` is the operator's place."""

    left: "Expression"
    operator: str
    right: "Expression"
    at: int = field(compare=False)

    def __str__(self) -> str:
        level = _LEVELS[self.operator]
        return f"{_within(self.left, level)} {self.operator} {_within(self.right, level + 1)}"


@dataclass(frozen=True, slots=True)
class Logical:
    """`and` or `or` between at least two operands; an operand is never a Logical of the same word.

    `a and (b and c)` is `a and b and c`: the same operand decides.
    """

    word: str
    operands: tuple["Expression", ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(_within(operand, _LEVELS[self.word]) for operand in self.operands)


Expression = Literal | Variable | Negation | Comparison | Logical


def _within(expression: Expression, level: int) -> str:
    """The text of an operand, in brackets if it binds looser than `level`."""
    own = _UNARY
    if isinstance(expression, Comparison | Logical):
        own = _LEVELS[expression.operator if isinstance(expression, Comparison) else expression.word]
    return f"({expression})" if own < level else str(expression)


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression | ExpressionError:
    """The expression that a text is, or what is wrong with it (Scanner and Parser; Converter/TOO_DEEP is ours)."""
    try:
        return _Parser(tokens(text)).parse()
    except ExpressionFailure as failure:
        return failure.error


class _Parser:
    """Recursive descent; `_depths` bounds the tree, `_open` the recursion."""

    def __init__(self, words: Iterator[Token]) -> None:
        self._words = list(words)
        self._next = 0
        self._open = 0
        self._depths: dict[int, tuple[int, Expression]] = {}

    def parse(self) -> Expression:
        expression = self._binary(1)
        if self._peek.kind != "end":
            self._refuse_rest()
        return expression

    @property
    def _peek(self) -> Token:
        return self._words[self._next]

    def _take(self) -> Token:
        token = self._peek
        self._next += 1
        return token

    def _refuse_rest(self) -> None:
        """What is left over is taken for a misspelt operator if a name is followed by what could be its operand."""
        rest = self._peek
        if rest.kind == "name" and self._has_operand():
            legal = "'contains', 'matches' and 'starts-with'"
            said = f"there is no operator '{rest.text}'; those that are words are {legal}"
            _fail("UNKNOWN_BUILTIN_FUNCTION", rest, said)
        _fail("UNEXPECTED_ADDITIONAL_INPUT", rest, f"the expression has ended before '{rest.text}'")

    def _has_operand(self) -> bool:
        self._next += 1
        try:
            self._binary(4)
        except ExpressionFailure:
            return False
        return True

    def _binary(self, level: int) -> Expression:
        left = self._unary()
        while (own := _LEVELS.get(self._peek.kind, 0)) >= level:
            if own <= _LEVELS["and"]:
                left = self._logical(left, own)
            else:
                operator = self._take()
                right = self._binary(own + 1)
                left = self._deeper(Comparison(left, operator.kind, right, operator.at), operator, left, right)
        return left

    def _logical(self, first: Expression, level: int) -> Expression:
        operands, sign = [first], self._peek
        while self._peek.kind == sign.kind:
            self._take()
            operands.append(self._binary(level + 1))
        flat: list[Expression] = []
        for operand in operands:
            flat += operand.operands if isinstance(operand, Logical) and operand.word == sign.kind else [operand]
        return self._deeper(Logical(sign.kind, tuple(flat)), sign, *flat)

    def _unary(self) -> Expression:
        token = self._take()
        self._open += 1
        if self._open > DEEPEST:
            _too_deep(token)
        try:
            if token.kind == "not":
                operand = self._unary()
                return self._deeper(Negation(operand), token, operand)
            return self._primary(token)
        finally:
            self._open -= 1

    def _primary(self, token: Token) -> Expression:
        if token.literal is not None:
            return token.literal
        if token.kind == "name":
            return Variable(token.text, token.at)
        if token.kind != "(":
            found = f"'{token.text}'" if token.text else "the end"
            said = f"a value, a name or '(' is expected, and here stands {found}"
            _fail("EXPECTED_EXPRESSION", token, said)
        expression = self._binary(1)
        if self._peek.kind != ")":
            _fail("EXPECTED_RIGHT_PAREN", self._peek, "a '(' before this has no ')'")
        self._take()
        return expression

    def _deeper(self, node: Expression, token: Token, *below: Expression) -> Expression:
        depth = 1 + max(self._depths.get(id(operand), (0, operand))[0] for operand in below)
        if depth > DEEPEST:
            _too_deep(token)
        self._depths[id(node)] = depth, node  # the node, so that its id stays its own
        return node


def _fail(name: str, token: Token, message: str) -> NoReturn:
    raise ExpressionFailure(ExpressionError("Parser", name, token.at, message))


def _too_deep(token: Token) -> NoReturn:
    said = f"the expression nests deeper than {DEEPEST} levels; take it apart"
    raise ExpressionFailure(ExpressionError("Converter", "TOO_DEEP", token.at, said))
