"""What jobs run on: several machines at once, resource classes, machines that Bitbucket's cloud does not have."""

from collections.abc import Iterator

from migrate.circleci.plan import Job
from migrate.detect.commands import jobs, nearest, where
from migrate.detect.finding import Finding, Repository, Seen
from migrate.lower.keys.macos import EXECUTOR_DROPPED
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar

_DEFAULT = "1x"


def parallelism(repository: Repository) -> Iterator[Finding]:
    """`parallelism: keep`: a step for each machine."""
    found = [(job, scalar) for job in jobs(repository) if (scalar := _scalar(job, "parallelism"))]
    seen = tuple(
        Seen(nearest((scalar.span,), job), f"runs on {scalar.text} machines at once", job.called)
        for job, scalar in found
        if scalar.text != "1"
    )
    if seen:
        would = (
            "Each machine is a step; they share the tests. 'drop' is one step that runs all tests: cheaper, and slower."
        )
        yield Finding("parallelism", "keep", seen, would)


def sizes(repository: Repository) -> Iterator[Finding]:
    """`sizes: map`: resource classes with more memory than a step has."""
    seen = []
    for job in jobs(repository):
        scalar = _scalar(job, "resource_class")
        machine = peek(job.keys, "machine") is not None
        row = repository.catalog.resource_class(scalar.text, machine=machine) if scalar else None
        if scalar and row and row.size not in {"", _DEFAULT}:
            what = f"has the class '{scalar.text}' ({row.memory} GB of memory), which would be {row.size}"
            seen.append(Seen(nearest((scalar.span,), job), what, job.called))
    if seen:
        would = "These steps get as much memory. A step of 2x takes twice the minutes; from 4x on it wants a paid plan."
        yield Finding("sizes", "map", tuple(seen), would)


def executors(repository: Repository) -> Iterator[Finding]:
    """`unsupported-executors: self-hosted`: jobs that a conversion leaves out for their machine."""
    notes = [note for note in repository.notes if note.code is EXECUTOR_DROPPED]
    if notes:
        seen = tuple({where(note.trail[0]): Seen(where(note.trail[0]), note.detail) for note in notes}.values())
        would = "They go to runners of your own. 'drop' leaves them out."
        yield Finding("unsupported-executors", "self-hosted", seen, would)


def _scalar(job: Job, key: str) -> Scalar | None:
    # Peeked, not taken: nothing is converted here.
    found = peek(job.keys, key)
    return found if isinstance(found, Scalar) else None
