"""What an audit keeps of one conversion."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from migrate.catalog import Catalog
from migrate.circleci.orbs import parse
from migrate.diagnostics import Fate, Note, Notes
from migrate.lower.plan.dependency_caches import first_image
from migrate.report.outcome import Converted
from migrate.report.places import instances
from migrate.report.rows import HELD
from migrate.report.summary import Summary
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar
from migrate.yamlio.read import read

CLEAN, ATTENTION, FAILING, REFUSED, UNREADABLE, BUG = STATES = (
    "clean",
    "needs attention",
    "with failing steps",
    "refused",
    "unreadable",
    "bug",
)
"""What becomes of a config: nothing is left to do but what Bitbucket needs in any case; something is approximated,
dropped or to be done by a person; steps fail until they are replaced; CircleCI would not run it; it cannot be read; we
have a bug."""
_ORB_CODES = ("orb-gap", "orb-unknown")
_TO_DO = {Fate.APPROXIMATED, Fate.DROPPED, Fate.MANUAL}


class Record(NamedTuple):
    """One config: where it is, what became of it, and what it uses.

    `jobs` are how many there are, converted, held and dropped; `codes` how many notes have which code; `blockers` what
    stands between it and a conversion without errors; `orbs` by reference, and how we know them; `secrets` the
    variables that somebody must create; `weights` how many build minutes a minute of each job costs that is run.
    """

    path: str
    sha256: str
    state: str
    jobs: tuple[int, int, int, int] = (0, 0, 0, 0)
    codes: tuple[tuple[str, int], ...] = ()
    blockers: tuple[str, ...] = ()
    orbs: tuple[tuple[str, str], ...] = ()
    images: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    weights: tuple[tuple[str, int], ...] = ()
    said: str = ""
    seconds: float = 0.0
    page: str = ""

    def plain(self) -> dict[str, Any]:
        """The record as JSON has it."""
        return {**self._asdict(), "codes": dict(self.codes), "orbs": dict(self.orbs), "weights": dict(self.weights)}


def from_plain(row: dict[str, Any]) -> Record:
    """The record that was kept as JSON."""
    pairs = {key: tuple(row[key].items()) for key in ("codes", "orbs", "weights")}
    lists = {key: tuple(row[key]) for key in ("jobs", "blockers", "images", "secrets")}
    return Record(**{**row, **pairs, **lists})


def failed(path: str, sha256: str, state: str, said: str) -> Record:
    """The record of a config that came to nothing."""
    return Record(path, sha256, state, blockers=(state,), said=" ".join(said.split()))


def of(path: str, text: str, outcome: Converted, summary: Summary, catalog: Catalog) -> Record:
    """The record of a conversion; `path` is where the config is, as the audit names it."""
    named = dict(_orbs(text))
    unknown = {note.subject.removeprefix("orbs.") for note in outcome.notes if note.code.id == "orb-unknown"}
    orbs = {ref: _known(alias, ref, unknown, catalog) for alias, ref in named.items()}
    errors = [note for note in outcome.notes if note.code.fate is Fate.ERROR]
    counts: dict[str, int] = {}
    for note in outcome.notes:
        counts[note.code.id] = counts.get(note.code.id, 0) + 1
    return Record(
        path,
        outcome.source.sha256,
        _state(outcome, errors),
        _jobs(summary),
        tuple(sorted(counts.items())),
        tuple(sorted({_blocker(note, named) for note in errors} - {""})),
        tuple(sorted(orbs.items())),
        tuple(sorted({image for job in outcome.before.jobs if (image := first_image(job))})),
        tuple(sorted({one.name for one in summary.variables if one.secret})),
        tuple(sorted(_weights(outcome, summary).items())),
        str(errors[0]) if errors else "",
    )


def _state(outcome: Converted, errors: list[Note]) -> str:
    if outcome.text is None:
        return REFUSED
    if errors:
        return FAILING
    return ATTENTION if any(note.code.fate in _TO_DO for note in outcome.notes) else CLEAN


def _jobs(summary: Summary) -> tuple[int, int, int, int]:
    held = sum(row.fate == HELD for row in summary.rows)
    dropped = sum(row.fate == Fate.DROPPED for row in summary.rows)
    return len(summary.rows), len(summary.rows) - held - dropped, held, dropped


def _weights(outcome: Converted, summary: Summary) -> dict[str, int]:
    sizes = {one.path: int(one.step.size.removesuffix("x") or 1) for one in instances(outcome.pipelines, None)}
    return {row.job: max(sizes.get(path, 1) for path in row.steps) for row in summary.rows if row.steps}


def _blocker(note: Note, named: dict[str, str]) -> str:
    """What an error comes from: an orb, or the kind of error; a step that fails for its orb counts as the orb."""
    if note.code.id in _ORB_CODES:
        alias = note.subject.removeprefix("orbs.").partition("/")[0]
        return f"orb {named.get(alias, alias).partition('@')[0]}"
    of_orb = any(f"'{alias}/" in note.detail for alias in named)
    return "" if of_orb and note.code.id == "unsupported-step" else note.code.id


def _orbs(text: str) -> Iterator[tuple[str, str]]:
    # Peeked, not taken: the conversion has read the config.
    root = read(text, "", Notes())
    listed = peek(root, "orbs") if isinstance(root, Mapping) else None
    for entry in listed.entries if isinstance(listed, Mapping) else ():
        if isinstance(entry.value, Scalar) and parse(entry.value.text):
            yield entry.key.text, entry.value.text


def _known(alias: str, reference: str, unknown: set[str], catalog: Catalog) -> str:
    if alias in unknown:
        return "unknown"
    found = parse(reference)
    return "mapped" if found and catalog.maps(found.orb) else "source"


__all__ = ["STATES", "Record", "failed", "from_plain", "of"]
