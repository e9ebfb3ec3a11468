"""Selected jobs and their steps become the pipelines of the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from migrate.bitbucket.model import Command, Start, Step
from migrate.circleci.conditions import TRUE
from migrate.circleci.plan import Job, Plan
from migrate.diagnostics import Fate, Span, declare
from migrate.lower.children import Children, pipeline_of
from migrate.lower.draft import Draft
from migrate.lower.names.covers import overlap
from migrate.lower.ordered import Ordered, ordered
from migrate.lower.plan import approvals, statuses
from migrate.lower.plan.approvals import PLAIN, Held
from migrate.lower.plan.arrange import Arranged, arrange
from migrate.lower.plan.graph import bits, union
from migrate.lower.plan.guards import FILTER_STATE
from migrate.lower.plan.nesting import MOST_STEPS
from migrate.lower.plan.order import Child
from migrate.lower.plan.starting import Selected
from migrate.lower.workspaces.downloads import with_downloads

REQUIRES_DROPPED = declare(
    "requires-dropped",
    Fate.APPROXIMATED,
    "A job waited for a job that is left out",
    """The other job has no step, so that nothing can wait for it.

    The job no longer waits for that job's success, only for what that job itself waited for.

    If that job guarded a deployment, let another step guard it.""",
    "https://circleci.com/docs/configuration-reference/#requires",
    "https://support.atlassian.com/bitbucket-cloud/docs/parallel-step-options/",
)
STRANGERS = declare(
    "waits-for-strangers",
    Fate.APPROXIMATED,
    "A job waits for jobs that it did not require",
    """Bitbucket runs a list of steps and groups, not a graph: a group starts when all of the group before it has ended
    well.

    The job starts later, and does not start if one of the others fails.

    If the wait is too long, choose 'layout: nested', which makes child pipelines of independent chains, or let the job
    require less.""",
    "https://circleci.com/docs/configuration-reference/#requires",
    "https://support.atlassian.com/bitbucket-cloud/docs/parallel-step-options/",
)
FOREIGN_GATE = declare(
    "waits-for-foreign-gate",
    Fate.APPROXIMATED,
    "A job stands behind a manual step that it did not wait for",
    """A pipeline goes on behind a manual step, or a group with one, when somebody has started it.

    With several gates that do not wait for each other, what comes behind one comes behind others, too: it is held
    longer, and never runs unasked.

    If that is too long, let the gates wait for one approval, or choose '--style triggers' for a pipeline for each
    workflow.""",
    "https://circleci.com/docs/workflows/#holding-a-workflow-for-a-manual-approval",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Trigger",
)
TOO_MANY = declare(
    "too-many-steps",
    Fate.ERROR,
    "A pipeline has more steps than Bitbucket takes",
    """A pipeline has at most 100 steps. What may stand in child pipelines does already; steps that a person starts and
    deployments may not.

    Bitbucket refuses the file until some are put together or left out.

    Put steps together, or leave some out.""",
    "https://circleci.com/docs/configuration-reference/#jobs-in-workflow",
    "https://support.atlassian.com/bitbucket-cloud/docs/limitations-of-bitbucket-pipelines/",
)
NEVER_STARTS = declare(
    "never-starts",
    Fate.DROPPED,
    "A job that no event starts",
    """A job for tags needs tag filters on every job that it requires, and a job none of whose required jobs run does
    not run.

    CircleCI never runs it, and so it is in no pipeline.

    Remove it, or mend its filters and those of the jobs that it requires, and convert again.""",
    "https://circleci.com/docs/workflows/#executing-workflows-for-a-git-tag",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
NEVER_FOR_TAGS = declare(
    "never-for-tags",
    Fate.DROPPED,
    "A job with a filter for tags that no tag starts",
    """A tag runs a job only if every job that it requires has a filter for tags as well.

    CircleCI does not run it for tags, and so it is in no pipeline of a tag.

    If it was meant to run, add such a filter to each of them, and convert again.""",
    "https://circleci.com/docs/workflows/#executing-workflows-for-a-git-tag",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
NOTHING_LEFT = declare(
    "nothing-left",
    Fate.ERROR,
    "No job is left to run",
    """Every job was left out.

    The only pipeline fails on purpose, and says so.

    Look at the notes that say why; 'unsupported-executors: self-hosted' keeps jobs for runners of your own.""",
    "https://circleci.com/docs/configuration-reference/#executors",
    "https://support.atlassian.com/bitbucket-cloud/docs/runners/",
)
_NOTHING = Step("nothing-to-do", "Nothing to do", (Command('echo "no job runs here"'),), image=PLAIN, clone=False)
_MISSING = Step(
    "no-job-left",
    "No job is left",
    (Command('echo "no job of CircleCI can run here; see the migration report" >&2\nexit 1\n'),),
    image=PLAIN,
    clone=False,
)


_NAMED = 20
"""How many jobs a note names."""


@dataclass(slots=True, eq=False)
class _Told:
    """What was found while the start conditions were put in order: things are said once of all of them."""

    strangers: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    gates: dict[tuple[str, str, str], tuple[Held, list[str]]] = field(default_factory=dict)
    running: dict[str, list[str]] = field(default_factory=dict)
    finals: dict[str, list[str]] = field(default_factory=dict)
    order: list[Ordered] = field(default_factory=list)


class Assembled(NamedTuple):
    """The start conditions of the file, and what the order of each costs."""

    starts: tuple[Start, ...]
    order: tuple[Ordered, ...]


def assemble(selected: tuple[Selected, ...], draft: Draft, steps: dict[str, Step]) -> Assembled:
    """The start conditions of the file, and notes on how their order differs."""
    told = _Told()
    names = {job.name for job in draft.jobs.values()}
    children = Children(draft, names | {one.pattern for one in selected if one.section == "custom"})
    orders = (arrange(one, steps | _asking(one, draft, steps), draft) for one in selected)
    laid = with_downloads(orders, draft)
    starts = [_start(one, arranged, draft, told, children) for one, arranged in zip(selected, laid, strict=True)]
    approvals.note(list(told.gates.values()), draft)
    statuses.note(steps, told.running, told.finals, draft)
    kept = tuple(
        start if start.pipeline else start._replace(pipeline=(_NOTHING,))
        for start in starts
        if start.pipeline or _is_taken(start, starts)
    )
    if kept:
        return Assembled((*kept, *children.starts), tuple(told.order))
    if not any(job.runs for job in draft.jobs.values()):
        return Assembled((Start("custom", "nothing-to-do", (_NOTHING,)),), ())
    span = next((job.trail[0] for job in draft.jobs.values()), Span("config", 1, 1))
    draft.notes.add(NOTHING_LEFT, (span,), "jobs", "no job is left to run; the only pipeline fails, and says so")
    return Assembled((Start("custom", "no-job-left", (_MISSING,)),), ())


def _is_taken(start: Start, starts: list[Start]) -> bool:
    """Whether a start condition that runs something would take names of one that runs nothing."""
    others = [other for other in starts if other is not start and other.pipeline]
    matched = any(other.section == start.section and overlap(start.pattern, other.pattern) for other in others)
    return matched or (start.section == "branches" and any(other.section == "default" for other in others))


def _start(one: Selected, arranged: Arranged, draft: Draft, told: _Told, children: Children) -> Start:
    where = f"{one.section} {one.pattern}".strip()
    groups = [
        [children.step(item, arranged) if isinstance(item, Child) else arranged.steps[item] for item in group]
        for group in arranged.layout
    ]
    pipeline = approvals.after_something(pipeline_of(groups))
    if arranged.final:
        job, step = arranged.final
        pipeline = (*pipeline, step)
        told.finals.setdefault(job.id, []).append(where)
    if arranged.jobs:
        told.order.append(ordered(where, arranged, minutes=bool(draft.choices.durations)))
    for job in one.jobs:
        told.running.setdefault(job.id, []).append(where)
    for held in arranged.held:
        told.gates.setdefault((held.job.id, held.gate.id, held.how), (held, []))[1].append(where)
    _note_strangers(arranged, draft, told)
    _note_filtered(arranged, draft, told)
    start = Start(one.section, one.pattern, pipeline)
    count = sum(1 for _ in start.steps)
    if count > MOST_STEPS:
        said = f"{where} has {count} steps, {count - MOST_STEPS} more than a pipeline may have"
        draft.notes.add(TOO_MANY, one.jobs[0].trail, f"workflows.{one.jobs[0].workflow}", said)
    return start


def _note_strangers(arranged: Arranged, draft: Draft, told: _Told) -> None:
    for one, job in enumerate(arranged.jobs):
        if arranged.graph.idle >> one & 1:
            continue
        foreign = arranged.foreign(one)
        strangers = arranged.strangers(one) & ~foreign
        if foreign and job.id not in told.foreign:
            told.foreign.add(job.id)
            said = f"'{job.name}' stands behind {_listed(arranged, foreign)}, which a person starts"
            draft.notes.add(FOREIGN_GATE, job.trail, f"jobs.{job.key}", said, job=job.id)
        if strangers and job.id not in told.strangers:
            told.strangers.add(job.id)
            said = f"'{job.name}' also waits for {_listed(arranged, strangers)}"
            draft.notes.add(STRANGERS, job.trail, f"jobs.{job.key}", said, job=job.id)


def _note_filtered(arranged: Arranged, draft: Draft, told: _Told) -> None:
    """Say who stands behind a gate also where a filter leaves out the gate, or the job that was to wait for it."""
    if not arranged.graph.manual:
        return
    through = lru_cache(arranged.graph.through)
    without, standing = _partial(arranged, draft)
    for place, job in enumerate(arranged.jobs):
        behind = arranged.graph.before[place] | 1 << place
        maybe = union(other for other in bits(behind) if job.id in without[other])
        gates = through(maybe)[place] & ~maybe | maybe & standing
        for gate in bits(maybe & arranged.graph.manual & ~standing):
            gates |= through(maybe & ~(1 << gate))[place] & 1 << gate
        gates &= arranged.graph.manual
        if gates and job.id not in told.foreign:
            told.foreign.add(job.id)
            what = "is started by hand" if gates == 1 << place else f"stands behind {_listed(arranged, gates)}"
            said = f"'{job.name}' {what}, also where a filter leaves out what it waited for"
            draft.notes.add(FOREIGN_GATE, job.trail, f"jobs.{job.key}", said, job=job.id)


def _partial(arranged: Arranged, draft: Draft) -> tuple[list[set[str]], int]:
    """For each step, the jobs that run for names for which it does not, or not the approval that it carries.

    And the steps, as bits, that may be there for such names all the same, because their scripts ask.
    """
    carried = {held.job.id: held.gate.id for held in arranged.held if held.how == "carried"}
    started, none = draft.started, set[str]()
    asking = started.asked.keys() | started.held
    both = [{job.id, carried.get(job.id, job.id)} for job in arranged.jobs]
    without = [none.union(*(started.without.get(name, none) for name in names)) for names in both]
    return without, union(place for place, names in enumerate(both) if names & asking)


def _listed(arranged: Arranged, found: int) -> str:
    """The names of the first jobs, and how many more there are."""
    named = list(islice(bits(found), _NAMED))
    more = found.bit_count() - len(named)
    names = ", ".join(f"'{arranged.jobs[one].name}'" for one in named)
    return f"{names} and {more} more" if more else names


def _asking(one: Selected, draft: Draft, steps: dict[str, Step]) -> dict[str, Step]:
    """The steps that have a condition in this start."""
    here = {job.id: job for job in one.jobs}
    found = {name: replace(steps[name], state=text) for name, text in one.states if name in steps}
    for name in found:
        job = here[name]
        where = f"{one.section} {one.pattern}".strip()
        said = f"in '{where}' a condition of the step of '{job.name}' asks whether its filter admits the name"
        draft.notes.add(FILTER_STATE, job.trail, f"jobs.{job.key}", said, job=job.id)
    return found


def note_never(plan: Plan, selected: Sequence[Selected], draft: Draft) -> None:
    """Say which jobs no event starts."""
    running = {job.id for start in selected for job in start.jobs}
    for job in plan.jobs:
        if job.id not in running and not job.added:
            said = f"no branch and no tag passes the filters of '{job.name}' and of a job that it requires"
            draft.notes.add(NEVER_STARTS, job.trail, f"jobs.{job.key}", said, job=job.id)
        elif job.filters.tags and job.requires and job.filters.condition == TRUE and _never_tagged(job, draft):
            said = f"'{job.name}' has a filter for tags, and runs for none: no job that it requires has one"
            draft.notes.add(NEVER_FOR_TAGS, job.trail, f"jobs.{job.key}", said, job=job.id)


def _never_tagged(job: Job, draft: Draft) -> bool:
    return job.runs and not job.added and job.workflow not in draft.waiting and job.id not in draft.started.tagged


def note_dropped(jobs: Mapping[tuple[str, str], Job], steps: dict[str, Step], draft: Draft) -> None:
    """Say which jobs no longer wait for a job, because that one is left out."""
    for job in jobs.values():
        for requirement in job.requires:
            other = jobs.get((job.workflow, requirement.job))
            if other and job.id in steps and other.id not in steps and other.runs:
                said = f"'{job.name}' no longer waits for '{other.name}', which is left out"
                draft.notes.add(REQUIRES_DROPPED, job.trail, f"jobs.{job.key}", said, job=job.id)
