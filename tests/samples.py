"""Other people's configs: official samples, and configs out of public packages. They lie beside the checkout.

`python -m tests.samples` writes the table of what becomes of them, docs/samples.md.
"""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from migrate import Outcome, Source, convert

HERE = Path(__file__).parents[1]
SHARED = HERE.parent / "shared"
TABLE = HERE / "docs" / "samples.md"
SAMPLES, CORPUS = SHARED / "samples", SHARED / "corpus" / "files"

EXPANDED, NOT_YAML, VERSION_1, NO_CONFIG, INCOMPLETE, INVALID = FATES = (
    "expanded",
    "not YAML",
    "CircleCI 1.0",
    "no config",
    "incomplete",
    "invalid",
)
_CODES = {
    NOT_YAML: {"not-yaml", "duplicate-key"},
    VERSION_1: {"version-1"},
    NO_CONFIG: {"not-a-config"},
    INCOMPLETE: {
        *("no-workflow", "unknown-job", "unknown-executor", "unknown-command", "unknown-requires"),
        *("undeclared-parameter", "orb-reference"),
    },
}


class Sample(NamedTuple):
    """A config and what it comes to; `set` is where it comes from, `valid` what the schemas of the two say."""

    path: Path
    set: str
    outcome: Outcome
    valid: bool

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return self.path.stem

    @property
    def refusals(self) -> tuple[str, ...]:
        """The codes for which it was refused."""
        return tuple(dict.fromkeys(note.code.id for note in self.outcome.notes if note.refusal))

    @property
    def fate(self) -> str:
        """One of FATES; a config is incomplete if it only names what does not stand in it."""
        if self.outcome.text is not None:
            return EXPANDED
        found = set(self.refusals)
        return next((fate for fate, codes in _CODES.items() if found and found <= codes), INVALID)


@cache
def samples() -> tuple[Sample, ...]:
    """All of them, converted as the files stand there."""
    verdicts = json.loads((SAMPLES / "schema-verdicts.json").read_text(encoding="utf-8"))
    return tuple(_samples(verdicts))


def _samples(verdicts: dict[str, dict[str, str]]) -> Iterator[Sample]:
    for path in sorted((*SAMPLES.rglob("*.yml"), *(one for one in CORPUS.rglob("*") if one.is_file()))):
        text = path.read_bytes().decode("utf-8", "replace")
        within = path.relative_to(SHARED).as_posix()
        verdict = verdicts.get(within.removeprefix("samples/"), {})
        valid = verdict.get("ls_schema") == verdict.get("schemastore") == "ok"
        name = (
            f"corpus/{path.name.partition('__')[0]}" if path.is_relative_to(CORPUS) else Path(within).parent.as_posix()
        )
        yield Sample(path, name, convert(Source(path.name, text)), valid)


def table() -> str:
    """The table: for each set how many files come to what."""
    found = Counter((sample.set, sample.fate) for sample in samples())
    unread = Counter(s.set for s in samples() for note in s.outcome.notes if note.code.id == "unread-key")
    sets = dict.fromkeys(sample.set for sample in samples())
    lines = [f"| {' | '.join(('set', 'files', *FATES, 'unread keys'))} |", f"|{'---|' * (len(FATES) + 3)}"]
    for name in sets:
        counts = [found[name, fate] for fate in FATES]
        lines.append(f"| {' | '.join(map(str, (name, sum(counts), *counts, unread[name])))} |")
    totals = [sum(found[name, fate] for name in sets) for fate in FATES]
    lines.append(f"| {' | '.join(map(str, ('all', sum(totals), *totals, sum(unread.values()))))} |")
    return "\n".join((*_HEAD, *lines, ""))


_HEAD = (
    "# What becomes of other people's configs",
    "",
    "Examples of the official documentation, test data of the language server, examples of orbs, and configs out of",
    "public packages of Debian, npm and PyPI, each converted as it stands, without the sources of its orbs. No",
    "conversion ends with a traceback. Every key and list item of a config that is *expanded* was read or noted; those",
    "that no room knows are counted as *unread keys*. A config is *incomplete* if it only names what does not stand in",
    "it, as most of a manual's fragments do, and *invalid* if it has what CircleCI refuses.",
    "",
    "This file is written by `python -m tests.samples`; `tests/test_samples.py` says when it is stale.",
    "",
)

if __name__ == "__main__":
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table(), encoding="utf-8")
