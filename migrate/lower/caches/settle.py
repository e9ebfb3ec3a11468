"""Every step gets its caches: first those that are saved, then those that are only restored; names come last.

Steps that run at once may all save a cache: the first that ends does, and the others find that it is there, as it is
with CircleCI's, whose keys are never written twice (reference bitbucket.md, section 3.5).
"""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Cache
from migrate.lower.caches import notes, runs
from migrate.lower.caches.keys import Key, known, parse_key, word
from migrate.lower.directories import inside
from migrate.lower.draft import CacheUse, Draft, Run, StepDraft
from migrate.lower.users import at_home
from migrate.shell import analyse

_VERSION = re.compile(r"(?:^|-)v?[0-9]+(?:-|$)")


class Kept(NamedTuple):
    """A use of caches that have not got their final names yet."""

    step: StepDraft
    use: CacheUse
    key: Key
    caches: tuple[Cache, ...]


def settle(draft: Draft) -> None:
    """Give every step its caches, and say what became of them."""
    steps = list(draft.steps.values())
    runs.hand_on(steps, draft)
    saved = [_saved(step, use, steps) for step in steps for use in step.cache_uses if use.paths and use.keys]
    uses = [(step, use) for step in steps for use in step.cache_uses if use.keys and not use.paths]
    restored = [_restored(step, use, steps, saved) for step, use in uses]
    everyone = [*saved, *restored]
    chosen: dict[str, dict[str, tuple[Cache, Kept]]] = {}
    for kept in everyone:
        _attach(kept, chosen.setdefault(kept.step.job.id, {}))
    names = _named([cache for caches in chosen.values() for cache, _ in caches.values()], draft)
    for step in steps:
        step.caches = {names[one].name: names[one] for one, _ in chosen.get(step.job.id, {}).values()}
    for kept in everyone:
        _note(kept, names)
    for step in steps:
        marks = [use.mark for use in step.cache_uses]
        step.script[:] = [item for item in step.script if not any(item is mark for mark in marks)]


def _saved(step: StepDraft, use: CacheUse, steps: Iterable[StepDraft]) -> Kept:
    """What a step saves; a place that is the repository itself is none."""
    key = _key(use, step, steps)
    places = []
    for path in use.paths:
        place = at_home(step.place(path), step) or "."
        if place.split("/")[0] in {".", ".git"}:
            notes.source(use, path, step)
        else:
            places.append(place)
    return Kept(step, use, key, tuple(_caches(key, places)))


def _restored(step: StepDraft, use: CacheUse, steps: Iterable[StepDraft], saved: list[Kept]) -> Kept:
    """What a step restores; nothing more if it saves the same itself."""
    key = _key(use, step, steps)
    found = next((one for one in saved if one.key.name == key.name), None) or _by_prefix(use, step, steps, saved)
    if found is None:
        notes.unpaired(use, step)
        return Kept(step, use, key, ())
    if not found.caches:  # the repository itself: who restored it has the clone
        notes.source(use, "", step)
        step.checked_out = True
    elif len(use.keys) > 1:
        notes.fallback(use, step)
    own = any(use.keys[0] in one.keys for one in step.cache_uses if one.paths)
    return Kept(step, use, key, () if own else found.caches)


def _key(use: CacheUse, step: StepDraft, steps: Iterable[StepDraft], number: int = 0) -> Key:
    several = len({_platform(one) for one in steps}) > 1
    facts = known(step, _platform(step) if several else "")
    return parse_key(use.keys[number], _made_before(step, use.mark), facts, step.inside)


def _platform(step: StepDraft) -> str:
    """The kind of machine: what is built for one is no use to another."""
    return step.arch or next((label for label in step.runs_on if label in {"macos", "windows"}), "")


def _by_prefix(use: CacheUse, step: StepDraft, steps: Iterable[StepDraft], saved: list[Kept]) -> Kept | None:
    """The caches whose key begins like one of the keys that are restored."""
    for number in range(len(use.keys)):
        start = _key(use, step, steps, number).name
        found = next((one for one in saved if one.key.name.startswith(start)), None)
        if found:
            return found
    return None


def _attach(kept: Kept, chosen: dict[str, tuple[Cache, Kept]]) -> None:
    """Give a step its caches, one for each path: the last that it names."""
    for cache in kept.caches:
        before, other = chosen.pop(cache.path, (cache, kept))
        if before != cache:
            notes.shared(kept.use, other.use, cache.path, kept.step)
        chosen[cache.path] = cache, kept


def _named(caches: Iterable[Cache], draft: Draft) -> dict[Cache, Cache]:
    """The caches with the names that they have in the file: no two have one, and Bitbucket's own are what they are."""
    predefined = draft.catalog.predefined_caches
    named: dict[Cache, Cache] = {}
    taken: set[str] = set()
    for cache in dict.fromkeys(caches):
        own = next((name for name, path in predefined.items() if path == cache.path), "")
        if own and not cache.files and not _VERSION.search(cache.name) and own not in taken:
            named[cache] = cache._replace(name=own)
            taken.add(own)
            continue
        base = name = f"{cache.name}-cache" if predefined.get(cache.name, cache.path) != cache.path else cache.name
        number = 2
        while name in taken or name == "docker":
            name, number = f"{base}-{number}", number + 1
        named[cache] = draft.caches[name] = cache._replace(name=name)
        taken.add(name)
    return named


def _note(kept: Kept, names: dict[Cache, Cache]) -> None:
    """Say what a use has become, unless another one has all of its paths."""
    own = kept.step.caches.values()
    caches = tuple(names[cache] for cache in kept.caches if cache in names and names[cache] in own)
    if caches and (kept.use.paths or kept.key.lost):
        notes.kept(kept.use, kept.key, caches, kept.step)


def _made_before(step: StepDraft, mark: Run) -> frozenset[str]:
    """The files below the clone directory that the commands before a step write."""
    made: set[str] = set()
    for run in step.runs:
        if run is mark:
            break
        folder = "".join(shlex.split(run.directory)) if run.text else ""
        for target in analyse(run.text).writes if run.text else ():
            path = posixpath.join(folder, target)  # where a command runs is told from the clone directory
            within = inside(path, step.directory)
            made |= {within} if within else set()
    return frozenset(made)


def _caches(key: Key, places: list[str]) -> Iterator[Cache]:
    endings = [_ending(posixpath.basename(place)) for place in places]
    for place, ending in zip(places, endings, strict=True):
        distinct = ending if endings.count(ending) == 1 else _ending(place)
        yield Cache(key.name if len(places) == 1 else f"{key.name}-{distinct}", place, key.files)


def _ending(path: str) -> str:
    return word(path).strip(".") or "all"
