"""HTML, written so that nothing that a user wrote can be taken for a tag: whatever is no `Html` yet is escaped."""

import re
from collections.abc import Iterable
from functools import lru_cache

from migrate.diagnostics import plain

_SIGNS = re.compile("[&<>\"']")
_WRITTEN = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
"""As Python's html.escape writes them, which brings the names of all signs that there are: 2 ms at each start."""
_EMPTY = frozenset({"input", "meta"})
Value = str | int | bool | None


class Html(str):
    """A text that is HTML already. Only `text`, `join` and `element` make one, and what is written in this package."""

    __slots__ = ()


def text(said: str) -> Html:
    """A text as it is shown; what would steer the direction of writing is spelt."""
    return Html(said if said.isprintable() and not _SIGNS.search(said) else plain(said).translate(_WRITTEN))


def join(pieces: Iterable[str], between: str = "") -> Html:
    """Pieces, one behind the other; strings are escaped."""
    return Html(between.join([piece if isinstance(piece, Html) else text(piece) for piece in pieces]))


def element(name: str, /, *children: str | None, **attributes: Value) -> Html:
    """An element; strings among the children are escaped, those that are Html are not.

    `class_` and `for_` are the attributes `class` and `for`, and `_` stands for `-`; one that is True has no value, one
    that is None or False is left out.
    """
    opened = f"<{name}"
    for key, value in attributes.items():
        if value is not None and value is not False:
            opened += _attribute(key, value)
    if name in _EMPTY:
        return Html(f"{opened}>")
    inner = "".join([one if isinstance(one, Html) else text(one) for one in children if one])
    return Html(f"{opened}>{inner}</{name}>")


def _attribute(key: str, value: Value) -> str:
    name = _name(key)
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'


@lru_cache(maxsize=256)
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


__all__ = ["Html", "element", "join", "text"]
