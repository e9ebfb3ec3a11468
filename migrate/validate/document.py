"""The pipelines file as its rules see it: pipelines, their items, and the steps in those, with their places.

Reference bitbucket.md, sections 1.1, 1.2 and 1.6 to 1.9. What has another shape than it must is no item and no step
here: `rules/shape.py` says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from migrate.diagnostics import Code, Notes, Span
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence

SECTIONS = ("branches", "custom", "pull-requests", "tags")
"""The sections of `pipelines` that have a pipeline for each name; `default` is one itself."""


class Step(NamedTuple):
    """A step: its keys, where it stands, and in which kind of item (`step`, `parallel`, `stage` or `final`)."""

    node: Mapping
    span: Span
    path: str
    within: str

    @property
    def is_child(self) -> bool:
        """Whether it runs another pipeline."""
        return text(peek(self.node, "type")) == "pipeline"


class Item(NamedTuple):
    """An item of a pipeline: its kind, what stands below it, and the steps in it."""

    kind: str
    node: Node
    span: Span
    path: str
    steps: tuple[Step, ...]


class Pipeline(NamedTuple):
    """A pipeline: its section and name, and its items as far as they have the shape of one."""

    section: str
    name: str
    node: Node
    span: Span
    items: tuple[Item, ...]

    @property
    def path(self) -> str:
        """Where it stands, as Bitbucket's own messages show it."""
        return " > ".join(filter(None, ("pipelines", self.section, self.name)))

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order."""
        return tuple(step for item in self.items for step in item.steps)


@dataclass
class File:
    """A pipelines file that is being checked."""

    root: Mapping
    notes: Notes

    def say(self, code: Code, span: Span, path: str, said: str) -> None:
        """Say what is wrong at a place."""
        self.notes.add(code, (span,), path, said)

    @cached_property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """All pipelines that start conditions name, or that can be asked for."""
        return tuple(_pipelines(peek(self.root, "pipelines")))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps, those that several pipelines share once."""
        found = {id(step.node): step for pipeline in self.pipelines for step in pipeline.steps}
        return tuple(found.values())

    def defined(self, kind: str) -> frozenset[str]:
        """The names below a key of `definitions`."""
        return frozenset(keys(peek(peek(self.root, "definitions") or self.root, kind)))

    @cached_property
    def customs(self) -> frozenset[str]:
        """The names of custom pipelines."""
        return frozenset(one.name for one in self.pipelines if one.section == "custom")


def _pipelines(node: Node | None) -> Iterator[Pipeline]:
    for entry in node.entries if isinstance(node, Mapping) else ():
        section = entry.key.text
        if section not in SECTIONS:
            items = _items(entry.value, f"pipelines > {section}")
            yield Pipeline(section, "", entry.value, entry.key.span, tuple(items))
            continue
        for named in entry.value.entries if isinstance(entry.value, Mapping) else ():
            items = _items(named.value, f"pipelines > {section} > {named.key.text}")
            yield Pipeline(section, named.key.text, named.value, named.key.span, tuple(items))


def _items(node: Node, path: str) -> Iterator[Item]:
    for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        if isinstance(item, Mapping) and len(item.entries) == 1:
            (entry,) = item.entries
            kind, here = entry.key.text, f"{path} > {index} > {entry.key.text}"
            yield Item(kind, entry.value, entry.key.span, here, tuple(_steps(kind, entry.value, entry.key.span, here)))


def _steps(kind: str, node: Node, span: Span, path: str) -> Iterator[Step]:
    if kind in {"step", "final"}:
        if isinstance(node, Mapping):
            yield Step(node, span, path, kind)
        return
    listed = peek(node, "steps") if isinstance(node, Mapping) else node
    for index, item in enumerate(listed.items if isinstance(listed, Sequence) else ()):
        inner = peek(item, "step")
        if isinstance(item, Mapping) and isinstance(inner, Mapping):
            yield Step(inner, item.entries[0].key.span, f"{path} > {index} > step", kind)


def text(node: Node | None) -> str:
    """A scalar's text; "" for anything else."""
    return node.text if isinstance(node, Scalar) else ""


def keys(node: Node | None) -> tuple[str, ...]:
    """The keys of a mapping; none for anything else."""
    return node.keys if isinstance(node, Mapping) else ()


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list, or the one value that stands for a list of one."""
    if isinstance(node, Sequence):
        return node.items
    return (node,) if node is not None else ()


__all__ = ["SECTIONS", "File", "Item", "Pipeline", "Step", "items", "keys", "text"]
