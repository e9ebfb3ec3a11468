"""The words of a call of `circleci`: its flags with their values, programs in quotes, patterns."""

from collections.abc import Mapping
from typing import NamedTuple

from migrate.lower.agent.patterns import Search, Start, alternatives, search, split
from migrate.shell import quote
from migrate.shell.piped import Call
from migrate.shell.words import Argument, unescaped

_EXPANDED = frozenset({"arithmetic_expansion", "command_substitution", "expansion", "simple_expansion"})
_WILD = frozenset(b"*?[{")
_ESCAPED_IN_STRING = frozenset('"\\$`')


class Flags(NamedTuple):
    """The flags of a call by name, each with the text of its value as it is written, and its other words."""

    values: Mapping[str, str]
    rest: tuple[Argument, ...]


def flags(call: Call, known: Mapping[str, bool], skip: int) -> Flags | None:
    """The words behind the first few; `known` flags have a value or not. None if one is not known."""
    found: dict[str, str] = {}
    rest: list[Argument] = []
    waiting = ""
    for one in call.arguments[skip:]:
        name, equals, _ = one.word.text.partition("=")
        if waiting:
            found[waiting], waiting = one.raw, ""
        elif not name.startswith("-") or name == "-":
            rest.append(one)
        elif name not in known or (equals and not known[name]):
            return None
        elif equals or not known[name]:
            found[name] = one.raw.partition("=")[2]
        else:
            waiting = name
    return None if waiting else Flags(found, tuple(rest))


def program(raw: str) -> str | None:
    """The text that a shell is given as a program in a word; None if the word is put together in another way.

    What stands in double quotes is expanded before the program is read, and a plain text in its place is expanded
    when it is.
    """
    mark = raw[:1]
    quoted = mark in {"'", '"'} and raw.endswith(mark) and mark not in raw[1:-1].replace(f"\\{mark}", "")
    if not quoted:
        return raw if raw.isalnum() else None
    return raw[1:-1] if mark == "'" else unescaped(raw[1:-1], only=_ESCAPED_IN_STRING)


def searches(argument: Argument) -> list[Search] | None:
    """What a pattern looks for; None if it cannot be known where its wildcards begin."""
    if argument.word.literal is not None:
        parts = (split(one) for one in alternatives(argument.word.literal))
        return [search(Start(quote(folder) if folder else "", folder), rest) for folder, rest in parts]
    start, rest = _behind_expansions(argument)
    if not start:
        return None
    return [search(Start(start, None), one) for one in alternatives(rest)]


def _behind_expansions(argument: Argument) -> tuple[str, str]:
    """A word of which the run knows a part, cut at the last slash behind that and before the wildcards.

    The first half is "" where that cannot be done.
    """
    raw, first = argument.raw.encode(), argument.nodes[0].start
    leaves = (node for part in argument.nodes for node in part.below())
    known = max(node.end for node in leaves if node.kind in _EXPANDED) - first
    wild = next((place for place in range(known, len(raw)) if raw[place] in _WILD), len(raw))
    cut = raw.rfind(b"/", known, wild)
    start, rest = raw[:cut].decode(), raw[cut + 1 :].decode()
    mark = '"' if start.startswith('"') else ""
    if cut < 0 or not rest.endswith(mark) or {"'", '"'} & set(rest.removesuffix(mark)):
        return "", ""
    return start + mark, rest.removesuffix(mark)
