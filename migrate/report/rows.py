"""The ledger's rows: what became of each job."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate.choices import Choices
from migrate.circleci.plan import Job, Plan
from migrate.diagnostics import Fate, Note, Span
from migrate.report.places import Instance
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar

HELD = "held"


class Row(NamedTuple):
    """A job and its fate.

    The fate is `dropped` if no pipeline runs it, `held` if a person must start it, `error` if its step fails
    until somebody mends it, else how much of it has changed. `id` is unique in the plan; `notes` are indexes
    into the summary's notes; `source` is where the job is defined, `target` the line of its step; `added`
    says that the user asked for it and CircleCI did not run it.
    """

    id: str
    workflow: str
    job: str
    fate: str
    steps: tuple[str, ...]
    notes: tuple[int, ...]
    source: Span
    target: int | None
    added: bool = False


def rows(
    before: Plan, after: Plan, choices: Choices, instances: Sequence[Instance], notes: Sequence[Note]
) -> tuple[Row, ...]:
    """One row for each job of the source, in its order, then those that were added."""
    jobs = [*before.jobs, *(job for job in after.jobs if job.added)]
    told: dict[str, list[int]] = {}
    for index, note in enumerate(notes):
        told.setdefault(note.job, []).append(index)
    found = []
    for job in jobs:
        indexes = tuple(told.get(job.id, ()))
        mine = list(_instances(job, after, choices, instances))
        fate = _fate(job, mine, [notes[index].code.fate for index in indexes])
        lines = [one.line for one in mine if one.line]
        found.append(
            Row(
                job.id,
                job.workflow,
                job.name,
                fate,
                tuple(one.path for one in mine),
                indexes,
                job.defined if job.defined.file == job.trail[0].file else job.trail[0],
                lines[0] if lines else None,
                added=bool(job.added),
            )
        )
    return tuple(found)


def _instances(job: Job, after: Plan, choices: Choices, instances: Sequence[Instance]) -> Iterator[Instance]:
    """The steps that do what the job did: its own, or its replacement's.

    For an approval these are the steps that wait for it. A job in another workflow that is the same to the
    letter has become the same step.
    """
    ids = {job.id} | {other.id for other in after.jobs if other.added and other.name in _replacing(job, choices)}
    if job.type == "approval":
        ids |= {other.id for other in after.jobs if _waits_for(other, job)}
        yield from (one for one in instances if one.step.job in ids and one.step.manual)
        return
    own = [one for one in instances if one.step.job in ids]
    if not own:
        lowered = next((other for other in after.jobs if other.id == job.id), job)
        twins = {other.id for other in after.jobs if _same(lowered, other)}
        own = [one for one in instances if one.step.job in twins]
    yield from own


def _replacing(job: Job, choices: Choices) -> set[str]:
    """The names of the additions that the choices put in the job's place."""
    names = set()
    for entry in choices.add:
        # Peeked, not taken: this is the report, and the lowering has claimed it.
        replaced, name = peek(entry.value, "replaces"), peek(entry.value, "name")
        if isinstance(entry.value, Mapping) and isinstance(replaced, Scalar) and replaced.text == job.name:
            names.add(name.text if isinstance(name, Scalar) else entry.key.text)
    return names


def _waits_for(job: Job, gate: Job) -> bool:
    return job.workflow == gate.workflow and any(r.job == gate.name for r in job.requires)


def _same(job: Job, other: Job) -> bool:
    return (job.name, job.keys, job.steps) == (other.name, other.keys, other.steps) and job.type == other.type


def _fate(job: Job, instances: list[Instance], fates: list[Fate]) -> str:
    if not job.runs and job.type != "approval":
        return max(fates, key=lambda fate: fate.rank, default=Fate.REWRITTEN)
    if not instances:
        return Fate.DROPPED
    if job.type == "approval":
        return Fate.APPROXIMATED
    if any(one.step.manual for one in instances):
        return HELD
    if Fate.ERROR in fates:
        return Fate.ERROR
    if Fate.APPROXIMATED in fates or Fate.DROPPED in fates:
        return Fate.APPROXIMATED
    return Fate.REWRITTEN if Fate.REWRITTEN in fates or Fate.MANUAL in fates else Fate.KEPT


__all__ = ["HELD", "Row", "rows"]
