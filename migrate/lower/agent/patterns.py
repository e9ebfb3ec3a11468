"""A pattern of `circleci tests glob` as a search of `find`, which images have.

The patterns have `*`, `?`, `[abc]`, `{a,b}`, and `**` for folders at any depth
(https://circleci.com/docs/use-the-circleci-cli-to-split-tests/); a name that begins with a dot is like any other.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from migrate.shell import quote

_WILD = re.compile(r"[*?\[]")
_BRACE = re.compile(r"\{([^{}]*)\}")
_PIECE = re.compile(r"\[[!^]?[^\]]*\]|\*|\?")
_SPECIAL = frozenset(".^$+(){}|#[]*?\\")


class Start(NamedTuple):
    """The folder in which a search begins: a `word` of the shell, and its `text` unless only the run knows it."""

    word: str
    text: str | None


class Search(NamedTuple):
    """What `find` looks for below a start: a name, a path, or an expression for what stands behind the start."""

    start: Start
    depth: str = ""
    name: str = ""
    path: str = ""
    expression: str = ""


def search(start: Start, pattern: str) -> Search:
    """The search below a folder for a pattern without braces, which begins there."""
    parts = [part if part == "**" else part.replace("**", "*") for part in pattern.split("/")]
    folders, last = (parts, "*") if parts[-1] == "**" else (parts[:-1], parts[-1])
    itself = start.text is None or fnmatchcase((start.text or ".").rpartition("/")[2], last)
    if folders == ["**"]:
        return Search(start, "-mindepth 1" if itself else "", last)
    if not folders:
        return Search(start, "-mindepth 1 -maxdepth 1" if itself else "-maxdepth 1", last)
    if "**" in folders:
        return Search(start, expression="".join(_expression(folders, last)))
    depth = len(parts)
    return Search(start, f"-mindepth {depth} -maxdepth {depth}", path="/".join(parts))


def _expression(folders: list[str], last: str) -> Iterator[str]:
    """The pattern as an extended regular expression."""
    for folder in folders:
        yield "(.*/)?" if folder == "**" else _pieces(folder) + "/"
    yield _pieces(last)


def _pieces(part: str) -> str:
    found, place = [], 0
    for wild in _PIECE.finditer(part):
        found += [_literal(part[place : wild.start()]), _wild(wild[0])]
        place = wild.end()
    return "".join([*found, _literal(part[place:])])


def _wild(text: str) -> str:
    if text in {"*", "?"}:
        return "[^/]*" if text == "*" else "[^/]"
    return f"[^{text[2:]}" if text[1] in "!^" else text


def _literal(text: str) -> str:
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)


def alternatives(pattern: str) -> list[str]:
    """The patterns without braces that one with braces stands for, each once."""
    found = _BRACE.search(pattern)
    if found is None:
        return [pattern]
    texts = (pattern[: found.start()] + one + pattern[found.end() :] for one in found[1].split(","))
    return list(dict.fromkeys(one for text in texts for one in alternatives(text)))


def split(pattern: str) -> tuple[str, str]:
    """The folder before the first wildcard, and the rest; of a pattern without any, the last part is the rest."""
    found = _WILD.search(pattern)
    head = pattern[: found.start()] if found else pattern
    folder, slash, _ = head.rpartition("/")
    return folder or slash, pattern[len(folder) + len(slash) :]


def listing(searches: Iterable[Search]) -> str:
    """The commands that list what the searches find, in the order of names."""
    found: dict[Search, list[Search]] = {}
    for one in searches:  # those below one start that differ in what they look for are one
        found.setdefault(one._replace(name="", path="", expression="."[: len(one.expression)]), []).append(one)
    alike: dict[tuple[object, ...], list[list[Search]]] = {}
    for same in found.values():  # and those with several starts that look for the same
        free = bool(same[0].name and same[0].start.word)
        key = [one._replace(start=Start("", None)) for one in same] if free else same
        alike.setdefault(tuple(key), []).append(same)
    commands = [_find([same[0].start for same in group], group[0]) for group in alike.values()]
    if len(commands) == 1:
        return f"{commands[0]} | sort"
    return f"{{ {'; '.join(commands)}; }} | sort -u"


def _find(starts: list[Start], searches: list[Search]) -> str:
    one = searches[0]
    here = not starts[0].word
    where = "." if here else " ".join(start.word for start in starts)
    before = "./" if here else f"{(one.start.text or '').rstrip('/')}/"
    any_name = any(each.name == "*" for each in searches)
    tests = [] if any_name else [f"-name {_quoted(each.name)}" for each in searches if each.name]
    tests += [f"-path {_below(one.start, each.path, before)}" for each in searches if each.path]
    chosen = f"\\( {' -o '.join(tests)} \\)" if len(tests) > 1 else "".join(tests)
    found = " ".join(filter(None, ["find", where, one.depth, chosen]))
    if one.expression:
        either = "|".join(each.expression for each in searches)
        either = f"({either})" if here or len(searches) > 1 else either
        kept = f"s#^\\./{either}$#\\1#p" if here else f"\\#^{_literal(before)}{either}$#p"
        return f"{found} | sed -nE {quote(kept)}"
    return f"{found} | sed 's#^\\./##'" if here else found


def _below(start: Start, path: str, before: str) -> str:
    """The word for a path with wildcards below a start, which stands in double quotes if only the run knows it."""
    if start.text is not None:
        return _quoted(before + path)
    word = start.word.strip('"')
    return f'"{word}/{path.replace("[^", "[!")}"'


def _quoted(pattern: str) -> str:
    return quote(pattern.replace("[^", "[!"))
