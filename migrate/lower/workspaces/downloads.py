"""Which artifacts the steps download (reference bitbucket.md, section 3.4).

A step gets the shared artifacts of all steps before it unless it says otherwise, so one that attaches the workspace
names those that it wants, and any other takes none. It says so in every start condition if something would come in
one, so that it stays the same step.
"""

from collections.abc import Iterable
from dataclasses import replace

from migrate.bitbucket.model import Step
from migrate.circleci.plan import Job
from migrate.lower.draft import Draft
from migrate.lower.plan.arrange import Arranged
from migrate.lower.plan.graph import bits


def with_downloads(starts: Iterable[Arranged], draft: Draft) -> list[Arranged]:
    """The start conditions with what each step downloads."""
    starts = list(starts)
    comes = {job.id for one in starts for job, _, names in _earlier(one) if names and job.runs}
    return [_changed(one, comes, draft) for one in starts] if comes else starts


def _earlier(arranged: Arranged) -> Iterable[tuple[Job, Step, dict[str, tuple[str, ...]]]]:
    """Each step with its job, the final one last, and the shared artifacts of the steps before it by their jobs."""
    shared = {place: names for place, step in enumerate(arranged.steps) if (names := _shared(step))}
    everything = {arranged.jobs[place].id: names for place, names in shared.items()}
    for place, (job, step) in enumerate(zip(arranged.jobs, arranged.steps, strict=True)):
        before = [one for one in bits(arranged.waits.earlier[place]) if one in shared] if shared else []
        yield job, step, {arranged.jobs[one].id: shared[one] for one in before}
    if arranged.final:
        yield *arranged.final, everything


def _shared(step: Step) -> tuple[str, ...]:
    return tuple(upload.name for upload in step.artifacts if upload.type == "shared")


def _changed(arranged: Arranged, comes: set[str], draft: Draft) -> Arranged:
    steps = []
    for job, step, names in _earlier(arranged):
        wanted = tuple(name for one in draft.upstream.get(job.id, ()) for name in names.get(one, ()))
        steps.append(replace(step, downloads=wanted, no_downloads=not wanted) if job.id in comes else step)
    final = (arranged.final[0], steps.pop()) if arranged.final else None
    return arranged._replace(steps=tuple(steps), final=final)
