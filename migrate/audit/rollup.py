"""All records of an audit, counted: what the whole of the configs comes to, and what would help most."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from migrate.audit.record import FAILING, STATES, Record
from migrate.audit.usage import NO_PRICES, Plan, Prices
from migrate.diagnostics import CODES

_T = TypeVar("_T")
_MOST = 40
"""Rows of a table; how many more there are is said below it."""


class Table(NamedTuple):
    """A part of the roll-up: a title, what it says, and rows below a head."""

    title: str
    says: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


@dataclass(slots=True, eq=False)
class Rollup:
    """The counts; a record is added and forgotten."""

    configs: int = 0
    states: Counter[str] = field(default_factory=Counter)
    jobs: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    codes: Counter[str] = field(default_factory=Counter)
    configs_of_code: Counter[str] = field(default_factory=Counter)
    blockers: Counter[str] = field(default_factory=Counter)
    only_blockers: Counter[str] = field(default_factory=Counter)
    orbs: Counter[tuple[str, str]] = field(default_factory=Counter)
    images: Counter[str] = field(default_factory=Counter)
    secrets: Counter[str] = field(default_factory=Counter)
    minutes: float = 0.0
    prices: Prices = NO_PRICES

    def add(self, record: Record, minutes: float = 0.0) -> None:
        """Count one record, and the build minutes a month that its jobs take."""
        self.minutes += minutes
        self.configs += 1
        self.states[record.state] += 1
        self.jobs = [mine + its for mine, its in zip(self.jobs, record.jobs, strict=True)]
        for code, count in record.codes:
            self.codes[code] += count
            self.configs_of_code[code] += 1
        self.blockers.update(record.blockers)
        if len(record.blockers) == 1:
            self.only_blockers.update(record.blockers)
        self.orbs.update({(reference.partition("@")[0], known) for reference, known in record.orbs})
        self.images.update(record.images)
        self.secrets.update(record.secrets)

    @property
    def ready(self) -> int:
        """How many configs were converted without a step that fails."""
        return self.configs - sum(self.states[state] for state in STATES[STATES.index(FAILING) :])

    def most_helpful(self) -> tuple[str, int] | None:
        """The orb that alone stands between most configs and a conversion without errors."""
        found = [(what, count) for what, count in self.only_blockers.items() if what.startswith("orb ")]
        return max(found, key=lambda row: (row[1], row[0]), default=None)

    def tables(self) -> tuple[Table, ...]:
        """The parts of the roll-up, the most useful first; those without rows are left out."""
        parts = (
            *(self._configs(), self._help(), self._minutes(), self._constructs()),
            *(self._orbs(), self._secrets(), self._images()),
        )
        return tuple(part for part in parts if part.rows)

    def plain(self) -> dict[str, object]:
        """The counts as JSON has them."""
        total, converted, held, dropped = self.jobs
        return {
            "configs": self.configs,
            "states": {state: self.states[state] for state in STATES},
            "jobs": {"total": total, "converted": converted, "held": held, "dropped": dropped},
            "blockers": [
                {"what": what, "configs": count, "only": self.only_blockers[what]}
                for what, count in _sorted(self.blockers)
            ],
            "codes": [
                {"code": code, "configs": count, "places": self.codes[code]}
                for code, count in _sorted(self.configs_of_code)
            ],
            "orbs": [{"orb": orb, "known": known, "configs": n} for (orb, known), n in _sorted(self.orbs)],
            "images": dict(_sorted(self.images)),
            "secrets": dict(_sorted(self.secrets)),
            "minutes": round(self.minutes, 1),
        }

    def _configs(self) -> Table:
        total, converted, held, dropped = self.jobs
        says = f"{_share(self.ready, self.configs)} of the configs are converted without a step that fails on purpose; "
        says += f"of {total:,} jobs {converted:,} are converted, {held:,} wait for a person, {dropped:,} are left out."
        rows = ((s, str(self.states[s]), _share(self.states[s], self.configs)) for s in STATES if self.states[s])
        return Table("Configs", says, ("what became of them", "configs", "share"), tuple(rows))

    def _help(self) -> Table:
        says = "What stands between configs and a conversion without errors. If only this stands there, the config is "
        says += "converted as soon as it is gone: map the orb, or fetch its source."
        rows = ((what, str(self.only_blockers[what]), str(count)) for what, count in self._by_use())
        return _cut("What would help most", says, ("what", "configs with only this", "configs with this"), rows)

    def _minutes(self) -> Table:
        says = f"As long as the jobs ran at CircleCI they take {self.minutes:,.0f} build minutes a month here; each "
        says += "minute counts as often as its step is large. More than a plan holds comes in blocks of "
        says += f"{self.prices.block:,}."
        head = ("plan", "minutes in it", "minutes beyond", "for them a month")
        return Table("Build minutes", says, head, tuple(map(self._plan, self.prices.plans)) if self.minutes else ())

    def _plan(self, plan: Plan) -> tuple[str, ...]:
        over = max(0.0, self.minutes - plan.minutes)
        return plan.name, f"{plan.minutes:,}", f"{over:,.0f}", f"${self.prices.more(plan, self.minutes):,.0f}"

    def _by_use(self) -> list[tuple[str, int]]:
        return sorted(self.blockers.items(), key=lambda row: (-self.only_blockers[row[0]], -row[1], row[0]))

    def _constructs(self) -> Table:
        says = "What was changed on the way, by its code; 'circle2bb explain CODE' says more."
        rows = (
            (code, CODES[code].fate.value, CODES[code].title, str(count), str(self.codes[code]))
            for code, count in _sorted(self.configs_of_code)
            if code in CODES
        )
        return _cut("By construct", says, ("code", "fate", "what it is", "configs", "places"), rows)

    def _orbs(self) -> Table:
        says = "Mapped ones become what one would write by hand; others are taken from their source, or fail."
        rows = ((orb, known, str(count)) for (orb, known), count in _sorted(self.orbs))
        return _cut("Orbs", says, ("orb", "how it is known", "configs"), rows)

    def _secrets(self) -> Table:
        says = "Variables that have to be created, once for the workspace where several repositories have the same."
        rows = ((name, str(count)) for name, count in _sorted(self.secrets))
        return _cut("Secrets to create", says, ("variable", "configs"), rows)

    def _images(self) -> Table:
        rows = ((name, str(count)) for name, count in _sorted(self.images))
        return _cut("Images", "What the jobs run in.", ("image", "configs"), rows)


def _sorted(counts: "Counter[_T]") -> Iterator[tuple[_T, int]]:
    yield from sorted(counts.items(), key=lambda row: (-row[1], str(row[0])))


def _cut(title: str, says: str, head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Table:
    found = tuple(rows)
    return Table(title, says, head, found[:_MOST], max(0, len(found) - _MOST))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


__all__ = ["Rollup", "Table"]
