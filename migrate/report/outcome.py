"""What the report reads of a conversion: the compiler stands above this layer, so its outcome is told by shape."""

from typing import Protocol

from migrate.bitbucket.model import Pipelines
from migrate.choices import Choices
from migrate.circleci.plan import Plan
from migrate.diagnostics import Note
from migrate.lower.draft import NeededVariable, ScaffoldFile, Schedule
from migrate.lower.ordered import Ordered
from migrate.verify import Verdict


class Named(Protocol):
    """A source text: the name that is shown for it, and its digest."""

    @property
    def path(self) -> str:
        """The name that is shown."""

    @property
    def sha256(self) -> str:
        """The digest in hexadecimal."""

    @property
    def text(self) -> str:
        """What it says."""


class Converted(Protocol):
    """What the report reads of a conversion."""

    @property
    def text(self) -> str | None:
        """The pipelines file, None if the config was refused."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """Everything said."""

    @property
    def source(self) -> Named:
        """What was converted."""

    @property
    def before(self) -> Plan:
        """The plan as the source has it."""

    @property
    def plan(self) -> Plan:
        """The plan as it was lowered."""

    @property
    def pipelines(self) -> Pipelines:
        """What the text says."""

    @property
    def variables(self) -> tuple[NeededVariable, ...]:
        """What a person must create."""

    @property
    def contexts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The contexts, each with the jobs that had it."""

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """The schedules that a person must create."""

    @property
    def scaffold(self) -> tuple[ScaffoldFile, ...]:
        """Files that the repository lacks."""

    @property
    def order(self) -> tuple[Ordered, ...]:
        """What the order of each start condition costs."""

    @property
    def choices(self) -> Choices:
        """What the user decided."""

    @property
    def repository(self) -> frozenset[str]:
        """Which of a few telling files the repository has."""

    @property
    def verdict(self) -> Verdict:
        """What runs on which event, on both sides."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""


__all__ = ["Converted", "Named"]
