"""Where a setup job hands over: the calls that say so, and what they say (reference circleci.md, section 6)."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from migrate.circleci import path_filters
from migrate.circleci.conditions import TRUE, Condition, any_of, negate
from migrate.circleci.config import Files
from migrate.circleci.path_filters import Cases, Row
from migrate.circleci.plan import Call, Job, Plan
from migrate.diagnostics import Fate, Notes, Span, declare
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar

OPEN_PARAMETERS = declare(
    "continuation-parameters",
    Fate.APPROXIMATED,
    "Parameters of a continuation are made while the pipeline runs",
    """The setup job computes them.

    Here they have their defaults, so that a workflow whose condition asks for them is a custom pipeline, or always
    runs.

    Look at each.""",
    "https://circleci.com/docs/dynamic-config/",
)


class Handover(NamedTuple):
    """The job that hands over, the call, the lines of its path mapping, and the file that those are written to.

    Changed paths are those since the `base` branch. There is no call where the user alone says which config goes on.
    """

    job: Job
    call: Call | None = None
    rows: tuple[Row, ...] = ()
    output: str = ""
    base: str = ""

    @property
    def files(self) -> tuple[tuple[str, Condition], ...]:
        """The configs that may go on, each with its condition; the last one does where no line of a mapping counts."""
        wanted = dict.fromkeys(row.config for row in self.rows if row.config)
        named = [(name, any_of(*(r.condition for r in self.rows if r.config == name))) for name in wanted]
        otherwise = negate(any_of(*(where for _, where in named))) if named else TRUE
        return (*named, (text(self.call, "config"), otherwise))

    @property
    def condition(self) -> Condition:
        """Where the call is made at all."""
        return self.call.condition if self.call else TRUE


def find(plan: Plan, files: Files, notes: Notes) -> Iterator[Handover]:
    """Every call in a plan that hands over to another config."""
    for job in plan.jobs:
        for call in job.steps:
            if call.step == "setup/continue":
                mappings = [one for one in job.steps if one.step == "setup/mapping"]
                rows = tuple(row for one in mappings for row in _rows(one, job, files, notes))
                last = mappings[-1] if mappings else None
                yield Handover(job, call, rows, text(last, "output"), text(last, "base"))


def _rows(call: Call, job: Job, files: Files, notes: Notes) -> tuple[Row, ...]:
    """The lines of a mapping, which may be the path of a file that holds them."""
    lines, span = text(call, "lines"), _span(call, "lines")
    file = files(lines.strip()) if len(lines.split()) == 1 else None
    return path_filters.rows(file[1] if file else lines, span, notes, (*job.trail, span))


def parameters(found: Handover, notes: Notes) -> dict[str, Cases]:
    """The values that the next config's parameters get: by changed paths, or as the call says."""
    values = path_filters.values(found.rows)
    given = text(found.call, "parameters").strip()
    if found.call is None or not given or (found.output and given == found.output):
        return values
    span = _span(found.call, "parameters")
    try:
        said = json.loads(given)
    except ValueError:
        said = None
    read = (
        {name: path_filters.scalar(json.dumps(value), span) for name, value in said.items()}
        if isinstance(said, dict)
        else {}
    )
    unread = [name for name, value in read.items() if value is None]
    if not isinstance(said, dict) or unread:
        what = ", ".join(unread) or f"'{given}'"
        detail = f"{what}: only the running pipeline knows the values; the parameters have their defaults here"
        notes.add(OPEN_PARAMETERS, (*found.job.trail, span), "parameters", detail, job=found.job.id)
    return values | {name: ((TRUE, value),) for name, value in read.items() if value is not None}


def text(call: Call | None, key: str) -> str:
    """The text of an argument of a call."""
    # Peeked, not taken: an argument's place was claimed where it was bound.
    found = peek(call.body, key) if call else None
    return found.text if isinstance(found, Scalar) else ""


def _span(call: Call, key: str) -> Span:
    found = peek(call.body, key)
    return found.span if found is not None else call.trail[-1]
