"""Several patterns are followed at once, so that every way in which names can match them is found, with an example.

The programs of `circleci/pattern_reader` are automata that may be in several places; a set of places is a state of a
deterministic one. All are walked side by side over the characters that a git name can have, breadth first: the first
name that comes to a new combination of matches is the shortest. How patterns relate is then a question to the
examples: nothing else about the names can matter.

A library of regular expressions would have to be taught RE2's syntax again; the walk itself is these few lines.
"""

from collections import deque
from functools import lru_cache

from migrate.circleci import patterns
from migrate.circleci.pattern_characters import PatternError
from migrate.circleci.pattern_reader import Code, Op, read

GIT_NAME = r"([^./](\.?[^./])*\.?/)*[^./](\.?[^./])*"
"""What a branch or tag can be called, as far as slashes and dots go (https://git-scm.com/docs/git-check-ref-format)."""
MOST_WORK = 60_000
"""Places that a walk may come to before it is given up: some 50 ms."""

_OTHER = "é"
"""Stands for all the characters that no pattern names."""
_COMMON = "abcdefghijklmnopqrstuvwxyz0123456789"
_ASCII = _COMMON + "".join(char for char in map(chr, range(33, 127)) if char not in f"~^:?*[\\{_COMMON}")

State = tuple[frozenset[int], str]
"""The places that were passed to, and a stand-in for the character before them, where that can matter."""


class TooMuch(Exception):  # noqa: N818 - no error of ours
    """The patterns have too many states to be compared; those who compare catch it."""


@lru_cache(maxsize=512)
def examples(asked: tuple[str, ...]) -> dict[tuple[bool, ...], str]:
    """Each way in which git names match the patterns, with a shortest name that does; raises TooMuch.

    A key says for each pattern whether it matches. A pattern that cannot be read matches nothing.
    """
    return _Walk(asked).run()


def characters(text: str) -> str:
    """The characters of git names that a pattern with this text can tell apart, and one more."""
    named = "".join(sorted({char for char in text if not char.isascii()}))
    return f"{_ASCII}{named}{_OTHER}"


class _Walk:
    """All patterns, walked over the same characters."""

    def __init__(self, asked: tuple[str, ...]) -> None:
        self.codes = [_code(pattern) for pattern in (*asked, GIT_NAME)]
        self.asserting = [any(op.at for op in code) for code in self.codes]
        self.letters = self._letters("".join(asked))
        self.steps: list[dict[tuple[State, str], State]] = [{} for _ in self.codes]
        self.ends: list[dict[State, bool]] = [{} for _ in self.codes]
        self.work = 0

    def _letters(self, texts: str) -> list[str]:
        """One character of each kind: no test, and no end of a word, tells two of a kind apart."""
        tests = list(dict.fromkeys(op.test for code in self.codes for op in code if op.test))
        words = any(self.asserting)
        kinds: dict[tuple[bool, ...], str] = {}
        for char in characters(texts):
            kind = (words and patterns.in_word(char), *(test.fullmatch(char) is not None for test in tests))
            kinds.setdefault(kind, char)
        return list(kinds.values())

    def run(self) -> dict[tuple[bool, ...], str]:
        found: dict[tuple[bool, ...], str] = {}
        first = tuple((frozenset([0]), "") for _ in self.codes)
        seen = {first}
        waiting = deque([(first, "")])
        while waiting:
            states, name = waiting.popleft()
            *matched, is_name = (self._accepts(index, state) for index, state in enumerate(states))
            if is_name:
                found.setdefault(tuple(matched), name)
            for char in self.letters:
                after = tuple(self._step(index, state, char) for index, state in enumerate(states))
                if after not in seen and after[-1][0]:
                    seen.add(after)
                    waiting.append((after, name + char))
        return found

    def _step(self, index: int, state: State, char: str) -> State:
        steps = self.steps[index]
        if (state, char) not in steps:
            places = self._reached(index, state, char)
            before = ("a" if patterns.in_word(char) else "-") if self.asserting[index] else ""
            steps[state, char] = (frozenset(patterns.passed(self.codes[index], places, char)), before)
        self._spend(1)
        return steps[state, char]

    def _accepts(self, index: int, state: State) -> bool:
        ends = self.ends[index]
        if state not in ends:
            ends[state] = len(self.codes[index]) in self._reached(index, state, "")
        return ends[state]

    def _reached(self, index: int, state: State, after: str) -> set[int]:
        places, before = state
        found = patterns.reached(self.codes[index], places, before, after)
        self._spend(len(found))
        return found

    def _spend(self, work: int) -> None:
        self.work += work
        if self.work > MOST_WORK:
            raise TooMuch


@lru_cache(maxsize=1024)
def _code(pattern: str) -> Code:
    try:
        return read(pattern)
    except PatternError:
        return (Op(to=(0,)),)  # a place that leads nowhere: it matches nothing
