"""What a repository is, and which choices that suggests: a pure function from files and plan to findings.

Each detector is a function from a repository to findings; it says what it saw, where, and what the choice would do.
"""

from collections.abc import Callable, Iterator

from migrate.detect.containers import docker_image, ecs_service
from migrate.detect.dependencies import shared, uncached
from migrate.detect.finding import Finding, Repository, Seen
from migrate.detect.machines import executors, parallelism, sizes
from migrate.detect.npm_package import npm_package
from migrate.detect.python_package import python_package
from migrate.detect.services import slack, sonar
from migrate.detect.sites import pages_site, s3_site
from migrate.detect.workflows import layout, pull_requests, style

DETECTORS: tuple[Callable[[Repository], Iterator[Finding]], ...] = (
    pull_requests,  # when things run
    style,
    layout,
    parallelism,  # on what
    sizes,
    executors,
    shared,  # additions to all jobs
    uncached,
    python_package,  # additions that publish or deploy
    npm_package,
    docker_image,
    ecs_service,
    s3_site,
    pages_site,
    sonar,  # additions that tell others
    slack,
)
"""In the order of the file that is written."""


def detect(repository: Repository) -> tuple[Finding, ...]:
    """All findings; of the additions those that the catalogue has."""
    known = repository.catalog.names("additions")
    found = (one for detector in DETECTORS for one in detector(repository))
    return tuple(one for one in found if one.key != "add" or one.value in known)


__all__ = ["DETECTORS", "Finding", "Repository", "Seen", "detect"]
