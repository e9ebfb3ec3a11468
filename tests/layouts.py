"""How much of CircleCI's order a list keeps: other people's workflows, flat and nested.

`python -m tests.layouts` writes the table, docs/order.md.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from migrate import Outcome, Source, convert
from migrate.choices import VALUES
from tests.samples import EXPANDED, HERE, samples

TABLE = HERE / "docs" / "order.md"
LAYOUTS = VALUES["layout"]


class Kept(NamedTuple):
    """A workflow of a set of configs, and in which layouts its order is exact; `gated` if it has an approval."""

    set: str
    size: int
    gated: bool
    exact: frozenset[str]


@cache
def kept() -> tuple[Kept, ...]:
    """Every workflow of which a job runs somewhere."""
    return tuple(_kept())


def _kept() -> Iterator[Kept]:
    for sample in samples():
        if sample.fate != EXPANDED:
            continue
        text = sample.path.read_bytes().decode("utf-8", "replace")
        outcomes = {layout: convert(Source(sample.path.name, text), layout=layout) for layout in LAYOUTS}
        steps = {step.job for start in sample.outcome.pipelines.starts for step in start.steps}
        for workflow in sample.outcome.plan.workflows:
            size = sum(job.id in steps for job in workflow.jobs)
            gated = any(job.type == "approval" for job in workflow.jobs)
            exact = frozenset(layout for layout, outcome in outcomes.items() if _exact(workflow.name, outcome))
            if size:
                yield Kept(sample.set, size, gated, exact)


def _exact(workflow: str, outcome: Outcome) -> bool:
    """Whether no job of a workflow waits for a stranger or stands behind a gate that is not its own, anywhere."""
    waiting = (job.job for start in outcome.order for job in start.waiting)
    return not any(name.startswith(f"{workflow}/") for name in waiting)


def table() -> str:
    """The table: for each set how many workflows there are, and the share whose order is exact."""
    everything = kept()
    groups = {name: [one for one in everything if one.set == name] for name in dict.fromkeys(o.set for o in everything)}
    groups["all"] = list(everything)
    groups["with two jobs or more"] = [one for one in everything if one.size > 1]
    groups["with ten jobs or more"] = [one for one in everything if one.size > 9]
    groups["with an approval"] = [one for one in everything if one.gated]
    lines = [f"| set | workflows | {' | '.join(LAYOUTS)} |", f"|{'---|' * (len(LAYOUTS) + 2)}"]
    for name, found in groups.items():
        counts = Counter(layout for one in found for layout in one.exact)
        shares = [f"{counts[layout]} ({100 * counts[layout] / len(found):.1f} %)" for layout in LAYOUTS]
        lines.append(f"| {' | '.join((name, str(len(found)), *shares))} |")
    return "\n".join((*_HEAD, *lines, ""))


_HEAD = (
    "# How much of CircleCI's order is kept",
    "",
    "A workflow's order is *exact* if in no pipeline a job of it waits for a job that it did not require, or stands",
    "behind a manual step that it did not wait for. Counted are the workflows of docs/samples.md of which a job runs;",
    "to wait for a job of another workflow in the same pipeline counts, too. *flat* writes groups of steps, *nested*",
    "writes independent chains as child pipelines. The last rows count some of all workflows.",
    "",
    "This file is written by `python -m tests.layouts`; `tests/test_layouts.py` says when it is stale.",
    "",
)

if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
