"""The walk through a tree in the order of the text, which collects what `Effects` tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from migrate.shell import control, references, simple
from migrate.shell.flow import Flow, Known, Scope, both
from migrate.shell.node import Node

_OBEYED = frozenset(
    {
        "BASHOPTS",
        "BASH_ENV",
        "CDPATH",
        "ENV",
        "FIGNORE",
        "GLOBIGNORE",
        "HOME",
        "IFS",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
    }
    | {
        "OLDPWD",
        "OPTERR",
        "OPTIND",
        "PATH",
        "POSIXLY_CORRECT",
        "PS4",
        "PWD",
        "SHELLOPTS",
        "TIMEFORMAT",
        "TMPDIR",
    }
)
"""Variables whose assignment changes what the shell does next, or that every process finds exported."""


@dataclass(slots=True, eq=False)
class Walk:
    """What has been seen so far."""

    reads: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    exports: set[str] = field(default_factory=set)
    sources: list[str] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    calls: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    writes: set[str] = field(default_factory=set)
    bash_env: list[str | None] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    """The names of the flags of `Effects` that are up, and `allexport`."""

    def visit(self, node: Node, known: frozenset[str], scope: Scope) -> Flow:
        """One node and all below it, where `known` variables are set."""
        if not node.children:
            return both(known)
        arithmetic = references.inside(node, arithmetic=scope.arithmetic)
        if start := references.prefix(node):
            self.prefixes.add(start)
        inner = scope._replace(arithmetic=arithmetic, unasked=scope.unasked or node.kind == "test_command")
        self.read((name.text for name in references.wanted(node, arithmetic=inner.arithmetic)), known)
        lower = control.ROOMS.get(node.kind) or simple.ROOMS.get(node.kind)
        if lower is not None:
            return lower(self, node, known, inner)
        flow = self.each(node.children, known, inner)
        return self._after(node, flow, known, inner)

    def each(self, nodes: Iterable[Node], known: frozenset[str], scope: Scope) -> Flow:
        """Nodes one after the other; how the last one ends is how they end."""
        flow, reached = both(known), True
        for node in nodes:
            if node.named and node.kind != "comment":
                flow = self.visit(node, known, scope)
                reached = reached and flow.after is not None
                known = known if flow.after is None else flow.after
        return flow if reached else both(None)

    def read(self, names: Iterable[str], known: frozenset[str]) -> None:
        """Variables are expanded here."""
        self.reads.update(name for name in names if name not in known)

    def set(self, names: Iterable[str], scope: Scope) -> None:
        """Variables are assigned here."""
        self.changes.update(names)
        if scope.here:
            found = {name for name in names if scope.own is None or name not in scope.own}
            self.sets |= found
            if found & _OBEYED:
                self.marks.add("aliases_or_umask")

    def mark(self, name: str, scope: Scope) -> None:
        """A flag goes up, if this happens in this shell."""
        if scope.here:
            self.marks.add(name)

    def _after(self, node: Node, flow: Flow, known: frozenset[str], scope: Scope) -> Flow:
        """`${X:=1}`, `((X = 1))` and `((X++))` set a variable, too."""
        names: tuple[str, ...] = ()
        if node.kind == "expansion":
            default = any(child.text in {"=", ":="} for child in node.children if child.field == "operator")
            names = tuple(name.text for name in references.wanted(node, arithmetic=False)[:1]) if default else ()
        elif scope.arithmetic:
            names = tuple(name.text for name in references.assigned(node))
            self.read(names if references.adds(node) else (), known)
        if not names:
            return flow
        self.set(names, scope)
        return Flow(_with(flow.well, names), _with(flow.badly, names))


def _with(known: Known, names: tuple[str, ...]) -> Known:
    return None if known is None else known.union(names)
