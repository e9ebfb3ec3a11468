"""What is mapped of orbs, from what, and with which gaps: a list of all, and one of them with its parameters."""

from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import NamedTuple

from migrate.circleci.mapped import Facts
from migrate.circleci.namespace import Definition, Namespace
from migrate.circleci.orbs import Reference
from migrate.circleci.parameters import Parameter
from migrate.diagnostics import Notes
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence
from migrate.yamlio.write import Value, write

KINDS = ("commands", "jobs", "executors")
_MARGIN = "  "
_SHOWN_EXAMPLES = 3


class Row(NamedTuple):
    """An orb in the list: how many of each kind it offers, and what it lacks."""

    orb: str
    facts: Facts

    def count(self, kind: str) -> int:
        """How many commands, jobs, executors or gaps there are."""
        found = peek(self.facts.root, kind)
        return len(found.entries) if isinstance(found, Mapping) else 0

    @property
    def checked(self) -> str:
        """The day on which somebody looked."""
        return _text(peek(self.facts.root, "checked"))

    @property
    def source(self) -> str:
        """What it was made from."""
        return _text(peek(self.facts.root, "source"))


def listing(rows: Iterable[Row]) -> str:
    """A line for each orb, in columns."""
    head = ("orb", "versions", *KINDS, "gaps", "checked")
    lines = [head, *(_columns(row) for row in rows)]
    wide = [max(len(line[column]) for line in lines) for column in range(len(head))]
    text = ("  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)) for line in lines)
    return "".join(f"{line.rstrip()}\n" for line in text)


def _columns(row: Row) -> tuple[str, ...]:
    counts = (str(row.count(kind) or "-") for kind in (*KINDS, "gaps"))
    return (row.orb, row.facts.shown, *counts, row.checked)


def shown(row: Row, reference: Reference | None, proof: Node | None) -> str:
    """One orb: what it offers in the version that is asked for, what is missing, and what becomes of some calls."""
    root = row.facts.as_of(reference) if reference else row.facts.root
    title = _text(peek(root, "description"))
    lines = [f"{reference or row.orb}: {title}" if title else str(reference or row.orb)]
    lines.append(f"mapped from {row.source}, versions {row.facts.shown}, checked {row.checked}")
    for kind in KINDS:
        lines += _offered(kind, peek(root, kind))
    lines += _table("not mapped: taken from the orb's source, or failing", peek(root, "gaps"))
    lines += _proof(proof) if proof else ()
    return "\n".join((*lines, ""))


def _offered(kind: str, listed: Node | None) -> Iterator[str]:
    for number, entry in enumerate(listed.entries if isinstance(listed, Mapping) else ()):
        if number == 0:
            yield from ("", kind)
        yield f"{_MARGIN}{entry.key.text}"
        definition = Definition(kind, entry.key.text, entry.value, entry.key.span, Namespace(""))
        parameters = [_cells(one) for one in definition.parameters(Claims(Notes()))]
        wide = [max(len(cells[column]) for cells in parameters) for column in (0, 1)] if parameters else []
        for name, kind_of, default in parameters:
            yield f"{_MARGIN * 2}{name.ljust(wide[0])}  {kind_of.ljust(wide[1])}  {default}".rstrip()


def _cells(parameter: Parameter) -> tuple[str, str, str]:
    default = parameter.default
    if default is None:
        shown = "(required)"
    elif isinstance(default, Scalar):
        shown = default.text.partition("\n")[0] or '""'
    else:
        shown = "[]" if isinstance(default, Sequence) and not default.items else "…"
    choices = f" ({' | '.join(parameter.choices)})" if parameter.choices else ""
    return parameter.name, f"{parameter.type}{choices}", shown


def _table(title: str, rows: Node | None) -> Iterator[str]:
    if isinstance(rows, Mapping):
        yield from ("", title)
        for entry in rows.entries:
            yield f"{_MARGIN}{entry.key.text}: {_text(entry.value)}"


def _proof(proof: Node) -> Iterator[str]:
    listed = peek(proof, "examples")
    for example in listed.items[:_SHOWN_EXAMPLES] if isinstance(listed, Sequence) else ():
        yield from ("", f"example: {_text(peek(example, 'shows'))}")
        for key, said in (("steps", ""), ("job", ""), ("executor", ""), ("step", "becomes")):
            found = peek(example, key)
            if found is None:
                continue
            if said:
                yield f"{_MARGIN}{said}"
            value = _value(found)
            text = write(value if key == "step" and isinstance(value, dict) else {key: value})
            yield indent(text.rstrip("\n"), _MARGIN * (2 if said else 1))


def _value(node: Node) -> Value:
    if isinstance(node, Mapping):
        return {entry.key.text: _value(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [_value(item) for item in node.items]
    return {"true": True, "false": False}.get(node.text, node.text) if node.kind == "bool" else node.text


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


__all__ = ["KINDS", "Row", "listing", "shown"]
