"""What is said about caches."""

from migrate.bitbucket.model import Cache
from migrate.diagnostics import Fate, declare
from migrate.lower.caches.keys import Key
from migrate.lower.draft import CacheUse, StepDraft

_DOCS = (
    "https://circleci.com/docs/caching/",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
)
CACHE = declare(
    "cache",
    Fate.REWRITTEN,
    "A cache with key files",
    """Bitbucket's caches are keys of the step, with the files that make their name.

    The cache is restored when the step starts and saved when it ends well, one cache for each path. As in CircleCI, one
    that was saved is not saved again under the same key: of steps that run at once the first that ends saves it, and a
    job that only restored it saves it, too, where nobody has yet.""",
    *_DOCS,
)
CACHE_KEY = declare(
    "cache-key",
    Fate.APPROXIMATED,
    "A cache key that Bitbucket cannot have",
    """A Bitbucket cache is found by its name and the content of files in the repository, nothing else.

    Without a key file it is kept for a week and then made anew, so what it holds can be up to a week old.

    To throw one away, delete it in Bitbucket (Pipelines, Caches), or rename it.""",
    *_DOCS,
)
CACHE_SHARED_PATH = declare(
    "cache-shared-path",
    Fate.APPROXIMATED,
    "Two caches of one step have the same path",
    """A path is restored from one cache only.

    The last one that the job names is kept, because it holds most.

    If the job needs the other one, give it a path of its own.""",
    *_DOCS,
)
CACHE_UNPAIRED = declare(
    "cache-unpaired",
    Fate.DROPPED,
    "A cache that is restored but never saved",
    """No job saves a cache under this key.

    Nothing would be restored, so there is no cache.

    If it was meant to be saved, look for a typing error in one of the keys, and convert again.""",
    *_DOCS,
)
CACHE_SOURCE = declare(
    "cache-source",
    Fate.DROPPED,
    "A cache of the repository itself",
    """Bitbucket clones before it restores caches, and what a cache holds replaces what is there: the files of another
    commit would come over those of this one.

    The cache is left out. The clone has the files; what jobs made among them they make again.

    If making it takes long, cache the folder that holds it, and not the whole checkout.""",
    *_DOCS,
)
CACHE_OF_RUN = declare(
    "cache-of-run",
    Fate.REWRITTEN,
    "A cache that hands files on within one run",
    """Its key has the commit, or the run, in it, and a later job of the same run restores it.

    A Bitbucket cache has no such key, and would bring the files of another commit, so that they go as an artifact, as
    those of a workspace do. CircleCI also brings them to a job that is run again days later; an artifact is kept for 14
    days.""",
    "https://circleci.com/docs/caching/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-artifacts-in-steps/",
)
CACHE_OF_OTHERS = declare(
    "cache-of-other-runs",
    Fate.ERROR,
    "A cache that handed files on within one run",
    """Its key has the commit, or the run, in it, and a Bitbucket cache would bring the files of another commit. The
    workflow also has a workspace elsewhere than in the checkout, or jobs that check out into other places, with which
    these files cannot be mixed.

    The step that restored them fails on purpose.

    Persist the files to a workspace instead, and convert again.""",
    *_DOCS,
)
_MEANS = {
    ".Branch": "all branches share it",
    ".BuildNum": "it is not made anew in each build",
    ".Revision": "it is not made anew for each commit",
    "epoch": "it is not made anew in each build",
    ".Environment.CIRCLE_BRANCH": "all branches share it",
    ".Environment.CIRCLE_SHA1": "it is not made anew for each commit",
}
_ENVIRONMENT = ".Environment."


def kept(use: CacheUse, key: Key, caches: tuple[Cache, ...], step: StepDraft) -> None:
    """Say what a use of a cache has become."""
    names = ", ".join(f"'{cache.name}'" for cache in caches)
    files = ", ".join(f"'{file}'" for file in key.files)
    own = f"its key is the content of {files}" if files else "it has no key and lives a week"
    if key.lost:
        said = f"{'; '.join(key.lost)} cannot be part of a key: {names} is kept, {own}"
        step.note(CACHE_KEY, use.trail, "; ".join([said, *dict.fromkeys(_meaning(key))]))
    elif files:
        step.note(CACHE, use.trail, f"'{use.keys[0]}' becomes {names}, with {files} as its key")
    else:
        step.note(CACHE_KEY, use.trail, f"'{use.keys[0]}' names no file: {names} is kept, {own}")


def _meaning(key: Key) -> list[str]:
    """What it means that parts of a key are lost."""
    found = []
    for lost in key.lost:
        part = lost.strip("{} ")
        if part in _MEANS:
            found.append(_MEANS[part])
        elif part.startswith(_ENVIRONMENT):
            found.append(f"rename or delete it where {part.removeprefix(_ENVIRONMENT)} would change")
    return found


def fallback(use: CacheUse, step: StepDraft) -> None:
    """Say that other keys are not tried."""
    others = ", ".join(f"'{other}'" for other in use.keys[1:])
    step.note(CACHE_KEY, use.trail, f"a cache with another key is not taken instead: {others} has no counterpart")


def shared(use: CacheUse, gone: CacheUse, path: str, step: StepDraft) -> None:
    """Say which of two caches of one path is kept."""
    said = f"'{gone.keys[0]}' and '{use.keys[0]}' both hold {path}; only the second is kept"
    step.note(CACHE_SHARED_PATH, use.trail, said)


def unpaired(use: CacheUse, step: StepDraft) -> None:
    """Say that nothing is restored."""
    names = " or ".join(f"'{text}'" for text in use.keys)
    step.note(CACHE_UNPAIRED, use.trail, f"no job saves {names}; nothing is restored")


def source(use: CacheUse, path: str, step: StepDraft) -> None:
    """Say that the clone stands in for a cache."""
    where = f"'{path}' is " if path else "it holds "
    step.note(CACHE_SOURCE, use.trail, f"'{use.keys[0]}' is left out: {where}the repository itself, which is cloned")
