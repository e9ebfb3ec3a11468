"""`type: approval` becomes a manual step: what waited for the approval runs when a person has started one.

One approval with one job directly behind it makes that job manual. An approval that several jobs wait for, or jobs
that wait for several approvals, are manual steps of their own, which do nothing: one click is one approval. The first
step of a pipeline may not be manual (reference bitbucket.md, section 3.7), so that a step that does nothing is put
before one that would be. An approval holds in the start conditions where it runs itself.
"""

import shlex
from collections.abc import Container, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from migrate.bitbucket.model import Command, Image, Parallel, Pipeline, Step
from migrate.circleci.plan import Job
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan.graph import sources

_DOCS = (
    "https://circleci.com/docs/workflows/#holding-a-workflow-for-a-manual-approval",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Trigger",
)
APPROVAL = declare(
    "approval",
    Fate.APPROXIMATED,
    "An approval becomes a manual step",
    """Bitbucket has no job that only waits.

    Somebody with write access starts the step on the pipeline's page. It is the job that waited for the approval, or,
    where more than one job waited, a step of the approval's name that does nothing but let them go.

    Tell those who approve where to press; who may is a matter of permissions, or of a deployment environment.""",
    *_DOCS,
)
UNASKED = declare(
    "approval-elsewhere",
    Fate.REWRITTEN,
    "An approval does not run everywhere where the job behind it does",
    """CircleCI ignores a required job that its filters leave out, an approval, too: what stood behind it runs without
    being asked for.

    Here it is the same.

    If that was not meant, give the job the approval's filters.""",
    "https://circleci.com/docs/configuration-reference/#filters",
    _DOCS[1],
)
PLAIN = Image("alpine:3.20")
"""A small image for steps that do nothing."""
_WAIT = Step(
    "wait-for-approval",
    "Wait for approval",
    (Command("echo 'The next step is started by hand.'"),),
    image=PLAIN,
    clone=False,
)


_ALWAYS: Mapping[str, str] = MappingProxyType({})


class Gates(NamedTuple):
    """The approvals of a start condition: `carried` by the one job behind them, by its id, or steps of their `own`.

    `behind` has the ids of what waits directly for each, by its id.
    """

    carried: dict[str, Job]
    own: tuple[Job, ...]
    behind: dict[str, list[str]]


def gates(jobs: tuple[Job, ...], steps: Mapping[str, Step], states: Mapping[str, str] = _ALWAYS) -> Gates:
    """The approvals among the jobs of a start condition that a step waits for, itself or through other approvals.

    One that runs on a condition of its own (`states`) is no gate elsewhere, so that a job with another cannot carry it.
    """
    asked = {job.id: job for job in jobs if job.type == "approval"}
    if not asked:
        return Gates({}, (), {})
    near = sources(jobs, frozenset(job.id for job in jobs if job.id in steps or job.id in asked))
    behind: dict[str, list[str]] = {name: [] for name in asked}
    for job in jobs:
        if job.id in steps or job.id in asked:
            for name in near[job.id]:
                if name in asked:
                    behind[name].append(job.id)
    holding = {job.id for job in jobs if job.id in steps}
    waiting = list(holding)
    while waiting:
        more = [name for name in near[waiting.pop()] if name in asked and name not in holding]
        holding.update(more)
        waiting += more
    found = {name: [one for one in behind[name] if one in holding] for name in asked if name in holding}
    carried: dict[str, Job] = {}
    for name, others in found.items():
        alone = [one for one in near[others[0]] if one in found] == [name]
        same = states.get(name) in {None, states.get(others[0])}
        if len(others) == 1 and alone and same and others[0] in steps:
            carried[others[0]] = asked[name]
    taken = {gate.id for gate in carried.values()}
    return Gates(carried, tuple(asked[name] for name in found if name not in taken), found)


def before(jobs: tuple[Job, ...], everything: Mapping[tuple[str, str], Job]) -> tuple[Job, ...]:
    """The approvals that stand before jobs which the user chose, and the jobs between: to choose is not to approve."""
    chosen = {job.id for job in jobs}
    found: dict[str, Job] = {}
    waiting, seen = list(jobs), set(chosen)
    while waiting:
        job = waiting.pop()
        for requirement in job.requires:
            other = everything.get((job.workflow, requirement.job))
            if other is not None and other.id not in seen:
                seen.add(other.id)
                waiting.append(other)
                found |= {other.id: other}
    if not any(job.type == "approval" for job in found.values()):
        return ()
    return tuple(job for job in everything.values() if job.id in found)


