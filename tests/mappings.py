"""The mappings of orbs, with their second document: examples, and in what they differ from the orbs' own sources.

Examples:
      - shows: what it is about
        version: 5.2.0                  # else the newest that was read
        setup: true                     # for orbs that hand over to another config
        steps: [node/install-packages]  # in a job with cimg/base; or `job: {node/test: {…}}`; `executor: node/default`
        files: {package.json: "{}"}     # what the repository has, when it is run
        variables: {NPM_TOKEN: secret}  # those that are set then
        prints: {curl: '{"id": 1}'}     # what programs print then; else nothing
        step: {…}                       # what is written, without its name
        notes: [cache-key]              # the codes of what is approximated, dropped, manual or an error
        apart: why its calls are not compared with those of the orb's source
    differences:
      - {side: source, calls: [curl, nvm install], why: the image has node}
      - {side: source, calls: [docker buildx build], as: docker build, why: …}  # the rest of the call is compared

`python -m tests.mappings [NAMES]` writes `step` and `notes` of all examples anew; read the diff.
"""

import io
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from migrate import Outcome, Source, convert
from migrate.catalog import SEPARATOR, Catalog
from migrate.circleci.mapped import Facts, facts
from migrate.circleci.orbs import OrbSource, Reference
from migrate.diagnostics import Fate, Notes
from migrate.yamlio.nodes import Mapping
from migrate.yamlio.read import read
from tests import laws
from tests.running.place import Given

ROOT = Path(__file__).parents[1] / "mappings" / "orbs"
TOLD = {Fate.APPROXIMATED, Fate.DROPPED, Fate.MANUAL, Fate.ERROR}
IMAGE = "cimg/base:current"
OWN_RUNNERS = Source("circle2bb.yml", "unsupported-executors: self-hosted\n")
"""A job for Windows, a Mac or a GPU becomes a step that can be read."""


class NoMappings(Catalog):
    """The catalogue without mappings of orbs: what it knows of them comes from their sources."""

    def orb(self, name: str) -> None:
        """There is no mapping."""


class Example(NamedTuple):
    """An example of a mapping, and the row that it was read from."""

    orb: str
    version: str
    row: dict[str, Any]

    @property
    def id(self) -> str:
        """The name of its test."""
        return f"{self.orb}: {self.row['shows']}"

    @property
    def config(self) -> str:
        """The config of the example: one job, under the orb's own name."""
        alias = self.orb.partition("/")[2]
        whole: dict[str, Any] = {"version": 2.1, "orbs": {alias: f"{self.orb}@{self.version}"}}
        whole |= {"setup": True} if "setup" in self.row else {}
        if "job" in self.row:
            return _text({**whole, "workflows": {"main": {"jobs": [self.row["job"]]}}})
        machine = {"executor": self.row["executor"]} if "executor" in self.row else {"docker": [{"image": IMAGE}]}
        job = {**machine, "steps": self.row.get("steps", [{"run": "true"}])}
        return _text({**whole, "jobs": {"example": job}, "workflows": {"main": {"jobs": ["example"]}}})

    @property
    def given(self) -> Given:
        """What it finds when it is run."""
        return Given(*(self.row.get(key, {}) for key in Given._fields))

    def outcome(self, orbs: OrbSource = lambda _: None, *, mapped: bool = True) -> Outcome:
        """What the converter makes of it, with the mapping or without."""
        files = self.row.get("files", {})
        return convert(
            Source("config.yml", self.config),
            choices=OWN_RUNNERS,
            catalog=CATALOG if mapped else _UNMAPPED,
            orbs=orbs,
            has_file=files.__contains__,
            files=lambda name: (name, files[name]) if name in files else None,
        )

    def written(self) -> dict[str, Any]:
        """The step that is written, with the definitions that it needs, and the codes of what is told."""
        outcome = self.outcome()
        if outcome.text is None:
            return {"refused": [str(note) for note in outcome.notes if note.refusal]}
        document = laws.document(outcome)
        step = document["pipelines"]["default"][0]["step"]
        found = {key: value for key, value in step.items() if key != "name"}
        if caches := document.get("definitions", {}).get("caches"):
            found["definitions"] = {"caches": caches}
        codes = sorted({note.code.id for note in outcome.notes if note.code.fate in TOLD})
        return {"step": found} | ({"notes": codes} if codes else {})

    def expected(self) -> dict[str, Any]:
        """The same as it stands in the mapping."""
        return {key: self.row[key] for key in ("step", "notes", "refused") if key in self.row}


