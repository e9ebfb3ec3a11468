"""The user's choices of what runs where: `feature-branches`, and `jobs:` in the choices file."""

from collections.abc import Sequence

from migrate.bitbucket.model import SECTIONS
from migrate.choices import Selection
from migrate.circleci.plan import Job, Plan
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan.install import ADDITION
from migrate.lower.plan.starting import Selected

NOT_SELECTED = declare(
    "not-selected",
    Fate.DROPPED,
    "A job runs nowhere, by choice",
    """The choices file names the jobs of every start condition, and no list has this one.

    Its step is in no pipeline.

    If it shall run, name it in one of the lists of 'jobs'.""",
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
SELECTED = declare(
    "selected",
    Fate.REWRITTEN,
    "A start condition runs what the choices file says",
    """CircleCI ran other jobs here; the choices file names these.

    Each start condition has the jobs of its list, and no others.""",
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
UNKNOWN_SELECTED = declare(
    "unknown-selected",
    Fate.ERROR,
    "The choices file names a job that does not exist",
    """The name is neither a job of the config nor an addition.

    Nothing is written.

    The message lists the jobs of the config and the additions that were asked for; write one of these.""",
)


def choose(found: Sequence[Selected], plan: Plan, draft: Draft) -> tuple[Selected, ...]:
    """The start conditions as the user wants them."""
    starts = {(s.section, s.pattern): s for s in _feature_branches(found, draft)}
    for selection in draft.choices.selections:
        if draft.choices.style == "triggers":
            said = (
                "'jobs' chooses for start conditions, which the style 'triggers' has none of; take one of the two out"
            )
            draft.notes.refuse(UNKNOWN_SELECTED, (selection.span,), "jobs", said)
        jobs = _selected(selection, plan, draft)
        starts[selection.section, selection.pattern] = Selected(selection.section, selection.pattern, jobs)
        where = f"{selection.section} {selection.pattern}".strip()
        said = f"{where} runs {', '.join(job.name for job in jobs) or 'nothing'}, by choice"
        draft.notes.add(SELECTED, (selection.span,), f"jobs.{selection.section}", said)
    for place, start in starts.items():
        if all(job.added == ADDITION for job in start.jobs):
            starts[place] = start._replace(jobs=())
    kept = tuple(sorted(starts.values(), key=lambda start: SECTIONS.index(start.section)))
    running = {job.id for start in kept for job in start.jobs}
    for job in plan.jobs:
        if job.id in draft.steps and job.id not in running and draft.choices.selections:
            said = f"no start condition in the choices file runs '{job.name}'"
            draft.notes.add(NOT_SELECTED, job.trail, f"jobs.{job.key}", said, job=job.id)
    return kept


def _feature_branches(found: Sequence[Selected], draft: Draft) -> list[Selected]:
    """The start conditions; feature branches are those that no filter spells out: the rest, and what globs match.

    A pull request from another one runs what `**` does, never what that branch runs alone: its push has done that.
    """
    choice = draft.choices.feature_branches
    moved: list[Selected] = []
    for start in found:
        feature = start.section == "default" or (start.section == "branches" and "*" in start.pattern)
        if feature and choice != "push":
            moved.append(start._replace(section="pull-requests", pattern=start.pattern or "**"))
        if not feature or choice != "pull-requests":
            moved.append(start)
    return moved


def _selected(selection: Selection, plan: Plan, draft: Draft) -> tuple[Job, ...]:
    by_name = {job.name: job for job in plan.jobs}
    for name, span in selection.jobs:
        if name not in by_name:
            legal = ", ".join(sorted(by_name))
            said = f"there is no job '{name}'; there are: {legal}"
            draft.notes.refuse(UNKNOWN_SELECTED, (span,), f"jobs.{selection.section}", said)
    names = {name for name, _ in selection.jobs}
    first = [job for job in plan.jobs if job.added == ADDITION and names]
    chosen = [job for job in plan.jobs if job.name in names and job not in first]
    return (*first, *chosen)
