"""Changes of a text that leave every other byte of it where it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from migrate.shell import references, tree
from migrate.shell.node import Node
from migrate.shell.words import command_words

_MEANING = frozenset({"string", "raw_string", "ansi_c_string", "translated_string", "expansion", "regex"})
"""Nodes in which white space at the end of a line says something."""

_PLAIN_OPTIONS = frozenset({"-E", "-H", "-n", "--preserve-env", "--set-home", "--non-interactive", "--"})
"""Options of sudo that say nothing where everything runs as one user."""

_OF_THE_SHELL = frozenset({".", "cd", "exec", "exit", "export", "set", "source", "trap", "umask", "unset"})
"""What would do something to the shell."""


def with_texts(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The text with other texts in place of some stretches of it, which are given in bytes and do not overlap."""
    source, pieces, place = text.encode("utf-8", "surrogatepass"), [], 0
    for start, end, new in sorted(changes):
        pieces += [source[place:start], new.encode("utf-8", "surrogatepass")]
        place = end
    return b"".join([*pieces, source[place:]]).decode("utf-8", "surrogatepass")


def rename_variables(text: str, names: Mapping[str, str]) -> str:
    """The text with other names for the variables that it expands: `$X`, `${X:-y}`, `$((X))`, `[[ -v X ]]`.

    Only wanting a value is renamed. Assignments (and `+=`, `X++`, `read X`) keep their names, so a text that
    sets a variable itself should not have it renamed. Single quotes, comments and quoted here-documents are
    no expansions.
    """
    if not any(name in text for name in names):
        return text
    found = {node.start: node for node in _references(tree.parse(text).root)}
    return with_texts(text, ((node.start, node.end, names[node.text]) for node in found.values() if node.text in names))


def _references(root: Node) -> Iterator[Node]:
    """Every name whose value is wanted."""
    waiting = [(root, False)]
    while waiting:
        node, arithmetic = waiting.pop()
        arithmetic = bool(node.children) and references.inside(node, arithmetic=arithmetic)
        if node.children:
            yield from references.wanted(node, arithmetic=arithmetic)
        waiting.extend((child, arithmetic) for child in node.children)


def without_program(text: str, name: str) -> str:
    """The text with a program such as `sudo` taken out from before the commands that it runs.

    It stays where it changes what runs: where it has an option with a meaning of its own (`sudo -u postgres`), or
    stands before what the shell itself would do without it (`sudo cd`).
    """
    if name not in text:
        return text
    syntax = tree.parse(text)
    if not syntax.valid:
        return text
    changes = []
    for node in syntax.root.below():
        words = [child for child in node.children if child.named and child.kind != "comment"]
        names = [child for child in words if child.kind == "command_name"]
        if node.kind != "command" or not names or names[0].text != name:
            continue
        behind = words[words.index(names[0]) + 1 :]
        while behind and behind[0].text in _PLAIN_OPTIONS:
            behind.pop(0)
        if behind and not behind[0].text.startswith("-") and behind[0].text not in _OF_THE_SHELL:
            changes.append((names[0].start, behind[0].start, ""))
    return with_texts(text, changes)


def replace_calls(text: str, words: tuple[str, ...], by: str) -> str:
    """The text with another command in the place of each that begins with these words; redirections stay."""
    if words[0] not in text:
        return text
    found = (node for node in tree.parse(text).root.below() if node.kind == "command")
    called = (node for node in found if tuple(word.text for word in command_words(node)[: len(words)]) == words)
    return with_texts(text, ((node.start, node.end, by) for node in called))


def trim(text: str) -> str:
    """The text without blanks at the ends of its lines, where they mean nothing.

    They do mean something in strings, in here-documents and behind a backslash. A text that is not understood
    stays as it is.
    """
    syntax = tree.parse(text)
    if not syntax.valid:
        return text
    lines = []
    for line in _lines(syntax):
        bare = line.text.rstrip(b" \t")
        lines.append(line.text if line.ends_inside or bare.endswith(b"\\") else bare)
    return _text(b"\n".join(lines))


def indent(text: str, width: int) -> str:
    """The text with its lines moved to the right by `width` blanks, where they mean nothing.

    They do mean something in strings, in here-documents and where a backslash joins two halves of a word. A
    text that is not understood stays as it is.
    """
    syntax = tree.parse(text)
    if not syntax.valid:
        return text
    lines, joined = [], False
    for line in _lines(syntax):
        held = line.starts_inside or joined or not line.text
        lines.append(line.text if held else b" " * width + line.text)
        # "a \" may go on with blanks, "a\" may not
        joined = line.text.endswith(b"\\") and not line.text.endswith((b" \\", b"\t\\"))
    return _text(b"\n".join(lines))


class _Line(NamedTuple):
    """A line of a text, and whether blanks at its two ends would be part of a string or a here-document."""

    text: bytes
    starts_inside: bool
    ends_inside: bool


def _lines(syntax: tree.Syntax) -> Iterator[_Line]:
    kept, place, number = sorted(_kept(syntax)), 0, 0
    for text in syntax.source.split(b"\n"):
        while number < len(kept) and kept[number][1] <= place:
            number += 1
        starts = number < len(kept) and kept[number][0] < place
        end = place + len(text)
        while number < len(kept) and kept[number][1] <= end:
            number += 1
        # a stretch that ends with the line may hold the blank at its end, as behind the end word of a document
        ends = (number < len(kept) and kept[number][0] < end) or (number > 0 and kept[number - 1][1] == end)
        yield _Line(text, starts, ends)
        place = end + 1


def _kept(syntax: tree.Syntax) -> Iterator[tuple[int, int]]:
    """The stretches of the text whose blanks stay; those in which others lie are enough."""
    waiting = [syntax.root]
    while waiting:
        node = waiting.pop()
        if node.kind in _MEANING:
            yield node.start, node.end
        elif node.kind == "heredoc_redirect":
            start = syntax.source.find(b"\n", node.having("heredoc_start")[0].end)
            ends = [child.end for child in node.having("heredoc_end")]
            # also behind the last word: `EOF` with a blank does not end the document
            stop = syntax.source.find(b"\n", ends[-1]) if ends else -1
            yield start, len(syntax.source) if stop < 0 else stop
        else:
            waiting.extend(node.children)


def _text(source: bytes) -> str:
    return source.decode("utf-8", "surrogatepass")
