"""Filters become start conditions: the branch and tag names fall into classes, and each class runs its jobs.

Every name that a filter spells out is a class of its own, all other names are one more. Where a regular
expression keeps a job from being constant in that rest, the job's script asks again (`migrate.lower.plan.guards`).
Reference circleci.md, section 3.1; bitbucket.md, section 2.1.
"""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.circleci.conditions import FALSE, Condition, evaluate, tests
from migrate.circleci.facts import Fact
from migrate.circleci.filters import NameFilter
from migrate.circleci.plan import Job, Plan, Workflow

REST = ""
"""The class of all names that no filter spells out."""


class Selected(NamedTuple):
    """A start condition, and the jobs that run there, in the order of the plan."""

    section: str
    pattern: str
    jobs: tuple[Job, ...]


def select(plan: Plan, waiting: frozenset[str] = frozenset()) -> tuple[Selected, ...]:
    """The start conditions of a plan, `default` first; one that runs what `default` runs is left out.

    The workflows that are `waiting` are started by no push: each is a custom pipeline.
    """
    custom = [Selected("custom", w.name, w.jobs) for w in plan.workflows if w.name in waiting and w.jobs]
    plan = Plan(tuple(workflow for workflow in plan.workflows if workflow.name not in waiting))
    branches = list(_classes(plan, "branch"))
    rest = next(jobs for name, jobs in branches if name == REST)
    found = [Selected("default", "", rest)] if rest else []
    found += [Selected("branches", name, jobs) for name, jobs in branches if name != REST and jobs != rest]
    tags = list(_classes(plan, "tag"))
    rest = next(jobs for name, jobs in tags if name == REST)
    found += [Selected("tags", name or "**", jobs) for name, jobs in tags if (jobs if name == REST else jobs != rest)]
    return (*found, *custom)


def _classes(plan: Plan, kind: str) -> Iterator[tuple[str, tuple[Job, ...]]]:
    names = {p.text for job in plan.jobs if (f := _filter(job, kind)) for p in f.patterns if p.can_match}
    asked = (test for job in plan.jobs for test in tests(job.filters.condition))
    subject = f"pipeline.git.{kind}"
    names |= {str(test.value) for test in asked if test.subject == subject and test.operator in {"==", "!="}}
    for name in [*sorted(names), REST]:
        yield name, tuple(job for workflow in plan.workflows for job in _running(workflow, kind, name))


def _running(workflow: Workflow, kind: str, name: str) -> Iterator[Job]:
    """The jobs that run for a name; a job none of whose required jobs run does not run either."""
    jobs = {job.name: job for job in workflow.jobs}
    runs: dict[str, bool] = {}

    def decide(job: Job, seen: frozenset[str]) -> bool:
        if job.name not in runs and job.name not in seen:
            required = [jobs[r.job] for r in job.requires]
            before = [decide(other, seen | {job.name}) for other in required]
            runs[job.name] = _admits(job, kind, name) and (not required or any(before))
        return runs.get(job.name, False)

    yield from (job for job in workflow.jobs if decide(job, frozenset()))


def _filter(job: Job, kind: str) -> NameFilter | None:
    return job.filters.branches if kind == "branch" else job.filters.tags


def facts(kind: str, name: str, condition: Condition) -> dict[str, Fact]:
    """What is known of the pipeline for a name.

    In the rest the name is not known, but it is none that a condition spells out: a condition that compares
    names only with `==` and `!=` is decided there.
    """
    other = "tag" if kind == "branch" else "branch"
    known: dict[str, Fact] = {f"pipeline.git.{other}": None}
    subject = f"pipeline.git.{kind}"
    plain = all(test.operator in {"==", "!="} for test in tests(condition) if test.subject == subject)
    return known if name == REST and not plain else known | {subject: name}


def _admits(job: Job, kind: str, name: str) -> bool:
    """Whether a job's own filter admits a name; in the rest a regular expression may, so the job is in."""
    names = _filter(job, kind)
    if names is None or evaluate(job.filters.condition, facts(kind, name, job.filters.condition)) == FALSE:
        return False
    if name != REST:
        return names.admits(name)
    wanted = names.only is None or any(pattern.is_regex for pattern in names.only)
    return wanted and not any(pattern.matches_all for pattern in names.ignore)
