r"""The characters of a regular expression in RE2's syntax: escapes and classes.

Reference circleci.md, sections 0 (point 2b) and 2.3; https://github.com/google/re2/wiki/Syntax. What is read becomes a
source for Python's `re` that is only ever asked about one character. `\p{Greek}` and `\pL` are not understood.
"""

import re
from dataclasses import dataclass

_CLASSES = {"d": "0-9", "s": r"\t\n\f\r ", "w": "0-9A-Za-z_"}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_POSIX_CLASS = re.compile(r"\[:(\^?)([a-z]+):\]")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_HEX = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_LAST_CHARACTER = 0x10FFFF

NOT_IN_RE2 = "which the platform's regular expressions (RE2) do not have: say it without"
"""The end of a sentence that names what was refused."""


class PatternError(Exception):
    """A text that is no pattern, with the reason in words for the user. Caught in `patterns`."""


@dataclass(slots=True, eq=False)
class Characters:
    """Reads `text` from `at` on; whatever cannot be read raises PatternError."""

    text: str
    at: int = 0

    def take(self, length: int = 1) -> str:
        """The next characters, fewer at the end; they count as read."""
        taken = self.text[self.at : self.at + length]
        self.at += length
        return taken

    def class_(self) -> str:
        """The class whose `[` has been read, up to and with its `]`."""
        negated = self.text.startswith("^", self.at)
        self.at += negated
        members: list[str] = []
        while not members or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                message = "a '[' of the pattern has no ']'"
                raise PatternError(message)
            members.append(self._range())
        self.at += 1
        either = "|".join(members)
        return rf"(?!{either})[\s\S]" if negated else f"(?:{either})"

    def _range(self) -> str:
        posix = _POSIX_CLASS.match(self.text, self.at)
        if posix:
            self.at = posix.end()
            if posix[2] not in _POSIX:
                message = f"'{posix[0]}' is no class; there are {', '.join(sorted(_POSIX))}"
                raise PatternError(message)
            return f"[{posix[1]}{_POSIX[posix[2]]}]"
        first = self.member(escaped=self._backslash())
        if not self.text.startswith("-", self.at) or self.text[self.at + 1 : self.at + 2] in {"]", ""}:
            return first
        self.at += 1
        last = self.member(escaped=self._backslash())
        if "[" in (first[0], last[0]) or _plain(first) > _plain(last):
            message = f"'{_plain(first)}-{_plain(last)}' is no range of characters"
            raise PatternError(message)
        return f"[{first}-{last}]"

    def _backslash(self) -> bool:
        found = self.text.startswith("\\", self.at)
        self.at += found
        return found

    def member(self, *, escaped: bool) -> str:
        """One character, ready for a class of Python's `re`; or, if it stands for several, a class.

        `escaped` says that the backslash before it has been read.
        """
        if not escaped:
            return re.escape(self.take())
        for form, base in ((_OCTAL, 8), (_HEX, 16)):
            if number := form.match(self.text, self.at):
                self.at = number.end()
                value = int(next(filter(None, number.groups()), number[0]), base)
                if value > _LAST_CHARACTER:
                    message = f"'\\{number[0]}' is no character"
                    raise PatternError(message)
                return re.escape(chr(value))
        char = self.take()
        if char.lower() in _CLASSES:
            return f"[{'^' * char.isupper()}{_CLASSES[char.lower()]}]"
        if char in _CONTROLS:
            return re.escape(_CONTROLS[char])
        if char.isdigit() or char == "k":
            message = f"'\\{char}' is a back-reference, {NOT_IN_RE2}"
            raise PatternError(message)
        if not char.isascii() or char.isalnum() or not char:
            message = f"'\\{char}' is no escape that can be read here"
            raise PatternError(message)
        return re.escape(char)


def _plain(member: str) -> str:
    return member.removeprefix("\\")
