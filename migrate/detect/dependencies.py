"""What jobs install: without a cache, or with one that several of them share."""

from collections.abc import Iterator

from migrate.detect.commands import command_of, jobs, place_of, where
from migrate.detect.finding import Finding, Repository, Seen
from migrate.lower.plan.dependency_caches import first_image
from migrate.lower.plan.install import sharing
from migrate.shell import analyse

_CACHES = {"save_cache", "restore_cache"}


def uncached(repository: Repository) -> Iterator[Finding]:
    """`dependency-cache`: jobs that download packages and keep nothing."""
    found: list[Seen] = []
    for job in jobs(repository):
        if any(call.step in _CACHES for call in job.steps):
            continue
        for name, manager in repository.catalog.package_managers.items():
            if not manager.kept(first_image(job)):
                continue  # where it keeps its downloads in this image is not known
            texts = ((call, command_of(call)) for call in job.steps)
            call = next((call for call, text in texts if text and manager.called_by(analyse(text.text).calls)), None)
            if call:
                found.append(Seen(place_of(call, job), f"installs with {name}, and caches nothing", job.called))
    if found:
        would = "What is downloaded is kept between builds, with the lock file as the key of the cache if there is one."
        yield Finding("add", "dependency-cache", tuple(found), would)


def shared(repository: Repository) -> Iterator[Finding]:
    """`install-step`: jobs that install the same in the same image."""
    groups = [sharing(job, repository.plan) for job in repository.plan.jobs]
    names = {job.name: job for job in max(groups, key=len, default=[])}
    if len(names) > 1:
        found = tuple(Seen(where(job.trail[0]), f"'{job.called}' caches the same paths") for job in names.values())
        would = "A first step installs them once, into the cache that the others then find."
        yield Finding("add", "install-step", found, would)