def step_of(gate: Job, behind: list[Step | None], draft: Draft) -> Step:
    """The manual step of an approval; where all that wait for it run on one condition, it runs on that, too.

    Another approval that waits for it, which is no step yet, runs on none. A job of another workflow may have its name:
    then it says what it is.
    """
    names = {name: title for name, title, _ in draft.choices.rename}
    name = names.get(gate.name, gate.name)
    taken = any(job.runs and names.get(job.name, job.name) == name for job in draft.jobs.values())
    states = {step.state if step else "" for step in behind}
    changes = {step.changes if step else () for step in behind}
    return Step(
        key=gate.name,
        name=f"{name} (approval)" if taken else name,
        script=(Command(f"echo {shlex.quote(f'{gate.name}: approved')}", trail=gate.trail),),
        image=PLAIN,
        clone=False,
        manual=True,
        changes=changes.pop() if len(changes) == 1 else (),
        state=states.pop() if len(states) == 1 else "",
        comment=f"{gate.defined.file}:{gate.defined.line}, approval {gate.key}",
        job=gate.id,
    )


class Held(NamedTuple):
    """A job, an approval that it waits for, and how that holds it in a start condition.

    The approval is a step of its `own`, `carried` by the job, or `absent`.
    """

    job: Job
    gate: Job
    how: str


def held(
    jobs: tuple[Job, ...],
    steps: Mapping[str, Step],
    found: Gates,
    everything: Mapping[tuple[str, str], Job],
    by_hand: Container[str],
) -> Iterator[Held]:
    """How the approvals of a start condition hold what waits for them, and which job runs without one it required.

    The jobs `by_hand` do not run unasked: they are manual steps, or stand behind one.
    """
    here = {job.id: job for job in jobs}
    for gate in found.own:
        yield from (Held(here[name], gate, "own") for name in found.behind[gate.id])
    yield from (Held(here[name], gate, "carried") for name, gate in found.carried.items())
    for job in jobs:
        if job.id in steps and job.id not in by_hand:
            missing = (gate for gate in _asked(job, steps, everything, here) if gate.id not in here)
            yield from (Held(job, gate, "absent") for gate in missing)


def _asked(
    job: Job, steps: Mapping[str, Step], everything: Mapping[tuple[str, str], Job], here: Mapping[str, Job]
) -> Iterator[Job]:
    """The approvals that a job requires, itself or through jobs that run here and became no step."""
    waiting, seen = [job], {job.id}
    while waiting:
        for requirement in waiting.pop().requires:
            other = everything.get((job.workflow, requirement.job))
            if other is None or other.id in seen:
                continue
            seen.add(other.id)
            if other.type == "approval":
                yield other
            elif other.id in here and other.id not in steps:
                waiting.append(other)


def note(told: list[tuple[Held, list[str]]], draft: Draft) -> None:
    """Say of each approval what it has become; `told` has the start conditions where it holds, or does not."""
    several: dict[str, list[Job]] = {}
    for one, _ in told:
        if one.how == "own":
            several.setdefault(one.gate.id, []).append(one.job)
    for one, places in told:
        gate, job = one.gate, one.job
        if one.how == "carried":
            said = f"'{job.name}' is started by hand: it waited for the approval '{gate.name}'"
            draft.notes.add(APPROVAL, gate.trail, f"jobs.{gate.key}", said, job=job.id)
        elif one.how == "own":
            names = ", ".join(f"'{other.name}'" for other in several[gate.id])
            said = f"'{gate.name}' is a step that is started by hand; behind it: {names}"
            draft.notes.add(APPROVAL, gate.trail, f"jobs.{gate.key}", said, job=gate.id)
        else:
            where = ", ".join(f"'{place}'" for place in dict.fromkeys(places))
            said = f"'{job.name}' runs unasked in {where}: the approval '{gate.name}' does not run there"
            draft.notes.add(UNASKED, gate.trail, f"jobs.{gate.key}", said, job=job.id)


def after_something(pipeline: Pipeline) -> Pipeline:
    """The pipeline, with a step before a first one that is manual."""
    first = pipeline[0].steps if pipeline and isinstance(pipeline[0], Parallel) else pipeline[:1]
    if any(isinstance(step, Step) and step.manual for step in first):
        return (_WAIT, *pipeline)
    return pipeline
