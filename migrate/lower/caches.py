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
from migrate.lower.directories import inside, outside
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
    """Give every step its caches, now that all `save_cache` steps are known."""
    saved: dict[str, tuple[str, ...]] = {}
    for step in draft.steps.values():
        for use in step.cache_uses:
            if use.paths:
                for key in use.keys:
                    saved.setdefault(parse_key(key, frozenset()).name, use.paths)
    for step in draft.steps.values():
        for use in step.cache_uses:
            _settle_use(use, step, saved)


def _settle_use(use: CacheUse, step: StepDraft, saved: dict[str, tuple[str, ...]]) -> None:
    if not use.keys:
        return  # refused where it was read
    made = _made_before(step, use.after)
    key = parse_key(use.keys[0], made)
    paths = use.paths or saved.get(key.name) or _by_prefix(use, saved, made)
    if not paths:
        step.note(CACHE_UNPAIRED, use.trail, f"no job saves '{use.keys[0]}'; nothing is restored")
        return
    caches = list(_caches(key, paths, step))
    for cache in caches:
        step.draft.caches[cache.name] = cache
        for other in [name for name, known in step.caches.items() if known.path == cache.path and name != cache.name]:
            said = f"'{other}' and '{cache.name}' both hold {cache.path}; only '{cache.name}' is kept"
            step.note(CACHE_SHARED_PATH, use.trail, said)
            del step.caches[other]
        step.caches[cache.name] = cache
    names = ", ".join(f"'{cache.name}'" for cache in caches)
    if key.lost and (use.paths or key.name not in saved):
        files = ", ".join(f"'{file}'" for file in key.files)
        kept = f"its key is the content of {files}" if files else "it has no key and lives a week"
        step.note(CACHE_KEY, use.trail, f"{'; '.join(key.lost)} cannot be part of a key: {names} is kept, {kept}")
    elif use.paths:
        files = f", with {', '.join(key.files)} as its key" if key.files else ""
        step.note(CACHE, use.trail, f"'{use.keys[0]}' becomes {names}{files}")


def _by_prefix(use: CacheUse, saved: dict[str, tuple[str, ...]], made: frozenset[str]) -> tuple[str, ...]:
    """The paths of a cache whose key begins like one of the keys that are restored."""
    for text in use.keys:
        start = parse_key(text, made).name
        for name, paths in saved.items():
            if name.startswith(start):
                return paths
    return ()


def _made_before(step: StepDraft, count: int) -> frozenset[str]:
    made: set[str] = set()
    for run in step.runs[:count]:
        for target in analyse(run.text).writes:
            within = inside(posixpath.join(run.directory, target), step.directory)
            if within:
                made.add(within)
    return frozenset(made)


def _caches(key: Key, paths: tuple[str, ...], step: StepDraft) -> Iterator[Cache]:
    files = tuple(inside(file, step.directory) or file for file in key.files)
    places = []
    for path in paths:
        within = inside(path, step.directory)
        places.append(outside(path) if within is None else within or ".")
    endings = [_ending(posixpath.basename(place)) for place in places]
    for place, ending in zip(places, endings, strict=True):
        distinct = ending if endings.count(ending) == 1 else _ending(place)
        yield Cache(key.name if len(places) == 1 else f"{key.name}-{distinct}", place, files)


def _ending(path: str) -> str:
    return _WORD.sub("-", path).strip("-.").lower() or "all"
