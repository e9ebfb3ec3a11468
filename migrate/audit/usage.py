"""How long jobs run at CircleCI, from its own exports, and what as many minutes cost with Bitbucket's plans.

Two exports are read: the CSV of the usage API (a row for each run of a job: `project_name`, `job_name`,
`job_run_seconds`, `job_run_date`; https://circleci.com/docs/guides/insights/usage-api), and the JSON of Insights
for the jobs of a workflow (https://circleci.com/docs/api/v2: `items` with `metrics`), which names no project.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

MONTH = 365.25 / 12
"""Days."""
_COLUMNS = ("project_name", "job_name", "job_run_seconds", "job_run_date")


class UsageError(Exception):
    """The text is none of the two exports; the message says why."""


class Run(NamedTuple):
    """Runs of one job: how many seconds they took together, and the days between which they lie."""

    project: str
    job: str
    seconds: float
    first: date
    last: date


class Usage(NamedTuple):
    """Seconds a month by project and job; a project that no export names is ""."""

    seconds: dict[tuple[str, str], float]

    def minutes(self, project: str, weights: Iterable[tuple[str, int]]) -> float:
        """The build minutes a month of a project's jobs at Bitbucket: each counts as often as its step is large."""
        found = 0.0
        for job, weight in weights:
            own = self.seconds.get((project.lower(), job), self.seconds.get(("", job), 0.0))
            found += own * weight / 60
        return found


NOTHING = Usage({})


def read(texts: Iterable[tuple[str, str]]) -> Usage:
    """The usage that exports tell, given by their names and texts; raises UsageError."""
    runs = [run for name, text in texts for run in _runs(name, text)]
    if not runs:
        return NOTHING
    days = (max(run.last for run in runs) - min(run.first for run in runs)).days + 1
    seconds: dict[tuple[str, str], float] = {}
    for run in runs:
        key = run.project.lower(), run.job
        seconds[key] = seconds.get(key, 0.0) + run.seconds * MONTH / days
    return Usage(seconds)


def _runs(name: str, text: str) -> Iterator[Run]:
    try:
        yield from _insights(json.loads(text)) if text.lstrip().startswith("{") else _export(text)
    except (KeyError, TypeError, ValueError) as error:
        said = f"{name}: this is no usage export of CircleCI, and no answer of its Insights: {error}"
        raise UsageError(said) from error


def _export(text: str) -> Iterator[Run]:
    rows = csv.reader(io.StringIO(text))
    head = [cell.strip().lower() for cell in next(rows, [])]
    missing = [column for column in _COLUMNS if column not in head]
    if missing:
        said = f"it has no column {', '.join(missing)}"
        raise ValueError(said)
    places = [head.index(column) for column in _COLUMNS]
    for row in rows:
        if row:
            project, job, seconds, day = (row[place].strip() for place in places)
            ran = _day(day)
            yield Run(project.rpartition("/")[2], job, float(seconds or 0), ran, ran)


def _insights(answer: dict[str, Any]) -> Iterator[Run]:
    for item in answer["items"]:
        metrics = item["metrics"]
        seconds = metrics["total_runs"] * metrics["duration_metrics"]["mean"]
        yield Run("", item["name"], seconds, _day(item["window_start"]), _day(item["window_end"]))


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()


class Plan(NamedTuple):
    """One of Bitbucket's plans: the minutes a month that it holds."""

    name: str
    minutes: int


class Prices(NamedTuple):
    """The plans, and what a block of more minutes costs, in US dollars."""

    plans: tuple[Plan, ...]
    block: int
    price: float

    def more(self, plan: Plan, minutes: float) -> float:
        """What the minutes cost that a plan does not hold, a month."""
        over = max(0.0, minutes - plan.minutes)
        return -(-over // self.block) * self.price


NO_PRICES = Prices((), 1000, 0.0)

__all__ = ["NOTHING", "NO_PRICES", "Plan", "Prices", "Usage", "UsageError", "read"]
