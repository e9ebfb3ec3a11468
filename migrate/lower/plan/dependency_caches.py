"""Caches for what jobs download in every build: the steps that a careful config has around its installation.

A job that calls a package manager and caches nothing gets a `restore_cache` before the command and a `save_cache`
behind it, in CircleCI's words, for the folder where that manager keeps its downloads (`mappings/package_managers.yml`).
"""

import posixpath
from collections.abc import Iterator

from migrate.catalog.packages import Manager
from migrate.circleci.plan import Call, Job
from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import Draft
from migrate.shell import analyse
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

STEP = "bitbucket/caches"
_DOCS = (
    "https://circleci.com/docs/caching/",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
)
DEPENDENCIES_CACHED = declare(
    "dependencies-cached",
    Fate.REWRITTEN,
    "A job keeps what it downloads, by choice",
    """CircleCI downloaded the packages in every build.

    They are now kept between builds, in a cache with the lock file as its key, or, where the repository has none, in
    one that is made anew after a week. Jobs that call the same package manager share the cache; the first that ends
    fills it, and what others want beyond that is downloaded.""",
    *_DOCS,
)
DEPENDENCIES_ELSEWHERE = declare(
    "dependencies-not-cached",
    Fate.DROPPED,
    "A job got no cache for its packages",
    """Where the package manager keeps its downloads in this image is not known.

    There is nothing to cache, and the job downloads its packages in every build, as before.

    Look it up, and write a cache of that folder if it is worth it.""",
    *_DOCS,
)
DEPENDENCIES_UNKNOWN = declare(
    "unknown-package-manager",
    Fate.ERROR,
    "An addition names a package manager that is not known",
    """Nothing says where it keeps what it downloads.

    Nothing is written.

    The message lists those that are known; write one of them, or add a row to 'mappings/package_managers.yml'.""",
    *_DOCS,
)


def kept(job: Job, asked: Call, draft: Draft) -> Job:
    """The job with caches of the packages that it downloads; the same job if it has caches, or downloads none."""
    if any(call.step in {"save_cache", "restore_cache"} for call in job.steps):
        return job
    for manager in _wanted(asked, draft):
        at = next((n for n, call in enumerate(job.steps) if _calls(call, manager)), None)
        if at is not None:
            job = _with_cache(job, manager, at, asked.trail, draft)
    return job


def _wanted(asked: Call, draft: Draft) -> Iterator[Manager]:
    """The package managers that the addition names; all of them if it names none."""
    table = draft.catalog.package_managers
    names = peek(asked.body, "managers")
    for name in (names.text.split() if isinstance(names, Scalar) else ()) or table:
        if name in table:
            yield table[name]
        else:
            said = f"there is no package manager '{name}'; there are: {', '.join(sorted(table))}"
            draft.notes.refuse(DEPENDENCIES_UNKNOWN, asked.trail, name, said)


def _calls(call: Call, manager: Manager) -> bool:
    command = call.body if isinstance(call.body, Scalar) else peek(call.body, "command")
    return call.step == "run" and isinstance(command, Scalar) and manager.called_by(analyse(command.text).calls)


def _with_cache(job: Job, manager: Manager, at: int, trail: Trail, draft: Draft) -> Job:
    """The job with the cache around its step number `at`."""
    call = job.steps[at]
    image = first_image(job)
    path = manager.kept(image)
    if not path:
        said = f"where {manager.name} keeps its downloads in '{image}' is not known: '{job.name}' gets no cache"
        draft.notes.add(DEPENDENCIES_ELSEWHERE, call.trail, f"jobs.{job.key}", said, job=job.id)
        return job
    folder = peek(call.body, "working_directory")  # its room claims it
    within = folder.text.removeprefix("~/project/") if isinstance(folder, Scalar) else ""
    file = _lock(manager, within, draft)
    key = _text(f'{manager.name}-{{{{ checksum "{file}" }}}}' if file else manager.name, trail)
    place = path if path.startswith(("~", "/")) else posixpath.normpath(posixpath.join(within, path))
    until = f"as long as '{file}' is the same" if file else "for a week"
    said = f"'{job.name}' keeps '{place}', what {manager.name} downloads, {until}"
    draft.notes.add(DEPENDENCIES_CACHED, call.trail, f"jobs.{job.key}", said, job=job.id)
    saved = _mapping(trail, key=key, paths=Sequence((_text(place, trail),), trail[-1]))
    around = Call("restore_cache", _mapping(trail, key=key), trail), call, Call("save_cache", saved, trail)
    return job._replace(steps=(*job.steps[:at], *around, *job.steps[at + 1 :]))


def first_image(job: Job) -> str:
    """The image of the job's first container."""
    containers = peek(job.keys, "docker")  # the room of images claims it
    image = peek(containers.items[0], "image") if isinstance(containers, Sequence) and containers.items else None
    return image.text if isinstance(image, Scalar) else ""


def _lock(manager: Manager, folder: str, draft: Draft) -> str:
    """The first of its lock files that the repository has in a folder; "" if it is not known to have one."""
    paths = (posixpath.normpath(posixpath.join(folder, file)) for file in manager.files)
    return next((path for path in paths if draft.has_file(path)), "")


def _text(text: str, trail: Trail) -> Scalar:
    return Scalar(text, "str", trail[-1])


def _mapping(trail: Trail, **values: Node) -> Mapping:
    return Mapping(tuple(Entry(_text(key, trail), value) for key, value in values.items()), trail[-1])
