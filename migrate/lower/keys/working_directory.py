"""`working_directory` becomes the clone directory, which on Bitbucket has a fixed place."""

from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node


@job_key("working_directory")
def lower(value: Node, step: StepDraft) -> None:
    """Remember the directory: paths and commands that name it are translated (`migrate.lower.script`)."""
    step.directory = step.plain(value, "working_directory", (value.span,)).rstrip("/")
