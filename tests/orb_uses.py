"""What other people's configs use of orbs, and what becomes of it: mapped, expanded from a source, or failing loudly.

`python -m tests.orb_uses` writes docs/orbs.md.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from migrate.circleci.config import load
from migrate.circleci.namespace import Definition, Namespace
from migrate.circleci.orbs import Orbs, parse
from migrate.diagnostics import Notes
from migrate.report.orbs import Row, listing
from migrate.yamlio.decode import Claims
from migrate.yamlio.read import read
from tests.mappings import CATALOG, mappings
from tests.samples import CORPUS, HERE, SAMPLES
from tests.test_orbs import library

TABLE = HERE / "docs" / "orbs.md"
USAGE = SAMPLES / "orb-usage"
MAPPED, SOURCE, FAILING = FATES = ("mapped", "from a source", "failing")
_PLACEHOLDERS = ("@x.y.z", "@x.y")


class Use(NamedTuple):
    """One call of an orb's element in a config."""

    config: str
    orb: str
    kind: str
    name: str
    fate: str


class Call(NamedTuple):
    """A name as a config has it, what it must be, and the arguments that it gets."""

    kind: str
    name: str
    arguments: tuple[str, ...] = ()


def calls(value: Any, aliases: frozenset[str], kind: str = "commands") -> Iterator[Call]:  # noqa: ANN401 - YAML
    """All that a tree calls of orbs; `kind` is what a name means where the tree stands."""
    if isinstance(value, dict):
        for key, below in value.items():
            if _is_of(key, aliases):
                given = tuple(map(str, below)) if isinstance(below, dict) else ()
                yield Call(kind, key, given if kind != "jobs" else _own(given))
            name = below.get("name") if key == "executor" and isinstance(below, dict) else None
            if _is_of(name, aliases):
                yield Call("executors", str(name), tuple(one for one in map(str, below) if one != "name"))
            inner = "executors" if key == "executor" else "jobs" if key == "jobs" else "commands"
            if key not in _NO_CALLS and (isinstance(below, dict | list) or key == "executor"):
                yield from calls(below, aliases, inner)
    elif isinstance(value, list):
        for item in value:
            yield from calls(item, aliases, kind)
    elif _is_of(value, aliases):
        yield Call(kind, value)


_NO_CALLS = ("name", "orbs", "requires")
"""Keys below which names stand that are no calls, though they may look like some."""


def _own(given: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments of a workflow's entry that are the job's."""
    entry = {"context", "filters", "matrix", "name", "post-steps", "pre-steps", "requires", "serial-group", "type"}
    return tuple(one for one in given if one not in entry)


def _is_of(name: object, aliases: frozenset[str]) -> bool:
    return isinstance(name, str) and name.count("/") == 1 and name.partition("/")[0] in aliases


def of(path: Path) -> Iterator[Use]:
    """The uses of one config."""
    text = path.read_bytes().decode("utf-8", "replace")
    for placeholder in _PLACEHOLDERS:
        text = text.replace(f"{placeholder}\n", "@volatile\n")
    if "orbs:" not in text:
        return
    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError:
        return
    orbs = tree.get("orbs") if isinstance(tree, dict) else None
    named = {alias: str(ref) for alias, ref in orbs.items() if parse(str(ref))} if isinstance(orbs, dict) else {}
    home = _namespace(text, path.name) if named else None
    for call in calls(tree, frozenset(named)) if home else ():
        orb = parse(named[call.name.partition("/")[0]])
        if home and orb:
            yield Use(path.name, orb.orb, call.kind, call.name.partition("/")[2], _fate(home, call))


def _namespace(text: str, name: str) -> Namespace | None:
    notes = Notes()
    root = read(text, name, notes)
    loaded = load(root, Claims(notes), Orbs(library().source, CATALOG.orb)) if root else None
    return loaded.namespace if loaded else None


def _fate(home: Namespace, call: Call) -> str:
    # A name in a matrix or in a parameter may be any kind of thing.
    kinds = dict.fromkeys((call.kind, "executors", "jobs", "commands"))
    found = (home.find(kind, call.name, call.arguments) for kind in kinds)
    definition = next((one for one in found if isinstance(one, Definition)), None)
    if definition is None:
        return FAILING
    return MAPPED if definition.home.behind else SOURCE


@cache
def uses() -> tuple[Use, ...]:
    """The uses of all configs that lie beside the checkout."""
    paths = (*sorted(CORPUS.rglob("*")), *sorted(USAGE.glob("*.yml")))
    return tuple(use for path in paths if path.is_file() for use in of(path))


def table(found: tuple[Use, ...]) -> str:
    """The whole of docs/orbs.md."""
    lines = [*_HEAD, *_shares(found), "", "## By orb", "", *_orbs(found), "", "## What is mapped", "", "```text"]
    lines += listing(Row(one.orb, one.facts) for one in mappings()).splitlines()
    return "\n".join([*lines, "```", ""])


def _shares(found: tuple[Use, ...]) -> Iterator[str]:
    yield "| | orbs | configs | uses | share of uses |"
    yield "|---|---|---|---|---|"
    for fate in (*FATES, "all"):
        of_it = [use for use in found if fate in {use.fate, "all"}]
        numbers = (len({use.orb for use in of_it}), len({use.config for use in of_it}), len(of_it))
        share = f"{100 * len(of_it) / len(found):.0f} %" if found else ""
        yield f"| {fate} | {' | '.join(map(str, numbers))} | {share} |"


def _orbs(found: tuple[Use, ...]) -> Iterator[str]:
    yield f"| orb | configs | uses | {' | '.join(FATES)} | what fails |"
    yield f"|---|---|---|{'---|' * len(FATES)}---|"
    counts = Counter(use.orb for use in found)
    for orb, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        same = [use for use in found if use.orb == orb]
        fates = Counter(use.fate for use in same)
        failing = ", ".join(sorted({f"{use.kind[:-1]} {use.name}" for use in same if use.fate == FAILING}))
        numbers = [len({use.config for use in same}), count, *(fates[fate] for fate in FATES)]
        yield f"| {orb} | {' | '.join(map(str, numbers))} | {failing} |"


_HEAD = (
    "# Orbs",
    "",
    "What configs out of public packages, and the examples of orbs' own authors, use of orbs, and what becomes of it:",
    "",
    "- *mapped*: `mappings/orbs/` says what stands for it;",
    "- *from a source*: there is no mapping, or not for this version or argument, and the orb's own source, which",
    "  `--fetch-orbs` or `--orb-source` gives, is expanded like the user's own code; counted here are the sources that",
    "  lie beside the checkout of the developers;",
    "- *failing*: neither is there. The step fails on purpose, and the report says which command fetches the source.",
    "",
    "`circle2bb orbs show NAME` shows a mapping with its parameters, gaps and examples. This file is written by",
    "`python -m tests.orb_uses`; `tests/test_mappings.py` says when it is stale.",
    "",
)

if __name__ == "__main__":
    TABLE.write_text(table(uses()), encoding="utf-8")
