"""The commands that are built into bash and change the shell, and what their words say."""

from __future__ import annotations

from typing import NamedTuple

from migrate.shell import scan
from migrate.shell.words import Word

LEAVING = frozenset({"exit", "logout", "return", "break", "continue"})
"""Commands behind which the text does not go on."""

DECLARING = frozenset({"export", "declare", "typeset", "local", "readonly"})
"""Commands whose arguments are assignments."""

_MARKS = {
    "changes_directory": {"cd", "pushd", "popd"},
    "exits": {"exit", "logout", "return"},
    "sets_options": {"shopt", "shift"},
    "traps": {"trap"},
    "background": {"jobs", "wait", "fg", "bg", "disown", "suspend"},
    "aliases_or_umask": {
        "alias",
        "unalias",
        "umask",
        "ulimit",
        "enable",
        "hash",
        "eval",
        "bind",
        "complete",
        "compopt",
    }
    | {"history", "unset", "getopts"},
}
_MARK = {name: mark for mark, names in _MARKS.items() for name in names}

_TAKING_VALUE = {
    "read": frozenset("dinNptu"),
    "mapfile": frozenset("dnOsuCc"),
    "readarray": frozenset("dnOsuCc"),
}
_DEFAULT = {"read": "REPLY", "mapfile": "MAPFILE", "readarray": "MAPFILE"}
_ATTRIBUTES = frozenset("ilurnct")


def unwrapped(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The command behind `builtin`, `command` and `time`, which run it in this shell all the same."""
    while words and words[0].text in {"builtin", "command", "time"}:
        asks = words[0].text == "command" and len(words) > 1 and words[1].text in {"-v", "-V"}
        if asks:
            return ()
        words = words[1:]
        while words and words[0].text in {"-p", "--"}:
            words = words[1:]
    return words


def mark(name: str, arguments: tuple[Word, ...]) -> str | None:
    """The flag of `Effects` that the command raises."""
    if name == "set":
        said = tuple(word.text for word in arguments)
        return None if said in {(), ("-e",), ("-o", "errexit")} else "sets_options"
    if name == "exec":
        return "exits" if arguments else "aliases_or_umask"
    if name == "exit":
        return None if len(arguments) == 1 and _is_failure(arguments[0].text) else "exits"
    if name == "kill":
        return "background" if any(word.text.strip("'\"").startswith("%") for word in arguments) else None
    return _MARK.get(name)


def _is_failure(status: str) -> bool:
    """Whether a status is a number that is no success; of a large one the shell tells the last eight bits."""
    return status.isascii() and status.isdecimal() and int(status) % 256 != 0


def exports_all(name: str, arguments: tuple[Word, ...]) -> bool:
    """`set -a`: what is assigned from now on is exported."""
    if name != "set":
        return False
    clustered = any(word.text.startswith("-") and "a" in word.text[1:] for word in arguments)
    return clustered or any(word.text == "allexport" for word in arguments)


def assigned(name: str, arguments: tuple[Word, ...]) -> frozenset[str]:
    """The variables that a builtin assigns."""
    if name in _TAKING_VALUE:
        return frozenset(_read(name, arguments)) or frozenset({_DEFAULT[name]})
    if name == "printf" and len(arguments) > 1 and arguments[0].text == "-v":
        return _names(arguments[1:2])
    if name == "getopts":
        return _names(arguments[1:2]) | {"OPTARG", "OPTIND"}
    return frozenset()


def _read(name: str, arguments: tuple[Word, ...]) -> list[str]:
    found, skip = [], False
    for word in arguments:
        if skip:
            skip = False
        elif word.text.startswith("-"):
            skip = word.text[-1] in _TAKING_VALUE[name] and not _TAKING_VALUE[name] & set(word.text[1:-1])
        else:
            found += sorted(_names((word,)))
    return found


def _names(words: tuple[Word, ...]) -> frozenset[str]:
    plain = (word.literal.partition("[")[0] for word in words if word.literal is not None)
    return frozenset(name for name in plain if scan.is_name(name))


class Declared(NamedTuple):
    """What a declaration says: its `names`, those of them that it assigns, and whether it exports them."""

    names: frozenset[str]
    assigned: frozenset[str]
    exported: bool
    printed: bool
    lasting: bool
    """It leaves more behind than variables, or nobody can tell which: `readonly`, `export $(cat .env)`."""


def declared(words: tuple[Word, ...]) -> Declared:
    """The meaning of `export …`, `declare …` and their like."""
    command, options = (
        words[0].text,
        {flag for word in words[1:] if _is_option(word) for flag in word.text[1:]},
    )
    names, values, dynamic = set(), set(), False
    for word in words[1:]:
        if _is_option(word):
            continue
        name, equals, _ = word.text.strip("\"'").partition("=")
        name = name.removesuffix("+").partition("[")[0]
        if not scan.is_name(name):
            dynamic = True
            continue
        names.add(name)
        if equals:
            values.add(name)
    printed = bool(options & {"p", "f", "F"})
    exported = (command == "export" or "x" in options) and not printed and "n" not in options
    lasting = dynamic or command == "readonly" or bool(options & _ATTRIBUTES) or "f" in options
    return Declared(frozenset() if printed else frozenset(names), frozenset(values), exported, printed, lasting)


def _is_option(word: Word) -> bool:
    return word.text[:1] in {"-", "+"}
