"""The words of the expression language (reference circleci.md, section 2.3; scanners/ of CircleCI-Public/expr).

Positions are counted in characters from 0, as in the platform's own errors.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from migrate.circleci import patterns
from migrate.circleci.conditions import spelled

HIGHEST = 2**63 - 1
"""Numbers are signed 64-bit integers, and a literal has no sign."""

_WORDS = {"and", "or", "not", "true", "false", "contains", "matches", "starts-with"}
_TOKEN = re.compile(
    r"""[ \t\r\n]*
    (?: (?P<string> "(?:\\["\\]|[^"])*+" )
      | (?P<pattern> /(?:\\/|[^/])*+/ )
      | (?P<number> [0-9]+ )
      | (?P<word> [A-Za-z](?:\.?[A-Za-z0-9_?-])* )
      | (?P<sign> == | != | [<>]=? | [!()] )
      | (?P<end> \Z )
    )""",
    re.VERBOSE,
)
_BAD_IN_PATTERN = re.compile(r"\\/|(?P<bad>\\[ux]|[^\x00-\xff])")
_UNESCAPED = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class ExpressionError:
    """What is wrong with an expression: where and why, in the platform's categories and names.

    `category` is Scanner, Parser or Interpreter; or Converter, for what the platform could do and we cannot.
    `position` counts characters from 0; `message` is for the user.
    """

    category: str
    name: str
    position: int
    message: str

    @property
    def code(self) -> str:
        """Category and name, as the platform's test corpus writes them."""
        return f"{self.category}/{self.name}"

    def __str__(self) -> str:
        return f"{self.message} (at character {self.position + 1})"


class ExpressionFailure(Exception):  # noqa: N818 - the error is the value that it carries
    """Carries an ExpressionError out of a recursion; caught by `parse` and by the functions of `expressions`."""

    def __init__(self, error: ExpressionError) -> None:
        self.error = error
        super().__init__(str(error))


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression between slashes; it has no `patterns.complaint`."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it stands in an expression."""

    value: str | int | Regex
    at: int = field(compare=False)
    _type: type = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_type", type(self.value))

    def __str__(self) -> str:
        if isinstance(self.value, Regex):
            return spelled(self.value.text, pattern=True)
        return spelled(self.value)


class Token(NamedTuple):
    """A word: `kind` is a sign, a keyword in lower case, or literal, name, end; `literal` is there for that kind."""

    kind: str
    text: str
    at: int
    literal: Literal | None = None


def tokens(text: str) -> Iterator[Token]:
    """The words of an expression, the last one of the kind `end`; raises ExpressionFailure."""
    at = 0
    while at < len(text) or not at:
        found = _TOKEN.match(text, at)
        if not found:
            _refuse(text, at + len(text[at:]) - len(text[at:].lstrip(" \t\r\n")))
        kind = str(found.lastgroup)
        token = _token(kind, found[kind], found.start(kind))
        yield token
        if token.kind == "end":
            return
        at = found.end()
    yield Token("end", "", len(text))


def _token(kind: str, text: str, at: int) -> Token:
    match kind:
        case "string":
            return Token("literal", text, at, Literal(_UNESCAPED.sub(r"\1", text[1:-1]), at))
        case "pattern":
            return Token("literal", text, at, Literal(_pattern(text, at), at))
        case "number":
            if len(text.lstrip("0")) > len(str(HIGHEST)) or int(text) > HIGHEST:
                _fail("INVALID_NUMERIC_LITERAL", at, f"a number is at most {HIGHEST}")
            return Token("literal", text, at, Literal(int(text), at))
        case "sign":
            return Token("not" if text == "!" else text, text, at)
        case "end":
            return Token("end", "", at)
    word = text.lower() if text in {text.lower(), text.upper()} else ""
    if word in {"true", "false"}:
        return Token("literal", text, at, Literal(word == "true", at))
    return Token(word if word in _WORDS else "name", text, at)


def _pattern(text: str, at: int) -> Regex:
    _check_characters(text, at)
    pattern = text[1:-1].replace("\\/", "/")
    if len(pattern) > patterns.LONGEST:
        said = f"a pattern has at most {patterns.LONGEST} characters, and this one has {len(pattern)}"
        _fail("PATTERN_TOO_LONG", at, said)
    if wrong := patterns.complaint(pattern):
        _fail("INVALID_PATTERN", at, f"{text} is no regular expression: {wrong}")
    return Regex(pattern)


def _check_characters(text: str, at: int) -> None:
    for found in _BAD_IN_PATTERN.finditer(text, 1):
        if found["bad"]:
            said = f"'{found['bad']}' may not stand in a pattern: only ASCII and Latin-1 characters, no \\u and no \\x"
            _fail("INVALID_PATTERN_CHARACTER", at + found.start(), said)


def _refuse(text: str, at: int) -> NoReturn:
    """Say why no word begins at `at`."""
    char = text[at]
    if char == '"':
        _fail("UNTERMINATED_STRING", at, 'the string that begins here has no closing "')
    if char == "/":
        _check_characters(text[at:], at)
        _fail("UNTERMINATED_PATTERN", at, "the pattern that begins here has no closing /")
    if char == "=":
        _fail("INCOMPLETE_EQUALS", at + 1, "'=' alone means nothing: to compare, write '=='")
    hints = {"'": ': strings stand between "', "&": ": write 'and'", "|": ": write 'or'"}
    _fail("UNEXPECTED_CHARACTER", at, f"the character '{char}' means nothing here{hints.get(char, '')}")


def _fail(name: str, at: int, message: str) -> NoReturn:
    raise ExpressionFailure(ExpressionError("Scanner", name, at, message))
