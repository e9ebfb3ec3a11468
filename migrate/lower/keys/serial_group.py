"""`serial-group` becomes a concurrency group (reference circleci.md, section 1.9)."""

import hashlib

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft, StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node, Scalar

_DOCS = (
    "https://circleci.com/docs/controlling-serial-execution-across-your-organization/",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/",
)
SERIAL_GROUP = declare(
    "serial-group",
    Fate.APPROXIMATED,
    "A serial group becomes a concurrency group",
    """CircleCI's group holds for the whole organisation, Bitbucket's for the repository.

    Of the steps with one group one runs at a time, the others wait. CircleCI also skips a job if a later pipeline has
    run it already: here it still runs.

    If other repositories are in the group, keep their deployments apart in another way.""",
    *_DOCS,
)
SERIAL_GROUP_LOST = declare(
    "serial-group-lost",
    Fate.MANUAL,
    "A serial group's name is only known when the pipeline runs",
    """The name of a concurrency group stands in the file, and is the same in all runs.

    Nothing keeps the steps apart now.

    Write a fixed name as 'concurrency-group', or use a deployment environment, to which one pipeline at a time
    deploys.""",
    *_DOCS,
)
_LONGEST, _DIGEST = 50, 8
"""Letters of a concurrency group's name (reference bitbucket.md, section 1.6), and of what tells cut names apart."""
_BETWEEN = " /-_.:"
"""What stands between the parts of a name."""


def fixed(node: Scalar, draft: Draft) -> str:
    """A name without the values that are the same in the whole repository; "" if only the run knows it.

    `<< pipeline.project.slug >>/deploy` is `deploy`; of a name that has nothing else the value's own name is left.
    """
    if not node.symbols or not draft.catalog.values_of_repository.issuperset(symbol.name for symbol in node.symbols):
        return "" if node.symbols else node.text
    ends = (*(symbol.start for symbol in node.symbols), len(node.text))
    starts = (0, *(symbol.end for symbol in node.symbols))
    pieces = (node.text[start:end].strip(_BETWEEN) for start, end in zip(starts, ends, strict=True))
    return "-".join(filter(None, pieces)) or node.symbols[0].name


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
    name = fixed(value, step.draft) if isinstance(value, Scalar) and value.symbols else ""
    if isinstance(value, Scalar) and value.symbols and not name:
        said = f"'serial-group: {value.text}' is not known before the pipeline runs; steps may run side by side"
        step.note(SERIAL_GROUP_LOST, trail, said)
        return
    name = name or step.claims.text(value, "serial-group", trail)
    step.concurrency = group_name(name)
    if name:
        said = f"one step of the concurrency group '{step.concurrency}' runs at a time, in this repository only"
        step.note(SERIAL_GROUP, trail, said)
