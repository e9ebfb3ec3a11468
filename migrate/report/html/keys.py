"""Which places of a job's definition a key of its step comes of."""

from collections.abc import Iterator

from migrate.circleci.plan import Job
from migrate.diagnostics import Trail

_KEYS = {
    "image": ("docker", "machine", "macos"),
    "size": ("resource_class",),
    "runs-on": ("resource_class", "machine", "macos"),
    "runtime": ("circleci_ip_ranges", "resource_class", "machine"),
    "concurrency-group": ("serial-group",),
    "services": ("docker",),
    "environment": ("environment", "docker", "context", "shell", "working_directory"),
}
"""The keys of a job, or of its entry in the workflow, that are lowered to a key of the step (`lower/keys/`)."""
_ENTRY = ("condition", "trigger")
"""The keys of the step that its job's entry in the workflow decides: filters, and approvals that it waits for."""
_CALLS = {
    "caches": ("save_cache", "restore_cache", "with_tool_cache", "setup_remote_docker"),
    "artifacts": ("persist_to_workspace", "attach_workspace", "store_artifacts"),
    "services": ("setup_remote_docker",),
    "clone": ("checkout",),
}
"""The calls that are (`lower/steps/`)."""


def places(key: str, job: Job) -> Iterator[Trail]:
    """The trails to what a key of the job's step comes of; none where the whole job is the answer.

    `environment` stands for the lines at the head of the script.
    """
    if key in _ENTRY:
        yield job.trail[:1]
    for mapping in (job.keys, job.invocation):
        for entry in mapping.entries:
            if entry.key.text in _KEYS.get(key, ()):
                yield (*job.trail[:1], job.defined, entry.key.span)
    for call in job.steps:
        if call.step in _CALLS.get(key, ()):
            yield call.trail


def whole(job: Job) -> Trail:
    """The trail to the job's definition."""
    return (*job.trail[:1], job.defined)


def entry(job: Job) -> Trail:
    """The trail to the job's entry in its workflow."""
    return job.trail[:1]


__all__ = ["entry", "places", "whole"]
