"""Rooms register here what they lower: `@step("save_cache")`, `@job_key("docker")`.

Rooms are discovered: every module of `steps/` and `keys/` is imported once, in any order.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import lru_cache

from migrate.circleci.plan import Call
from migrate.lower.draft import StepDraft
from migrate.yamlio.nodes import Node

StepRoom = Callable[[Call, StepDraft], None]
KeyRoom = Callable[[Node, StepDraft], None]

_STEPS: dict[str, StepRoom] = {}
_KEYS: dict[str, KeyRoom] = {}


def step(*names: str) -> Callable[[StepRoom], StepRoom]:
    """Register the room of one or more step types."""

    def register(room: StepRoom) -> StepRoom:
        _STEPS.update(dict.fromkeys(names, room))
        return room

    return register


def job_key(*names: str) -> Callable[[KeyRoom], KeyRoom]:
    """Register the room of one or more keys of a job, or of its entry in a workflow."""

    def register(room: KeyRoom) -> KeyRoom:
        _KEYS.update(dict.fromkeys(names, room))
        return room

    return register


@lru_cache(maxsize=1)
def _discover() -> None:
    for folder in ("migrate.lower.steps", "migrate.lower.keys"):
        package = importlib.import_module(folder)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{folder}.{module.name}")


def step_rooms() -> dict[str, StepRoom]:
    """All rooms of step types by name."""
    _discover()
    return _STEPS


def key_rooms() -> dict[str, KeyRoom]:
    """All rooms of job keys by name."""
    _discover()
    return _KEYS


__all__ = ["job_key", "key_rooms", "step", "step_rooms"]
