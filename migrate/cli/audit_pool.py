"""The processes of an audit: as many as are asked for, and never more work in flight than they need."""

import os
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from migrate.audit.record import BUG, Record, failed
from migrate.cli.audit_worker import Settings, Task, audit

_BATCH = 8
"""Configs that are handed to a process at once: one conversion is shorter than a message between processes."""
_WAITING = 3
"""Batches in flight for each process."""


def run(settings: Settings, tasks: Iterable[Task], processes: int) -> Iterator[Record]:
    """The records of all tasks, as they are ready; a task that ends its process has a record that says so."""
    if processes == 1:
        for task in tasks:
            yield from audit(settings, [task])
        return
    waiting = iter(tasks)
    batches = iter(lambda: list(islice(waiting, _BATCH)), [])
    while True:
        lost = yield from _pool(settings, batches, processes)
        if not lost:
            return
        for task in lost:
            yield _alone(settings, task)


def _pool(settings: Settings, batches: Iterator[list[Task]], processes: int) -> Generator[Record, None, list[Task]]:
    """Run batches until there are none; returns what was in flight when a process came to its end."""
    flying: dict[Future[list[Record]], list[Task]] = {}
    with ProcessPoolExecutor(processes) as pool:
        try:
            for batch in islice(batches, processes * _WAITING):
                flying[pool.submit(audit, settings, batch)] = batch
            while flying:
                done, _ = wait(flying, return_when=FIRST_COMPLETED)
                for one in done:
                    records = one.result()
                    del flying[one]
                    yield from records
                    for batch in islice(batches, 1):
                        flying[pool.submit(audit, settings, batch)] = batch
        except BrokenProcessPool:
            return [task for batch in flying.values() for task in batch]
    return []


def _alone(settings: Settings, task: Task) -> Record:
    """The record of a task that may have ended its process, from a process of its own."""
    with ProcessPoolExecutor(1) as pool:
        try:
            return pool.submit(audit, settings, [task]).result()[0]
        except BrokenProcessPool:
            said = "the process that converted it came to an end by itself, perhaps for want of memory"
            return failed(task.found.shown, "", BUG, said)


def cores() -> int:
    """How many processes can run at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


__all__ = ["cores", "run"]
