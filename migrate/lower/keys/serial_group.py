"""`serial-group` becomes a concurrency group (reference circleci.md, section 1.9)."""

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
_LONGEST = 50


@job_key("serial-group")
def lower(value: Node, step: StepDraft) -> None:
    """Let one such step run at a time."""
    trail = step.job.trail
    if isinstance(value, Scalar) and value.symbols:
        said = f"'serial-group: {value.text}' is not known before the pipeline runs; steps may run side by side"
        step.note(SERIAL_GROUP_LOST, trail, said)
        return
    name = step.claims.text(value, "serial-group", trail)
    step.concurrency = name if len(name) <= _LONGEST else name[-_LONGEST:]
    if name:
        said = f"one step of the concurrency group '{step.concurrency}' runs at a time, in this repository only"
        step.note(SERIAL_GROUP, trail, said)
