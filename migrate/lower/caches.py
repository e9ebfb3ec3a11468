"""Cache keys become named caches with key files (reference circleci.md, section 4.5; bitbucket.md, section 3.5).

The text of a key that is fixed becomes the cache's name, so that a new version in the key is a new cache;
each `{{ checksum "file" }}` becomes one of its key files; anything else cannot be part of a Bitbucket key.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Cache
from migrate.diagnostics import Fate, declare
from migrate.lower.directories import outside
from migrate.lower.draft import CacheUse, Draft, StepDraft
from migrate.shell import analyse

_DOCS = (
    "https://circleci.com/docs/caching/",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
)
CACHE = declare(
    "cache",
    Fate.REWRITTEN,
    "A cache with key files",
    """The cache is restored when the step starts and saved when it ends well, one cache for each path. As in
    CircleCI, one that was saved is not saved again under the same key.""",
    *_DOCS,
)
CACHE_KEY = declare(
    "cache-key",
    Fate.APPROXIMATED,
    "A cache key that Bitbucket cannot have",
    """A Bitbucket cache is found by its name and the content of files in the repository, nothing else. Without a key
    file it is kept for a week and then made anew, so what it holds can be up to a week old.""",
    *_DOCS,
)
CACHE_SHARED_PATH = declare(
    "cache-shared-path",
    Fate.APPROXIMATED,
    "Two caches of one step have the same path",
    "A path is restored from one cache only; the last one that the job names is kept, because it holds most.",
    *_DOCS,
)
CACHE_UNPAIRED = declare(
    "cache-unpaired",
    Fate.DROPPED,
    "A cache that is restored but never saved",
    "No job saves a cache under this key, so nothing would be restored.",
    *_DOCS,
)

_TEMPLATE = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_CHECKSUM = re.compile(r'checksum\s+"([^"]+)"')
_WORD = re.compile(r"[^A-Za-z0-9.]+")


class Key(NamedTuple):
    """A key as Bitbucket can have it: a name, files, and the parts that cannot be kept."""

    name: str
    files: tuple[str, ...]
    lost: tuple[str, ...]


def parse_key(text: str, made: frozenset[str]) -> Key:
    """Cut a key template; `made` are the files that the job itself makes before it uses the cache."""
    files: list[str] = []
    lost: list[str] = []
    for part in _TEMPLATE.findall(text):
        checksum = _CHECKSUM.fullmatch(part)
        if checksum is None:
            if part != "arch":
                lost.append(f"{{{{ {part} }}}}")
        elif posixpath.normpath(checksum[1]) in made:
            lost.append(f"the checksum of '{checksum[1]}', which the job itself makes,")
        else:
            files.append(checksum[1])
    name = _WORD.sub("-", _TEMPLATE.sub("-", text)).strip("-").lower()
    return Key(name or "cache", tuple(files), tuple(lost))


def settle(draft: Draft) -> None:
    """Give every step its caches: first those that are saved, then those that are only restored."""
    saved: dict[str, tuple[Cache, ...]] = {}
    for step in draft.steps.values():
        for use in step.cache_uses:
            if use.paths and use.keys:  # one without a key was refused where it was read
                key = parse_key(use.keys[0], _made_before(step, use.after))
                caches = tuple(_registered(cache, draft) for cache in _caches(key, use.paths, step))
                saved.setdefault(key.name, caches)
                _attach(caches, use, step)
                _note(use, key, caches, step)
    for step in draft.steps.values():
        own = {key for use in step.cache_uses if use.paths for key in use.keys}
        for use in step.cache_uses:
            if not use.paths and use.keys:
                _restore(use, step, saved, own)


def _registered(cache: Cache, draft: Draft) -> Cache:
    """The cache, under a name that no other cache has."""
    name, number = cache.name, 2
    while draft.caches.get(cache.name, cache) != cache:
        cache, number = cache._replace(name=f"{name}-{number}"), number + 1
    draft.caches[cache.name] = cache
    return cache


def _restore(use: CacheUse, step: StepDraft, saved: dict[str, tuple[Cache, ...]], own: set[str]) -> None:
    key = parse_key(use.keys[0], _made_before(step, use.after))
    caches = saved.get(key.name) or _by_prefix(use, saved)
    if not caches:
        names = " or ".join(f"'{text}'" for text in use.keys)
        step.note(CACHE_UNPAIRED, use.trail, f"no job saves {names}; nothing is restored")
        return
    if use.keys[0] not in own:
        _attach(caches, use, step)
        if key.lost:
            _note(use, key, caches, step)
    if len(use.keys) > 1:
        others = ", ".join(f"'{other}'" for other in use.keys[1:])
        step.note(CACHE_KEY, use.trail, f"a cache with another key is not taken instead: {others} has no counterpart")


def _attach(caches: tuple[Cache, ...], use: CacheUse, step: StepDraft) -> None:
    for cache in caches:
        for other in [name for name, known in step.caches.items() if known.path == cache.path and name != cache.name]:
            said = f"'{other}' and '{cache.name}' both hold {cache.path}; only '{cache.name}' is kept"
            step.note(CACHE_SHARED_PATH, use.trail, said)
            del step.caches[other]
        step.caches[cache.name] = cache


def _note(use: CacheUse, key: Key, caches: tuple[Cache, ...], step: StepDraft) -> None:
    names = ", ".join(f"'{cache.name}'" for cache in caches)
    files = ", ".join(f"'{file}'" for file in key.files)
    kept = f"its key is the content of {files}" if files else "it has no key and lives a week"
    if key.lost:
        step.note(CACHE_KEY, use.trail, f"{'; '.join(key.lost)} cannot be part of a key: {names} is kept, {kept}")
    elif files:
        step.note(CACHE, use.trail, f"'{use.keys[0]}' becomes {names}, with {files} as its key")
    else:
        step.note(CACHE_KEY, use.trail, f"'{use.keys[0]}' names no file: {names} is kept, {kept}")


def _by_prefix(use: CacheUse, saved: dict[str, tuple[Cache, ...]]) -> tuple[Cache, ...]:
    """The caches whose key begins like one of the keys that are restored."""
    for text in use.keys:
        start = parse_key(text, frozenset()).name
        for name, caches in saved.items():
            if name.startswith(start):
                return caches
    return ()


def _made_before(step: StepDraft, count: int) -> frozenset[str]:
    made: set[str] = set()
    for run in step.runs[:count]:
        for target in analyse(run.text).writes:
            within = step.inside(posixpath.join(run.directory, target))
            if within:
                made.add(within)
    return frozenset(made)


def _caches(key: Key, paths: tuple[str, ...], step: StepDraft) -> Iterator[Cache]:
    files = tuple(step.inside(file) or file for file in key.files)
    places = []
    for path in paths:
        within = step.inside(path)
        places.append(outside(path) if within is None else within or ".")
    endings = [_ending(posixpath.basename(place)) for place in places]
    for place, ending in zip(places, endings, strict=True):
        distinct = ending if endings.count(ending) == 1 else _ending(place)
        yield Cache(key.name if len(places) == 1 else f"{key.name}-{distinct}", place, files)


def _ending(path: str) -> str:
    return _WORD.sub("-", path).strip("-.").lower() or "all"