class Difference(NamedTuple):
    """Calls that one side makes and the other does not, as the beginnings of commands, and why.

    With `instead` the other side's call begins with that, and ends in the same way.
    """

    side: str
    calls: tuple[str, ...]
    why: str
    instead: str = ""


class Mapped(NamedTuple):
    """A mapping file: the orb, its head, its tree as plain values, and its second document."""

    orb: str
    path: Path
    facts: Facts
    proof: dict[str, Any]

    @property
    def newest(self) -> str:
        """The newest version that was read."""
        return ".".join(map(str, self.facts.newest))

    @property
    def examples(self) -> list[Example]:
        """The examples."""
        return [Example(self.orb, row.get("version", self.newest), row) for row in self.proof.get("examples", ())]

    @property
    def differences(self) -> list[Difference]:
        """What is listed as different from the sources."""
        rows = self.proof.get("differences", ())
        return [Difference(row["side"], tuple(row["calls"]), row["why"], row.get("as", "")) for row in rows]

    def plain(self, version: str = "") -> dict[str, Any]:
        """The orb as plain values, as it is in a version."""
        root = self.facts.as_of(Reference(self.orb, version or self.newest))
        found: dict[str, Any] = _plain(root)
        return found

    @property
    def gaps(self) -> dict[str, str]:
        """What the mapping lacks, by its path, and why."""
        return self.plain().get("gaps") or {}


CATALOG = Catalog()
_UNMAPPED = NoMappings()


def _plain(node: Any) -> Any:  # noqa: ANN401 - a value of any shape that YAML holds
    if isinstance(node, Mapping):
        return {entry.key.text: _plain(entry.value) for entry in node.entries}
    if hasattr(node, "items"):
        return [_plain(item) for item in node.items]
    return yaml.safe_load(node.text) if node.kind in {"bool", "int", "null"} else node.text


@cache
def mappings() -> tuple[Mapped, ...]:
    """All mappings that ship, by their names."""
    return tuple(mapping(path) for path in sorted(ROOT.rglob("*.yml")))


def mapping(path: Path) -> Mapped:
    """One mapping file, read as the converter reads it."""
    orb = path.relative_to(ROOT).with_suffix("").as_posix()
    head, _, proof = path.read_text(encoding="utf-8").partition(SEPARATOR)
    notes = Notes()
    root = read(head, f"mappings/orbs/{orb}.yml", notes)
    assert isinstance(root, Mapping), [str(note) for note in notes]
    return Mapped(orb, path, facts(root), yaml.safe_load(proof) or {})


def _text(value: dict[str, Any]) -> str:
    return yaml.safe_dump(value, sort_keys=False, width=1000)


def _multiline(value: Any) -> Any:  # noqa: ANN401 - as above
    """The value with its long texts as blocks, as people write them."""
    if isinstance(value, dict):
        return {key: _multiline(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_multiline(one) for one in value]
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value


def update(path: Path) -> None:
    """Write the outputs of a mapping's examples anew; comments in its second document are kept at its head only."""
    head, separator, tail = path.read_text(encoding="utf-8").partition(SEPARATOR)
    found = mapping(path)
    rows = []
    for example in found.examples:
        row = {key: value for key, value in example.row.items() if key not in {"step", "notes", "refused"}}
        rows.append(row | example.written())
    proof = {**found.proof, "examples": rows}
    writer = YAML()
    writer.width = 110
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    for line in tail.splitlines():
        if not line.startswith("#"):
            break
        out.write(f"{line}\n")
    writer.dump(_multiline(proof), out)
    path.write_text(head + separator + out.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for one in sorted(ROOT.rglob("*.yml")):
        if SEPARATOR in one.read_text(encoding="utf-8") and (
            not wanted or any(name in one.as_posix() for name in wanted)
        ):
            update(one)
