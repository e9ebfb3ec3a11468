r"""A regular expression in RE2's syntax becomes a program that `patterns` can follow in linear time.

Reference circleci.md, sections 0 (point 2b) and 2.3; the syntax is RE2's (https://github.com/google/re2/wiki/Syntax),
except `\p{Greek}` and `\pL`, which are refused. Brackets stand on a stack: no depth of nesting costs recursion.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from migrate.circleci.pattern_characters import NOT_IN_RE2, Characters, PatternError

MOST_REPEATS = 1000
"""The highest number in `{n,m}`, as in RE2."""
LARGEST = 5000
"""Steps of a program: so `((a{9}){99}){999}` cannot grow, where RE2 has a limit of memory."""

_SIMPLE: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_COUNTED = re.compile(r"\{([0-9]{1,9})(,?)([0-9]{0,9})\}")
_NAMED = re.compile(r"\(\?P?<[A-Za-z_][A-Za-z0-9_]*>")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")

_NOT_RE2 = dict.fromkeys(("(?=", "(?!", "(?<=", "(?<!"), "look-around")
_NOT_RE2 |= {"(?>": "an atomic group", "(?P=": "a back-reference", "(?#": "a comment"}


@dataclass(frozen=True, slots=True)
class Op:
    """One step: reads a character that passes `test`; or, without one, goes on to each of `to` if `at` holds here.

    `to` are distances, so that a program may be moved and repeated; `at` is an assertion: `b B ^ $ m^ m$` or none.
    """

    test: re.Pattern[str] | None = None
    at: str = ""
    to: tuple[int, ...] = (1,)


Code = tuple[Op, ...]
"""A program; it has matched when it comes to its end."""


def read(pattern: str) -> Code:
    """The program of a pattern (without slashes); raises PatternError."""
    return _Reader(pattern).read()


@lru_cache(maxsize=2048)
def _one(source: str, flags: frozenset[str]) -> Code:
    return (Op(test=re.compile(source, re.IGNORECASE if "i" in flags else 0)),)


def _bounded(size: int) -> None:
    if size > LARGEST:
        message = f"the pattern repeats so much that it has {size} steps; {LARGEST} is the most that are followed"
        raise PatternError(message)


def _repeated(code: Code, least: int, most: int | None) -> Code:
    if most is None and least:
        _bounded(len(code) * least)
        return code * least + (Op(to=(-len(code), 1)),)
    if most is None:
        return (Op(to=(1, len(code) + 2)), *code, Op(to=(-len(code) - 1,)))
    _bounded((len(code) + 1) * most)
    maybe: Code = ()
    for _ in range(most - least):
        maybe = (Op(to=(1, len(code) + len(maybe) + 1)), *code, *maybe)
    return code * least + maybe


@dataclass(slots=True, eq=False)
class _Group:
    """A bracket that is still open: the flags before it, the branches that are done, and the one that is not."""

    flags: frozenset[str] = frozenset()
    branches: list[Code] = field(default_factory=list)
    sequence: list[Code] = field(default_factory=list)

    def end_branch(self) -> None:
        self.branches.append(tuple(op for part in self.sequence for op in part))
        self.sequence = []

    def closed(self) -> Code:
        self.end_branch()
        *others, code = self.branches
        for branch in reversed(others):
            code = (Op(to=(1, len(branch) + 2)), *branch, Op(to=(len(code) + 1,)), *code)
        _bounded(len(code))
        return code


@dataclass(slots=True, eq=False)
class _Reader(Characters):
    flags: frozenset[str] = frozenset()
    groups: list[_Group] = field(default_factory=lambda: [_Group()])

    def read(self) -> Code:
        while self.at < len(self.text):
            self._piece()
        if len(self.groups) > 1:
            message = "a '(' of the pattern has no ')'"
            raise PatternError(message)
        return self.groups[0].closed()

    def _piece(self) -> None:
        char, group = self.text[self.at], self.groups[-1]
        if char == "(":
            self._open()
        elif char == ")":
            self._close()
        elif char == "|":
            self.at += 1
            group.end_branch()
        elif char in _SIMPLE or _COUNTED.match(self.text, self.at):
            self._repeat(group)
        elif self.text.startswith("\\Q", self.at):
            literal, _, _ = self.text[self.at + 2 :].partition("\\E")
            self.at += len(literal) + 4
            group.sequence += [_one(re.escape(each), self.flags) for each in literal]
        else:
            group.sequence.append(self._atom())

    def _open(self) -> None:
        group, inner = _Group(self.flags), self.flags
        named, flags = _NAMED.match(self.text, self.at), _FLAGS.match(self.text, self.at)
        if named:
            self.at = named.end()
        elif flags and flags[0] != "(?)":
            self.at = flags.end()
            inner = (inner | set(flags[1])) - set(flags[2] or "")
            if flags[3] == ")":
                self.flags = inner
                return
        elif self.text.startswith("(?", self.at):
            self._refuse_group()
        else:
            self.at += 1
        self.flags = inner
        self.groups.append(group)

    def _refuse_group(self) -> None:
        for start, name in _NOT_RE2.items():
            if self.text.startswith(start, self.at):
                message = f"'{start}' is {name}, {NOT_IN_RE2}"
                raise PatternError(message)
        message = f"'{self.text[self.at : self.at + 4]}' begins no group that RE2 knows"
        raise PatternError(message)

    def _close(self) -> None:
        if len(self.groups) == 1:
            message = "a ')' of the pattern has no '('"
            raise PatternError(message)
        self.at += 1
        group = self.groups.pop()
        self.flags = group.flags
        self.groups[-1].sequence.append(group.closed())

    def _repeat(self, group: _Group) -> None:
        counted = _COUNTED.match(self.text, self.at)
        if counted:
            least = int(counted[1])
            most = int(counted[3]) if counted[3] else None if counted[2] else least
        else:
            least, most = _SIMPLE[self.text[self.at]]
        sign = self.take(counted.end() - self.at if counted else 1)
        if max(least, most or 0) > MOST_REPEATS or (most is not None and least > most):
            message = f"'{sign}' is no count: at most {MOST_REPEATS}, and the first number is not the higher one"
            raise PatternError(message)
        if not group.sequence:
            message = f"'{sign}' has nothing before it that it could repeat"
            raise PatternError(message)
        self.at += self.text.startswith("?", self.at)
        if self.text.startswith("+", self.at):
            message = f"'{sign}+' is a possessive quantifier, {NOT_IN_RE2}"
            raise PatternError(message)
        if self.at < len(self.text) and (self.text[self.at] in _SIMPLE or _COUNTED.match(self.text, self.at)):
            message = f"'{sign}{self.text[self.at]}' repeats a repetition: put the inner one in brackets"
            raise PatternError(message)
        group.sequence[-1] = _repeated(group.sequence[-1], least, most)

    def _atom(self) -> Code:
        char = self.take()
        if char == "[":
            return _one(self.class_(), self.flags)
        if char == ".":
            return _one(r"[\s\S]" if "s" in self.flags else r"[^\n]", self.flags)
        if char in {"^", "$"}:
            return (Op(at="m" * ("m" in self.flags) + char),)
        if char != "\\":
            return _one(re.escape(char), self.flags)
        return self._escape()

    def _escape(self) -> Code:
        char = self.text[self.at : self.at + 1]
        if char and char in "AbBz":
            return (Op(at={"A": "^", "z": "$"}.get(self.take(), char)),)
        return _one(self.member(escaped=True), self.flags)
