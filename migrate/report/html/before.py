"""The job graphs of CircleCI's workflows: what each job requires, and the longest chain."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from migrate.circleci.plan import Job, Workflow
from migrate.diagnostics import Fate
from migrate.lower.plan.graph import graph
from migrate.report.html.elements import Html
from migrate.report.html.layout import Point, layered
from migrate.report.html.svg import Box, Line, draw
from migrate.report.mermaid import admitted
from migrate.report.rows import HELD
from migrate.report.summary import Summary

_NAMED = 20
"""How many jobs are named that a job waits for."""
MOST = 200
"""Boxes of a picture; of more nobody sees anything."""


class Picture(NamedTuple):
    """A picture, None if it would be too large; what is said of it; and what it shows, in words, a line each."""

    title: str
    drawn: Html | None
    said: str
    words: tuple[str, ...]


def pictures(summary: Summary) -> tuple[Picture, ...]:
    """A picture for each workflow."""
    fates = {row.id: row.fate for row in summary.rows}
    return tuple(_picture(one, fates, _chain(one, summary)) for one in summary.before.workflows if one.jobs)


def _chain(workflow: Workflow, summary: Summary) -> tuple[str, ...]:
    """The jobs of the longest chain of all start conditions that is one of this workflow, if that is drawn."""
    if len(workflow.jobs) > MOST:
        return ()
    own = {job.id for job in workflow.jobs}
    longest = sorted(summary.order, key=lambda one: -one.before)
    chain = next((one.chain for one in longest if one.chain and own.issuperset(one.chain)), ())
    return (*chain[:1], *(job for one, other in pairwise(chain) for job in _way(one, other, workflow)))


def _edges(workflow: Workflow) -> Iterator[tuple[int, int]]:
    """The lines between jobs, by their numbers, without those that follow from others."""
    number = {job.name: place for place, job in enumerate(workflow.jobs)}
    known = graph([[number[one.job] for one in job.requires if one.job in number] for job in workflow.jobs])
    for job, near in enumerate(known.direct):
        implied = 0
        for one in near:
            implied |= known.before[one]
        yield from ((one, job) for one in near if not implied >> one & 1)


def _way(one: str, other: str, workflow: Workflow) -> tuple[str, ...]:
    """The jobs from one to another, without the first: approvals and no-ops stand between them that are no steps."""
    jobs = {job.name: job for job in workflow.jobs}
    ways: list[tuple[Job, ...]] = [(job,) for job in workflow.jobs if job.id == other]
    seen = {other}
    for way in ways:
        for job in (jobs[required.job] for required in way[0].requires if required.job in jobs):
            if job.id == one:
                return tuple(job.id for job in way)
            if job.id not in seen:
                seen.add(job.id)
                ways.append((job, *way))
    return (other,)


def _picture(workflow: Workflow, fates: Mapping[str, str], chain: tuple[str, ...]) -> Picture:
    edges = list(_edges(workflow))
    ids = [job.id for job in workflow.jobs]
    title = f"Workflow {workflow.name}"
    listed = " → ".join(f"'{one.partition('/')[2]}'" for one in chain)
    said = f"The longest chain: {listed}." if len(chain) > 1 else ""
    drawn = None
    if len(ids) <= MOST:
        boxes = [_box(job, fates.get(job.id, ""), chain) for job in workflow.jobs]
        laid = layered([box.size for box in boxes], edges)
        steps = set(pairwise(chain))
        lines = [
            Line(_ends(points, boxes[one], laid.corners[one], boxes[other], laid.corners[other]), kinds)
            for (one, other), points in zip(edges, laid.lines, strict=True)
            for kinds in [("chain",) if (ids[one], ids[other]) in steps else ()]
        ]
        drawn = draw(
            f"{title}: the jobs and what each requires", list(zip(boxes, laid.corners, strict=True)), lines, laid.size
        )
    return Picture(title, drawn, said, tuple(_words(job) for job in workflow.jobs))


def _box(job: Job, fate: str, chain: tuple[str, ...]) -> Box:
    lines = [job.name]
    lines += ["approval"] if job.type == "approval" else []
    lines += [admitted("branches", job.filters.branches)] if job.filters.branches.patterns else []
    lines += [admitted("tags", job.filters.tags)] if job.filters.tags is not None else []
    kinds = [kind for kind, holds in (("dropped", fate == Fate.DROPPED), ("held", fate == HELD)) if holds]
    kinds += ["gate"] if job.type == "approval" else []
    kinds += ["chain"] if job.id in chain else []
    title = f"{job.name}: left out" if fate == Fate.DROPPED else ""
    return Box(tuple(lines), tuple(kinds), title)


def _ends(points: tuple[Point, ...], one: Box, start: Point, other: Box, end: Point) -> tuple[Point, ...]:
    """The points of a line that leaves its box on the right and arrives on the left."""
    first = (start[0] + one.size.width, start[1] + one.size.height / 2)
    last = (end[0], end[1] + other.size.height / 2)
    return (first, *points[1:-1], last)


def _words(job: Job) -> str:
    names = ", ".join(f"'{one.job}'" for one in job.requires[:_NAMED])
    more = f" and {len(job.requires) - _NAMED} more" if len(job.requires) > _NAMED else ""
    return f"'{job.name}' waits for {names or 'nothing'}{more}"


__all__ = ["MOST", "Picture", "pictures"]
