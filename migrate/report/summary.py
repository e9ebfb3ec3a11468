"""What a conversion did, as plain data: the one source of every format."""

from collections import Counter
from typing import NamedTuple

from migrate.bitbucket.model import Pipelines
from migrate.circleci.plan import Plan
from migrate.diagnostics import Fate, Note, Notes
from migrate.lower.draft import Schedule
from migrate.lower.ordered import Ordered
from migrate.report.checklist import Environment, Task, environments, tasks
from migrate.report.outcome import Converted, Named
from migrate.report.places import Instance, instances
from migrate.report.rows import HELD, Row, rows
from migrate.report.scopes import Placed, placed
from migrate.report.suggestions import Suggestion, suggestions
from migrate.verify import Verdict
from migrate.yamlio.nodes import Node
from migrate.yamlio.read import read


class Remark(NamedTuple):
    """A note, and the line of the pipelines file where its job's step is defined."""

    note: Note
    target: int | None


class Counts(NamedTuple):
    """How many jobs there are; `total` is the sum of the next three, `added` of them CircleCI did not run."""

    total: int
    converted: int
    held: int
    dropped: int
    added: int


class Summary(NamedTuple):
    """Everything that the formats show; `version` is the tool's, `files` is what was read.

    `before` is the plan as the source has it, `plan` as it was lowered; `text` is the pipelines file, `tree`
    what it says, and `instances` are the steps in it.
    """

    version: str
    source: Named
    files: tuple[str, ...]
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]
    fates: tuple[tuple[Fate, int], ...]
    variables: tuple[Placed, ...]
    environments: tuple[Environment, ...]
    tasks: tuple[Task, ...]
    suggestions: tuple[Suggestion, ...]
    before: Plan
    plan: Plan
    pipelines: Pipelines
    text: str
    tree: Node | None
    instances: tuple[Instance, ...]
    schedules: tuple[Schedule, ...] = ()
    order: tuple[Ordered, ...] = ()
    verdict: Verdict = Verdict()
    secrets: tuple[str, ...] = ()

    @property
    def dropped(self) -> frozenset[str]:
        """The ids of the jobs that are left out."""
        return frozenset(row.id for row in self.rows if row.fate == Fate.DROPPED)

    @property
    def counts(self) -> Counts:
        """How many jobs there are, by what became of them."""
        held = sum(row.fate == HELD for row in self.rows)
        dropped = sum(row.fate == Fate.DROPPED for row in self.rows)
        total = len(self.rows)
        return Counts(total, total - held - dropped, held, dropped, sum(row.added for row in self.rows))


def summarise(outcome: Converted, version: str, files: tuple[str, ...] = ()) -> Summary:
    """The summary of a conversion; `files` is what was read besides the config."""
    tree = read(outcome.text, "", Notes()) if outcome.text is not None else None
    found = instances(outcome.pipelines, tree)
    ledger = rows(outcome.before, outcome.plan, outcome.choices, found, outcome.notes)
    targets = {row.id: row.target for row in ledger}
    fates = Counter(note.code.fate for note in outcome.notes)
    places, variables = environments(outcome.pipelines), tuple(placed(outcome))
    return Summary(
        version,
        outcome.source,
        (outcome.source.path, *files),
        ledger,
        tuple(Remark(note, targets.get(note.job)) for note in outcome.notes),
        tuple((fate, fates[fate]) for fate in Fate),
        variables,
        places,
        tasks(outcome, places, variables, frozenset(row.id for row in ledger if row.fate == Fate.DROPPED)),
        suggestions(outcome),
        outcome.before,
        outcome.plan,
        outcome.pipelines,
        outcome.text or "",
        tree,
        found,
        outcome.schedules,
        outcome.order,
        outcome.verdict,
        outcome.secrets,
    )


__all__ = ["Counts", "Remark", "Summary", "summarise"]
