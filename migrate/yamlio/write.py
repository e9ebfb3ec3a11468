"""A tree with anchors, aliases and comments becomes text: the only module that knows ruamel.yaml.

The text is written so that every reader agrees on it: ruamel.yaml follows YAML 1.2, PyYAML (and CircleCI's
SnakeYAML) 1.1, and a string is quoted unless both read it as a string when it is bare.
"""

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.error import CommentMark
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag
from ruamel.yaml.tokens import CommentToken

from migrate.diagnostics import plain
from migrate.yamlio.read import is_string

_WIDTH = 10_000
_STRING = "tag:yaml.org,2002:str"
_TEXT = Tag(suffix=_STRING)


class Alias(NamedTuple):
    """`*anchor`."""

    anchor: str


class Anchored(NamedTuple):
    """`&anchor value`."""

    anchor: str
    value: "Value"


class Flow(NamedTuple):
    """A list or mapping written on one line."""

    value: "Value"


class Commented(NamedTuple):
    """A value with lines of comment above its key or its dash, and a blank line above those if `apart`."""

    value: "Value"
    comment: tuple[str, ...] = ()
    apart: bool = False


Value = str | int | bool | list["Value"] | dict[str, "Value"] | Alias | Anchored | Flow | Commented
"""What can be written; the key `<<` of a dict merges the alias that it holds."""


def write(tree: dict[str, Value], header: tuple[str, ...] = ()) -> str:
    """The text of `tree`, below the comment lines `header`."""
    out = io.StringIO()
    emitter: Any = Emitter(out, width=_WIDTH, allow_unicode=True, dumper=YAML(), indent=2)
    emitter.best_sequence_indent = 4
    emitter.sequence_dash_offset = 2
    emitter.allow_space_break = True
    emitter.emit(StreamStartEvent())
    emitter.emit(DocumentStartEvent(explicit=False))
    for event in _events(tree, 0, flow=False):
        emitter.emit(event)
    emitter.emit(DocumentEndEvent(explicit=False))
    emitter.emit(StreamEndEvent())
    top = "".join(f"# {plain(line)}".rstrip() + "\n" for line in header)
    return top + out.getvalue()


def _events(
    value: Value, indent: int, *, flow: bool, anchor: str | None = None, comment: object = None
) -> Iterator[Any]:
    if isinstance(value, Anchored):
        yield from _events(value.value, indent, flow=flow, anchor=value.anchor, comment=comment)
    elif isinstance(value, Flow):
        yield from _events(value.value, indent, flow=True, anchor=anchor, comment=comment)
    elif isinstance(value, Alias):
        yield AliasEvent(value.anchor)
    elif isinstance(value, dict):
        yield MappingStartEvent(anchor, None, True, flow_style=flow, comment=comment)  # noqa: FBT003 - ruamel's way
        for key, below in value.items():
            above = _comment(below, indent) if isinstance(below, Commented) else None
            yield _scalar(key, None, above, flow=flow) if key != "<<" else ScalarEvent(None, None, (True, True), key)
            yield from _events(_bare(below), indent + 2, flow=flow)
        yield MappingEndEvent()
    elif isinstance(value, list):
        yield SequenceStartEvent(anchor, None, True, flow_style=flow, comment=comment)  # noqa: FBT003
        for item in value:
            above = _comment(item, indent) if isinstance(item, Commented) else None
            yield from _events(_bare(item), indent + 2, flow=flow, comment=above)
        yield SequenceEndEvent()
    else:
        assert not isinstance(value, Commented), "a comment stands above a key or a dash"  # noqa: S101
        yield _scalar(value, anchor, comment, flow=flow)


def _bare(value: Value) -> Value:
    return value.value if isinstance(value, Commented) else value


def _comment(value: Commented, indent: int) -> list[Any]:
    lines = "".join(" " * indent + f"# {plain(line)}".rstrip() + "\n" for line in value.comment)
    return [None, [CommentToken(("\n" if value.apart else "") + lines, CommentMark(0), None)]]


def _scalar(value: str | int | bool, anchor: str | None, comment: object, *, flow: bool) -> Any:  # noqa: ANN401, FBT001
    if isinstance(value, str):
        return ScalarEvent(anchor, _TEXT, (True, True), value, style=_style(value, flow=flow), comment=comment)
    return ScalarEvent(anchor, None, (True, True), str(value).lower(), comment=comment)


@lru_cache(maxsize=4096)
def _style(text: str, *, flow: bool) -> str | None:
    """How to write a string so that every reader takes it as this very string: bare where that will do."""
    if "\n" in text:
        return "|" if _literal(text) else '"'
    resolver, emitter = _readers()
    analysis = emitter.analyze_scalar(text)
    bare = analysis.allow_flow_plain if flow else analysis.allow_block_plain
    if flow and ("?" in text or text.startswith((":", "-"))):
        bare = False
    if text and bare and is_string(text) and resolver.resolve(ScalarNode, text, (True, False)) == _STRING:
        return None
    return "'" if '"' in text or "\\" in text else '"'


def _literal(text: str) -> bool:
    """Whether the text can stand in a literal block."""
    printable = all(ch in "\n\t" or (ch.isprintable() and ch != "\ufeff") for ch in text)
    return printable and not text.startswith((" ", "\n", "\t")) and text.strip() != ""


@lru_cache(maxsize=1)
def _readers() -> tuple[Any, Any]:
    yaml = YAML()
    return VersionedResolver(version=(1, 2), loadumper=yaml), Emitter(io.StringIO(), dumper=yaml)
