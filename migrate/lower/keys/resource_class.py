"""`resource_class` is dropped, or becomes a step size with as much memory where the user asks for it."""

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#resource_class",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Size",
)
RESOURCE_CLASS_DROPPED = declare(
    "resource-class-dropped",
    Fate.DROPPED,
    "A resource class",
    """A larger size multiplies the build minutes, and nobody chose one.

    Steps run at Bitbucket's default size (4 GB of memory, 2 CPUs).

    Choose 'sizes: map' for sizes with as much memory as the job had.""",
    *_DOCS,
)
SIZE = declare(
    "size",
    Fate.APPROXIMATED,
    "A resource class becomes a step size",
    """The choices say 'sizes: map'.

    The size with as much memory is taken; it multiplies the build minutes.

    See that your plan has the size: those from 4x want a paid one.""",
    *_DOCS,
)
RUNNER_CLASS = declare(
    "resource-class-unknown",
    Fate.MANUAL,
    "A resource class of a self-hosted runner, or one that nobody knows",
    """Bitbucket has no size that stands for it.

    The step has the default size, in the cloud.

    Register a Bitbucket runner in its place and give the step its labels with 'runs-on'.""",
    *_DOCS,
)
ARCHITECTURE = declare(
    "architecture",
    Fate.REWRITTEN,
    "A resource class with another processor",
    """Bitbucket's default processor is x86; the class has another one.

    The step asks for the processor with 'runtime: {cloud: {arch: …}}'.

    Its image must have a version for it, and so must those of its services.""",
    *_DOCS,
)
_DEFAULT = "1x"


@job_key("resource_class")
def lower(value: Node, step: StepDraft) -> None:
    """Say what the job had, and what it has now."""
    name = step.plain(value, "resource_class", (value.span,))
    row = step.draft.catalog.resource_class(name, machine=bool(step.machine))
    if row and row.arch:
        step.arch = row.arch
        step.note(ARCHITECTURE, value.span, f"'{name}' has a processor of the kind '{row.arch}'; the step asks for one")
    if row is None:
        step.note(RUNNER_CLASS, value.span, f"nothing is known about '{name}'; the step has the default size")
    elif not row.size:
        return  # a GPU or Windows class: the machine's room has said so
    elif step.draft.choices.sizes == "map":
        step.size = "" if row.size == _DEFAULT else row.size
        price = f"{row.size}: {row.size[:-1]} times the minutes" if step.size else "the default size"
        step.note(SIZE, value.span, f"'{name}' ({row.cpus} CPUs, {row.memory} GB) becomes {price}")
    else:
        would = f"'sizes: map' would make it {row.size}" if row.size != _DEFAULT else "the default size has as much"
        said = f"'{name}' ({row.cpus} CPUs, {row.memory} GB) is dropped; {would}"
        step.note(RESOURCE_CLASS_DROPPED, value.span, said)
