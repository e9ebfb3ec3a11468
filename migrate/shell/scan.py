"""Two small scanners: for names, and for expansions that the grammar does not show.

They look at one character after the other, and are the fallback where the syntax tree says nothing: in the
text of strings that another program may read, and in leaves such as the pattern of `${X//a$Y/}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_FIRST = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_LATER = _FIRST | frozenset(b"0123456789")
_WORDS = bytes(byte if byte in _LATER else ord(" ") for byte in range(256))
_BACKSLASH, _DOLLAR, _BACKTICK, _OPEN, _BRACE = b"\\$`({"


def name_end(source: bytes, start: int) -> int:
    """Where the variable name that starts at `start` ends; `start` itself if none does."""
    if start >= len(source) or source[start] not in _FIRST:
        return start
    end = start + 1
    while end < len(source) and source[end] in _LATER:
        end += 1
    return end


def is_name(text: str) -> bool:
    """Whether the text is a variable name from its first to its last character."""
    return text.isascii() and text.isidentifier()


def names(source: bytes) -> frozenset[str]:
    """Every word of the text that could name a variable."""
    # "2B" holds no name: what follows a digit is not the first letter of a word
    words = source.translate(_WORDS).split()
    return frozenset(word.decode("ascii") for word in set(words) if word[0] in _FIRST)


def places(source: bytes) -> Iterator[tuple[str, int]]:
    """Every word of the text that could name a variable, and where it begins."""
    end = 0
    for word in source.translate(_WORDS).split():
        start = source.index(word, end)
        end = start + len(word)
        if word[0] in _FIRST:
            yield word.decode("ascii"), start


class Dollars(NamedTuple):
    """What the `$` of a piece of text say: where expanded names stand, and whether a command hides in it."""

    spans: tuple[tuple[int, int], ...]
    commands: bool


def dollars(source: bytes, start: int, end: int) -> Dollars:
    """The expansions in a piece of text, unless a backslash stands before them."""
    if source.find(b"$", start, end) < 0 and source.find(b"`", start, end) < 0:
        return Dollars((), commands=False)
    spans, commands, place = [], False, start
    while place < end:
        byte = source[place]
        if byte == _BACKSLASH:
            place += 2
            continue
        if byte == _BACKTICK:
            commands = True
        elif byte == _DOLLAR and place + 1 < len(source):
            following = source[place + 1]
            name = place + (2 if following == _BRACE else 1)
            if following == _OPEN:
                commands = True
            elif name_end(source, name) > name:
                spans.append((name, name_end(source, name)))
        place += 1
    return Dollars(tuple(spans), commands)


def as_string(body: bytes) -> bytes:
    """The body of a here-document as a double-quoted string of the same length.

    A here-document expands what such a string expands, but its quotation marks mean nothing, so they become
    apostrophes; those inside a substitution are the substitution's own and stay.
    """
    out, closers, place = bytearray(body), bytearray(), 0
    while place < len(body):
        byte = body[place]
        if byte == _BACKSLASH:
            if body[place + 1 : place + 2] == b'"':
                out[place + 1] = ord("'")
            place += 2
            continue
        if closers and byte == closers[-1]:
            closers.pop()
        elif byte == _BACKTICK:
            closers.append(_BACKTICK)
        elif byte == _DOLLAR and body[place + 1 : place + 2] in {b"(", b"{"}:
            closers += b")" if body[place + 1] == _OPEN else b"}"
            place += 1
        elif byte == _OPEN and closers:
            closers += b")"
        elif byte == ord('"') and not closers:
            out[place] = ord("'")
        place += 1
    return b'"' + bytes(out) + b'"'
