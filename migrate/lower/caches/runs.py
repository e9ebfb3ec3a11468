"""Caches that hand files on within one run become what a workspace is: a shared artifact of the job that saves them.

Such a cache has the commit, or the run, in its key, and a job that waits for the one that saves it restores just this
key. With a Bitbucket cache, which has no such key, it would get the files of another commit, and nobody would see it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate.circleci.plan import Job
from migrate.lower.caches import notes
from migrate.lower.caches.keys import parts
from migrate.lower.draft import Attached, CacheUse, Draft, Persisted, Run, StepDraft
from migrate.lower.missing import failing

_REPOSITORY = ".git"


class _Hand(NamedTuple):
    """Files that go from a step to others: the use that saves them, those that restore them, and the paths.

    It is `rolling` if others also begin with what an earlier run has saved.
    """

    giver: StepDraft
    saved: CacheUse
    takers: tuple[tuple[StepDraft, CacheUse], ...]
    paths: tuple[str, ...]
    rolling: bool


def hand_on(steps: Sequence[StepDraft], draft: Draft) -> None:
    """Hand on what caches of a run hold; the uses of these caches are used up by it."""
    before = _Before(draft)
    found = [hand for step in steps for use in step.cache_uses for hand in _hands(step, use, steps, before)]
    mixed = {step.job.workflow for step in steps if _is_elsewhere(step)}
    mixed |= {h.giver.job.workflow for h in found if any(t.directory != h.giver.directory for t, _ in h.takers)}
    for hand in found:
        _give(hand, free=hand.giver.job.workflow not in mixed)
    for step in steps:
        taken = [use for hand in found for taker, use in hand.takers if taker is step]
        _take(step, taken, mixed=step.job.workflow in mixed)


def _is_elsewhere(step: StepDraft) -> bool:
    """Whether a step has to do with a workspace whose root is not the checkout."""
    roots = [*(one.root for one in step.persisted), *(one.at for one in step.attached)]
    return any(step.inside(root) != "" for root in roots)


def _take(step: StepDraft, uses: list[CacheUse], *, mixed: bool) -> None:
    """Attach what a step restored, once; or fail where it did, if that cannot be."""
    step.cache_uses[:] = [use for use in step.cache_uses if not any(use is one for one in uses)]
    for use in dict.fromkeys(uses):
        put: list[Run] = []
        if mixed:
            put = [use.mark._replace(text=failing("restore_cache"), label="missing-step")]
        elif not step.attached:
            put = [use.mark._replace(label="attach-workspace")]
            step.attached.append(Attached(_root(step), put[0]))
        step.script[:] = [new for item in step.script for new in (put if item is use.mark else [item])]


def _hands(step: StepDraft, use: CacheUse, steps: Sequence[StepDraft], before: "_Before") -> Iterator[_Hand]:
    """What a use hands on, if it does."""
    of_run = step.draft.catalog.key_parts_of_run
    paths = tuple(path for path in use.paths if _is_handed(step.inside(path)))
    if not paths or not use.keys or of_run.isdisjoint(parts(use.keys[0])):
        return
    takers = tuple(
        (other, restored)
        for other in steps
        for restored in other.cache_uses
        if not restored.paths and use.keys[0] in restored.keys and step.job.id in before.of(other.job)
    )
    if takers:
        uses = (one for other in steps for one in other.cache_uses if not one.paths and use.keys[0] not in one.keys[:1])
        rolling = any(use.keys[0].startswith(key) for one in uses for key in one.keys)
        yield _Hand(step, use, takers, paths, rolling)


def _is_handed(place: str | None) -> bool:
    return place is not None and place.split("/")[0] != _REPOSITORY


def _give(hand: _Hand, *, free: bool) -> None:
    """Persist the files, if nothing else is; the rest of the paths is cached as before."""
    step, use = hand.giver, hand.saved
    names = ", ".join(f"'{taker.job.name}'" for taker, _ in hand.takers)
    paths = ", ".join(f"'{path}'" for path in hand.paths)
    rest = tuple(path for path in use.paths if path not in hand.paths)
    for taker, restored in hand.takers if not free else ():
        said = f"'{use.keys[0]}' brought {paths} from '{step.job.name}'; the step fails here until you replace it"
        taker.note(notes.CACHE_OF_OTHERS, restored.trail, said)
    if free:
        step.note(notes.CACHE_OF_RUN, use.trail, f"'{use.keys[0]}' hands {paths} on to {names}: as an artifact")
        mark = use.mark._replace(label="persist-workspace", ours=True)
        step.script[:] = [new for item in step.script for new in ([item, mark] if item is use.mark else [item])]
        places = tuple(step.inside(path) or "." for path in hand.paths)
        step.persisted.append(Persisted(_root(step), places, "on_success", mark))
    rest = use.paths if hand.rolling else rest
    kept = [use._replace(paths=rest)] if rest else []
    if not rest:
        step.script[:] = [item for item in step.script if item is not use.mark]
    step.cache_uses[:] = [new for one in step.cache_uses for new in (kept if one is use else [one])]


def _root(step: StepDraft) -> str:
    """What a step calls the checkout."""
    return step.directory if step.working else "."


class _Before:
    """The jobs that a job waits for, itself or through others, by id: found for those that are asked for."""

    def __init__(self, draft: Draft) -> None:
        self._jobs = draft.jobs
        self._found: dict[str, frozenset[str]] = {}

    def of(self, job: Job) -> frozenset[str]:
        """Those of one job."""
        if job.id not in self._found:
            seen: set[str] = set()
            waiting = [job]
            while waiting:
                one = waiting.pop()
                near = (self._jobs.get((one.workflow, required.job)) for required in one.requires)
                fresh = [other for other in near if other is not None and other.id not in seen]
                seen |= {other.id for other in fresh}
                waiting += fresh
            self._found[job.id] = frozenset(seen)
        return self._found[job.id]
