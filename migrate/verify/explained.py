"""Which note explains which difference: each code with the kinds that it tells the reader of, and why.

A note explains a difference of its own job, or of its workflow, and of no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from migrate.choices import Choices
from migrate.circleci.plan import Plan
from migrate.diagnostics import Note
from migrate.verify.bitbucket_side import Started
from migrate.verify.compare import Difference, Kind
from migrate.verify.events import BRANCH, CUSTOM, Event

OF_JOBS: Mapping[str, frozenset[Kind]] = {
    "executor-dropped": frozenset({Kind.MISSING}),  # its machine does not exist there: it is in no pipeline
    "not-selected": frozenset({Kind.MISSING}),  # the choices file names all jobs, and not this one
    "replaced": frozenset({Kind.MISSING}),  # an addition stands in its place
    "addition-gate": frozenset({Kind.HELD}),  # an addition, of which nobody chose when it runs
    "filter-held": frozenset({Kind.HELD, Kind.OFFERED}),  # nothing can ask for its filter, so a person does
    "requires-status": frozenset({Kind.HELD, Kind.STATUS}),  # it ran after a failure, and no list of steps can say so
    "requires-any-status": frozenset({Kind.STATUS}),  # it ran after success and failure, and now after success
}
"""By notes of the job itself."""

ADDED, REPLACED = "added", "replaced"
"""The note of an addition, which may be no job of the plan; and that of commands or a job that one stands in for."""

OF_SCRIPTS: Mapping[str, frozenset[Kind]] = {
    "step-halt": frozenset({Kind.MISSING, Kind.UNKNOWN}),  # its own first command ends it, there as here
}
"""By notes of the job itself, where its step is started and ends before its first command."""

OF_WORKFLOWS: Mapping[str, frozenset[Kind]] = {
    "workflow-condition": frozenset({Kind.MISSING, Kind.UNKNOWN}),  # its pipeline is started by hand, not by the push
}
"""By notes of the job's workflow, where a push starts something."""

OF_SCHEDULES: Mapping[str, frozenset[Kind]] = {
    "also-scheduled": frozenset({Kind.MISSING}),  # its schedule starts one pipeline here, and this is another
}
"""By notes of the job's workflow, where something else does."""
_NONE: Mapping[str, str] = MappingProxyType({})

STRANGERS = "waits-for-foreign-gate"
"""The note of a job that waits for others: if one of those is held, so is the job."""


