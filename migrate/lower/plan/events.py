"""The style `triggers`: each workflow is a custom pipeline, and events start it where its jobs run.

So workflows stay apart, as in CircleCI: each has its own run and its own result, and none waits for another. What one
of its jobs asks beyond that is a condition of its step, or a line of its script (reference bitbucket.md, sections 1.10
and 1.11). A push of a branch and one of a tag are the same event; the variable of the other kind is empty.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from migrate.bitbucket.model import Trigger
from migrate.circleci.conditions import FALSE, TRUE, Condition, Test, all_of, any_of, negate
from migrate.circleci.filters import BRANCH, TAG
from migrate.circleci.plan import Job, Workflow
from migrate.lower.plan.reach import narrowed, reach, sayable
from migrate.lower.plan.regions import guarded, summary
from migrate.lower.plan.running import Both, Row, running, some
from migrate.lower.plan.starting import Selected, Started, ask, note_without, places_of
from migrate.lower.plan.states import state, widened

PUSH, PULL_REQUEST = "repository-push", "pullrequest-push"


def trigger(
    found: Started, workflow: Workflow, spelled: Iterable[str], feature_branches: str, paths: Sequence[str] = ()
) -> None:
    """Add the custom pipeline of a workflow, and the events that start it; with `paths`, where one of them changed.

    Branches that are `spelled`, by this workflow or another, are no feature branches.
    """
    both = Both(running((workflow,), "branch", spelled), running((workflow,), "tag"))
    rows = both.rows
    working = [job for job in workflow.jobs if job.runs]
    if not working:
        return
    row = tuple(some(values) for values in zip(*(rows[job.id] for job in working), strict=True))
    first = any_of(*(job.filters.admitted for job in workflow.jobs if not job.requires))
    anywhere = all_of(first, any_of(*(job.filters.admitted for job in working)))
    started: set[int] = set()
    for event, here in _events(both, feature_branches):
        wanted = tuple(runs if asked else False for runs, asked in zip(row, here.row, strict=True))
        if any(runs is not False for runs in wanted):
            condition = _sayable(all_of(anywhere, here.condition), wanted, both)
            started |= {place for place in range(len(row)) if both.at(condition, place) is not False}
            text = _where_changed(state(condition) or "true", paths)
            found.triggers.append(Trigger(event, text, (workflow.name,)))
    found.tagged |= {job for job, row in both.tag.rows.items() if any(runs is not False for runs in row)}
    if started:
        _add(found, workflow, both, sorted(started))


def _where_changed(text: str, paths: Sequence[str]) -> str:
    """The expression, where one of the changed paths matches a glob besides (reference bitbucket.md, section 1.10)."""
    asked = " || ".join(f"changesetInclude({json.dumps(path, ensure_ascii=False)})" for path in paths)
    asked = f"({asked})" if len(paths) > 1 else asked
    first = f"({text})" if " || " in text and asked else text
    return " && ".join(part for part in (first, asked) if part not in {"", "true"}) or "true"


class _Here(NamedTuple):
    """The pushes that an event is for: where, and whether each name is one of them."""

    condition: Condition
    row: tuple[bool, ...]


def _events(both: Both, feature_branches: str) -> Iterator[tuple[str, _Here]]:
    """Each event, with the pushes that it is for: pull requests are for branches that no filter spells out."""
    branches = len(both.branch.names)
    long_lived = tuple(spelled or place >= branches for place, spelled in enumerate(both.spelled))
    names = [name for name, spelled in zip(both.branch.names, both.spelled, strict=False) if spelled]
    kept = any_of(Test(TAG, "defined"), *(Test(BRANCH, "==", name) for name in names))
    if feature_branches == "pull-requests":
        yield PUSH, _Here(kept, long_lived)
    else:
        yield PUSH, _Here(TRUE, (True,) * len(long_lived))
    if feature_branches != "push":
        yield PULL_REQUEST, _Here(negate(kept), tuple(not each for each in long_lived))


def _sayable(condition: Condition, row: Row, both: Both) -> Condition:
    """A condition that can be written and holds for all the pushes that the row has; for no others if there is one."""
    exact = narrowed(condition, row, both, range(len(row)))
    if state(exact):
        return exact
    wide, branches = widened(exact), len(both.branch.names)
    if state(wide):
        return wide
    halves = {BRANCH: row[:branches], TAG: row[branches:]}
    kinds = [Test(subject, "defined") for subject, half in halves.items() if set(half) != {False}]
    return kinds[0] if len(kinds) == 1 else TRUE


def _add(found: Started, workflow: Workflow, both: Both, places: Sequence[int]) -> None:
    asking = {kind.kind: guarded(kind) for kind in both}
    rows, jobs, states = both.rows, [], []
    where: dict[str, Condition | None] | None = None
    running_at = places_of(rows)
    for job in workflow.jobs:
        does = summary(rows[job.id], places)
        if does == "F":
            continue
        jobs.append(job)
        if does == "T" or not job.matters:
            continue
        note_without(found, job, running_at, places)
        where = where or reach(workflow, both, places)
        condition = where[job.id]
        asks = any(kind.rows[job.id] in asking[kind.kind] for kind in both)
        text = state(condition) if condition and not asks else None
        if not text:
            _ask(found, workflow, job, both, places)
            text = state(sayable(condition, both, places))
        states += [(job.id, text)] if text and text != "true" else []
    found.starts.append(Selected("custom", workflow.name, tuple(jobs), tuple(states)))


def _ask(found: Started, workflow: Workflow, job: Job, both: Both, places: Sequence[int]) -> None:
    """Let the job's script ask for the names of both kinds that start the pipeline."""
    branches = len(both.branch.names)
    of_kind = {
        "branch": tuple(place for place in places if place < branches),
        "tag": tuple(place - branches for place in places if place >= branches),
    }
    for kind in both:
        here = of_kind[kind.kind]
        found.kinds.setdefault(job.id, set()).update({kind.kind} if here else ())
        if here:
            runs = summary(kind.rows[job.id], here) != "F"
            ask(found, job, kind.kind, reach(workflow, kind, here)[job.id] if runs else FALSE)
