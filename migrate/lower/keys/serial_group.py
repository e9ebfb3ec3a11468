"""`serial-group` becomes a concurrency group (reference circleci.md, section 1.9)."""

import hashlib

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node, Scalar

_DOCS = (
    "https://circleci.com/docs/controlling-serial-execution-across-your-organization/",
    "https://support.atlassian.com/bitbucket-cloud/kb/limit-bitbucket-pipelines-to-a-single-concurrent-build-per-branch/",
)
SERIAL_GROUP = declare(
    "serial-group",
    Fate.APPROXIMATED,
    "A serial group becomes a concurrency group",
    """Of the steps with one group one runs at a time, the others wait, in this repository; CircleCI's group holds for
    the whole organisation. CircleCI also skips a job if a later pipeline has run it already: here it still runs.""",
    *_DOCS,
)
SERIAL_GROUP_LOST = declare(
    "serial-group-lost",
    Fate.MANUAL,
    "A serial group's name is only known when the pipeline runs",
    """Nothing keeps the steps apart now. Write a fixed name as 'concurrency-group', or use a deployment environment,
    to which one pipeline at a time deploys.""",
    *_DOCS,
)
_LONGEST, _DIGEST = 50, 8
"""Letters of a concurrency group's name (reference bitbucket.md, section 1.6), and of what tells cut names apart."""


def group_name(name: str) -> str:
    """The concurrency group of a name: the name itself, or its beginning and a digest of it if it is too long."""
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{name[: _LONGEST - _DIGEST - 1]}-{digest}"


@job_key("serial-group")
def lower(value: Node, step: StepDraft) -> None:
    """Let one such step run at a time."""
    trail = step.job.trail
    if isinstance(value, Scalar) and value.symbols:
        said = f"'serial-group: {value.text}' is not known before the pipeline runs; steps may run side by side"
        step.note(SERIAL_GROUP_LOST, trail, said)
        return
    name = step.claims.text(value, "serial-group", trail)
    step.concurrency = group_name(name)
    if name:
        said = f"one step of the concurrency group '{step.concurrency}' runs at a time, in this repository only"
        step.note(SERIAL_GROUP, trail, said)