class Explanations:
    """The notes of a conversion and the choices of its user, asked for the reason of a difference."""

    def __init__(self, plan: Plan, notes: Iterable[Note], choices: Choices, homes: Mapping[str, str] = _NONE) -> None:
        """Sort the notes by what they are about; `homes` are the workflows for which custom pipelines stand."""
        self.jobs: dict[str, set[str]] = defaultdict(set)
        self.workflows: dict[str, set[str]] = defaultdict(set)
        self.ids: dict[str, list[str]] = defaultdict(list)
        titles = {name: title for name, title, _ in choices.rename}
        known = {job.id: job for job in plan.jobs}
        for note in notes:
            if note.job:
                home, _, name = note.job.partition("/")
                id_ = f"{homes.get(home, home)}/{name}"
                if note.code.id == REPLACED and id_ in known and known[id_].added:
                    continue  # only its commands are
                self.jobs[id_].add(note.code.id)
                if note.code.id == ADDED and id_ not in known:
                    self.ids[titles.get(name, name)].append(id_)
            elif note.subject.startswith("workflows."):
                name = note.subject.removeprefix("workflows.")
                self.workflows[homes.get(name, name)].add(note.code.id)
        self.homes = {job.id: job.workflow for job in plan.jobs}
        self.required = {job.id: tuple(f"{job.workflow}/{one.job}" for one in job.requires) for job in plan.jobs}
        self.approvals = {job.id for job in plan.jobs if job.type == "approval"}
        for job in plan.jobs:
            title = titles.get(job.name, job.name)
            self.ids[title].append(job.id)
            if job.type == "approval":
                self.ids[f"{title} (approval)"].append(job.id)  # where a job has the name, too
        self.choices = choices
        self.selected = {
            (one.section, one.pattern): {name for job, _ in one.jobs for name in (job, titles.get(job, job))}
            for one in choices.selections
        }

    def told(self, kind: Kind) -> frozenset[str]:
        """The jobs of which a note tells of differences of this kind."""
        return frozenset(job for job, codes in self.jobs.items() if any(kind in OF_JOBS.get(c, ()) for c in codes))

    def idle(self) -> frozenset[str]:
        """The jobs of workflows that a schedule ran as well, and that it does not start here."""
        idle = {name for name, codes in self.workflows.items() if not codes.isdisjoint(OF_SCHEDULES)}
        return frozenset(job for job, home in self.homes.items() if home in idle)

    def of(
        self, difference: Difference, event: Event, started: tuple[Started, ...], ended: frozenset[str] = frozenset()
    ) -> str:
        """The code or the choice that explains a difference; empty if nothing does.

        `ended` are the names of steps that are started, and whose scripts end at their heads.
        """
        own = difference.kind is not Kind.HELD or difference.job in self.gates(difference)
        found = self.by_note(difference.job, difference.kind) if own else ""
        if not found and difference.name in ended:
            found = self.by_note(difference.job, difference.kind, OF_SCRIPTS)
        if not found and difference.kind is Kind.HELD:
            found = self.of_held(difference)
        if not found:
            found = self.by_workflow(difference, OF_SCHEDULES if event.kind == CUSTOM else OF_WORKFLOWS)
        return found or self.by_choice(difference, event, started)

    def by_note(self, job: str, kind: Kind, table: Mapping[str, frozenset[Kind]] = OF_JOBS) -> str:
        """The code of a note of this job that tells of differences of this kind."""
        return next((code for code in sorted(self.jobs.get(job, ())) if kind in table.get(code, ())), "")

    def by_workflow(self, difference: Difference, told: Mapping[str, frozenset[Kind]]) -> str:
        """The code of a note of the job's workflow: it tells what does not start it, and nothing of what runs then."""
        codes = sorted(self.workflows.get(self.homes.get(difference.job, ""), ()))
        return next((code for code in codes if difference.kind in told.get(code, ())), "")

    def gates(self, difference: Difference) -> tuple[str, ...]:
        """The jobs that may be the held step; the job itself where no step is named."""
        return (difference.gate,) if difference.gate else tuple(self.ids.get(difference.other, (difference.job,)))

    def of_held(self, difference: Difference) -> str:
        """Behind a held step a job is held that requires it or, where a note says so, that it is strange to."""
        job, before = difference.job, self.ancestors(difference.job)
        gates = self.gates(difference)
        carries = not self.approvals.isdisjoint(self.required.get(job, ()))
        if STRANGERS in self.jobs.get(job, ()) and (carries or job not in gates):
            return STRANGERS
        for gate in gates:
            if gate in before and (found := self.by_note(gate, Kind.HELD)):
                return found
        strange = [gate for gate in gates if gate != job and gate not in before]
        told = any(STRANGERS in self.jobs.get(one, ()) for one in before)
        return STRANGERS if strange and told else ""

    def ancestors(self, job: str) -> dict[str, None]:
        """The jobs that a job requires, itself or through others."""
        found: dict[str, None] = {}
        waiting = [job]
        while waiting:
            fresh = [one for one in self.required.get(waiting.pop(), ()) if one not in found]
            found |= dict.fromkeys(fresh)
            waiting += fresh
        return found

    def by_choice(self, difference: Difference, event: Event, started: tuple[Started, ...]) -> str:
        """What the user chose for a start condition, or for all branches that have none of their own."""
        kind = difference.kind
        if kind not in {Kind.MISSING, Kind.EXTRA, Kind.OFFERED}:
            return ""
        for one in started:
            wanted = self.selected.get((one.section, one.pattern))
            if wanted is not None and (difference.name in wanted) == (kind is not Kind.MISSING):
                return "selected"
        branches = self.choices.feature_branches
        if branches == "pull-requests" and event.kind == BRANCH and not started and kind is Kind.MISSING:
            return f"feature-branches: {branches}"
        return ""
