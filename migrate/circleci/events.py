"""What starts pipelines, and what each kind of event makes known (reference circleci.md, sections 1.11 and 3).

Whatever asks for the event itself is decided once the kind is known: a push has no schedule, a schedule has no tag.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from migrate.circleci.conditions import (
    FALSE,
    TRUE,
    All,
    Any,
    Condition,
    Not,
    Test,
    all_of,
    any_of,
    evaluate,
    negate,
    subjects,
    tests,
)
from migrate.circleci.facts import Facts, Value

_NAME = "pipeline.schedule.name"
_NO_SCHEDULE = {_NAME: None, "pipeline.schedule.id": None}
_ASKED = ("pipeline.trigger.type", "pipeline.trigger_source", "pipeline.event.name", "pipeline.event.action")
"""What conditions ask in order to know the kind of an event."""
_STARTER = (*_ASKED, *_NO_SCHEDULE, "pipeline.trigger.id")
_NO_HOST = ("api", "schedule", "webhook")
"""Types of triggers that are no host of repositories; a push comes from one, and nobody knows from which."""
_OTHER = "\0"
"""A schedule's name that no condition spells out."""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A kind of event, and what it makes known. There is one of each."""

    kind: str
    facts: dict[str, Value | None]

    @property
    def names(self) -> set[tuple[str, Value | None]]:
        """By which values of what conditions ask for this kind."""
        return {(subject, self.facts[subject]) for subject in _ASKED if subject in self.facts}


PUSH = Event(
    "push",
    {"pipeline.trigger_source": "webhook", "pipeline.event.name": "push", **_NO_SCHEDULE},
)
SCHEDULE = Event(
    "schedule",
    {
        "pipeline.trigger_source": "scheduled_pipeline",
        "pipeline.trigger.type": "schedule",
        "pipeline.event.name": "schedule",
        "pipeline.event.action": "schedule",
        "pipeline.git.tag": None,
    },
)
API = Event(
    "api",
    {
        "pipeline.trigger_source": "api",
        "pipeline.trigger.type": "api",
        "pipeline.event.name": "api",
        "pipeline.event.action": "api",
        **_NO_SCHEDULE,
    },
)
WEBHOOK = Event(
    "webhook",
    {
        "pipeline.trigger.type": "webhook",
        "pipeline.event.name": "custom_webhook",
        "pipeline.event.action": "custom_webhook",
        **_NO_SCHEDULE,
    },
)


class Starter(NamedTuple):
    """An event that a condition names and that starts what it stands for: where it does, and the schedule's name."""

    event: Event
    where: Condition
    schedule: str = ""

    @property
    def title(self) -> str:
        """What the event is called: the schedule's name, or its kind."""
        return self.schedule or self.event.kind

    @property
    def facts(self) -> tuple[tuple[str, Value | None], ...]:
        """What it makes known; of a schedule without a name, all but that."""
        named = ((_NAME, self.schedule),) if self.schedule else ()
        return (*self.event.facts.items(), *named)


def on_push(condition: Condition) -> Condition:
    """What is left of a condition once a push is known to have started the pipeline."""
    match condition:
        case Test("pipeline.trigger.type", "==" | "!=" as operator, value) if value in _NO_HOST:
            return TRUE if operator == "!=" else FALSE
        case Not(inner):
            return negate(on_push(inner))
        case All(parts):
            return all_of(*map(on_push, parts))
        case Any(parts):
            return any_of(*map(on_push, parts))
    return evaluate(condition, PUSH.facts)


def starters(condition: Condition) -> tuple[Starter, ...]:
    """The events besides pushes that a condition asks for by name, each where it then holds."""
    found = [*_schedules(condition)] if _names(condition, SCHEDULE) else []
    found += [Starter(one, evaluate(condition, one.facts)) for one in (API, WEBHOOK) if _names(condition, one)]
    kept = (one._replace(where=settled(one.where)) for one in found if one.where != FALSE)
    return tuple(dict.fromkeys(kept))


def asking(found: Iterable[Starter]) -> Condition:
    """The condition that these events start, and no others."""
    return any_of(*map(_asking, found))


def _asking(one: Starter) -> Condition:
    kind = Test("pipeline.trigger.type", "==", one.event.facts["pipeline.trigger.type"] or "")
    return all_of(Test(_NAME, "==", one.schedule) if one.schedule else kind, one.where)


def _schedules(condition: Condition) -> list[Starter]:
    """A schedule for each name that the condition spells out; one without, where it asks for schedules in general."""
    asked = [test for test in tests(condition) if test.subject == _NAME]
    names = dict.fromkeys(str(test.value) for test in asked if test.operator == "==")
    spelled = bool(asked) and len(names) == len({test.value for test in asked})
    unnamed: Facts = SCHEDULE.facts | ({_NAME: _OTHER} if spelled else {})
    found = [Starter(SCHEDULE, evaluate(condition, SCHEDULE.facts | {_NAME: name}), name) for name in names]
    return (
        [*found, Starter(SCHEDULE, evaluate(condition, unnamed))]
        if _says(condition, SCHEDULE) or not spelled
        else found
    )


def _names(condition: Condition, event: Event) -> bool:
    """Whether a condition asks for this kind of event by one of its words, or for a schedule's name."""
    return _says(condition, event) or (event is SCHEDULE and bool(_NO_SCHEDULE.keys() & set(subjects(condition))))


def in_schedule(condition: Condition, name: str) -> Condition:
    """What is left of a condition in a scheduled pipeline of this name, or of one whose name is not known."""
    return evaluate(condition, SCHEDULE.facts | ({_NAME: name} if name else {}))


def _says(condition: Condition, event: Event) -> bool:
    return any((test.subject, test.value) in event.names for test in tests(condition))


def settled(condition: Condition) -> Condition:
    """A condition without what whoever starts the pipeline decides: its kind, its schedule, its parameters.

    Where that cannot be told apart from the rest the condition stays as it is.
    """
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return all_of(*(part for part in parts if not _starters(part)))


def _starters(condition: Condition) -> bool:
    asked = subjects(condition)
    return bool(asked) and all(name in _STARTER or name.startswith("pipeline.parameters.") for name in asked)


__all__ = [
    "API",
    "PUSH",
    "SCHEDULE",
    "WEBHOOK",
    "Event",
    "Starter",
    "asking",
    "in_schedule",
    "on_push",
    "settled",
    "starters",
]
