"""The proof: both sides are run on the same events, and what differs is held against what the notes tell.

CircleCI's side comes from the plan, Bitbucket's from the written text alone; how the one was made into the other is not
looked at, so that no mistake there can hide here. Events on which the same happens are one row, named by the first.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.choices import NO_CHOICES, Choices
from migrate.circleci.plan import Plan
from migrate.diagnostics import Fate, Note, Notes, Span, declare
from migrate.verify.bitbucket_side import Bitbucket
from migrate.verify.candidates import Candidates
from migrate.verify.circleci_side import CircleCI
from migrate.verify.compare import Difference, Kind, Names, State, compare
from migrate.verify.elsewhere import Customs
from migrate.verify.events import Event
from migrate.verify.explained import Explanations
from migrate.verify.failing import failing
from migrate.verify.written import Written, read

VERIFY_DIFFERENCE = declare(
    "verify-difference",
    Fate.ERROR,
    "The pipelines do something else than the config, and nothing says why",
    """Both were run on the same events, and the jobs, their order or their gates differ where no other note tells of
    it.

    That is a mistake of the converter, and on these events the pipelines do the wrong thing.

    Correct the pipelines by hand, and please tell us.""",
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)


class Job(NamedTuple):
    """A column: a job's id, and what it is called there."""

    id: str
    label: str


class Found(NamedTuple):
    """A difference, and the code or choice that explains it; empty if nothing does."""

    difference: Difference
    reason: str

    @property
    def phrase(self) -> str:
        """What differs, without the job's name."""
        one = self.difference
        if one.kind is Kind.HELD and one.job and one.gate == one.job:
            return _HELD_ITSELF
        return _PHRASES[one.kind].format(other=f"'{one.other}'" if one.other else "a step without a name")


class Row(NamedTuple):
    """What happens on an event and on `others` on which the same happens; states by the ids of jobs."""

    event: Event
    others: int
    before: dict[str, State]
    after: dict[str, State]
    found: tuple[Found, ...]


class Verdict(NamedTuple):
    """The truth table. `problems` are of the written text; with `more`, not all events were tried."""

    jobs: tuple[Job, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[str, ...] = ()
    more: bool = False

    @property
    def unexplained(self) -> tuple[tuple[Row, Found], ...]:
        """The differences that nothing explains, each where it shows."""
        return tuple((row, found) for row in self.rows for found in row.found if not found.reason)


_PHRASES = {
    Kind.MISSING: "CircleCI runs it, Bitbucket does not",
    Kind.EXTRA: "Bitbucket runs it, CircleCI does not",
    Kind.OFFERED: "CircleCI does not run it, on Bitbucket somebody may start it",
    Kind.ORDER: "it no longer waits for {other}",
    Kind.GATE: "it no longer waits for the approval {other}",
    Kind.HELD: "it waits until somebody starts {other}, where CircleCI asks nobody",
    Kind.STATUS: "it runs after other results of {other}",
    Kind.UNKNOWN: "whether it runs cannot be told",
}
_USUAL_BASE = "main"
"""The base branch of path filtering where a config names none (circleci.md, section 6)."""
_HELD_ITSELF = "somebody has to start it, where CircleCI asks nobody"


def verify(
    plan: Plan,
    text: str,
    notes: Iterable[Note] = (),
    choices: Choices = NO_CHOICES,
    added: Iterable[str] = (),
    *,
    customs: Customs | None = None,
) -> Verdict:
    """Run a plan and the text of a pipelines file on the same events.

    `notes` may explain what differs; `added` are the names of jobs that the user asked for and CircleCI did not have,
    `customs` what started the workflows that custom pipelines stand for, which is guessed if they are None.
    """
    customs, notes, written = None if customs is None else tuple(customs), tuple(notes), read(text)
    before, after = CircleCI(plan), Bitbucket(written, frozenset(one.base or _USUAL_BASE for one in plan.workflows))
    reasons = Explanations(plan, notes, choices, {pipeline: workflow for pipeline, workflow, _ in customs or ()})
    names = _names(plan, choices, added, reasons)
    candidates = Candidates(plan, written, customs)
    rows: dict[tuple[object, ...], Row] = {}
    compared = {}
    for event in dict.fromkeys(candidates.events()):
        (one, running), (other, run) = before.run(event), after.run(event)
        if (one, other) not in compared:
            result = compare(running, run, names)
            compared[one, other] = result, frozenset(result.before.items()), frozenset(result.after.items())
        (states_before, states_after, differences), *same = compared[one, other]
        there = (after.started(event), after.ended(event)) if differences else ((), frozenset())
        found = tuple(Found(each, reasons.of(each, event, *there)) for each in differences)
        key = (event.kind, event.said, *same, found)
        row = rows.get(key)
        rows[key] = (
            row._replace(others=row.others + 1) if row else Row(event, 0, {**states_before}, {**states_after}, found)
        )
    problems = (
        *written.problems,
        *_unheeded(choices, written),
        *failing(plan, written, notes, choices, VERIFY_DIFFERENCE),
    )
    return Verdict(_columns(plan), tuple(rows.values()), problems, candidates.more)


def _unheeded(choices: Choices, written: Written) -> Iterator[str]:
    """The jobs that the user chose for a start condition, that have a step somewhere, and are not run there."""
    there = {(section, pattern): {step.name for step in run.steps} for section, pattern, run in written.pipelines}
    everywhere = {name for names in there.values() for name in names}
    titles = {name: title for name, title, _ in choices.rename}
    for one in choices.selections:
        wanted = {titles.get(name, name) for name, _ in one.jobs} & everywhere
        for name in sorted(wanted - there.get((one.section, one.pattern), set())):
            yield f"the choices want '{name}' in {one.section} {one.pattern}".rstrip() + ", and it is not there"


def tell(verdict: Verdict, plan: Plan, notes: Notes) -> None:
    """Note every difference that nothing explains, each once, with the first event on which it shows."""
    trails = {job.id: job.trail for job in plan.jobs}
    somewhere = (next((workflow.span for workflow in plan.workflows), Span("config", 1, 1)),)
    told: set[str] = set()
    for row, found in verdict.unexplained:
        said = f"'{found.difference.name}': {found.phrase}"
        if said not in told:
            told.add(said)
            job = found.difference.job
            said = f"{said}; so on '{row.event.label}'"
            notes.add(VERIFY_DIFFERENCE, trails.get(job, somewhere), found.difference.name, said, job=job)
    for problem in verdict.problems:
        notes.add(VERIFY_DIFFERENCE, somewhere, "pipelines", problem)


def _names(plan: Plan, choices: Choices, added: Iterable[str], reasons: Explanations) -> Names:
    titles = {name: title for name, title, _ in choices.rename}
    jobs: dict[str, tuple[str, ...]] = {}
    for job in plan.jobs:
        if job.runs:
            title = titles.get(job.name, job.name)
            jobs[title] = (*jobs.get(title, ()), job.id)
    own = frozenset(titles.get(name, name) for name in added) - jobs.keys()
    return Names(jobs, titles, own, reasons.told(Kind.MISSING) | reasons.idle(), reasons.told(Kind.HELD))


def _columns(plan: Plan) -> tuple[Job, ...]:
    several = len(plan.workflows) > 1
    return tuple(Job(job.id, job.id if several else job.name) for job in plan.jobs if job.runs)


__all__ = ["Found", "Job", "Row", "Verdict", "tell", "verify"]
