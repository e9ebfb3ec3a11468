"""`circleci_ip_ranges` becomes Atlassian's addresses; `lower/sizes.py` says whether the step is large enough."""

from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node, Scalar


@job_key("circleci_ip_ranges")
def lower(value: Node, step: StepDraft) -> None:
    """Remember that the job wants known addresses."""
    step.plain(value, "circleci_ip_ranges", (value.span,))
    if isinstance(value, Scalar) and value.text.lower() in {"true", "yes", "on"}:
        step.ip_ranges, step.ip_wanted = True, (value.span,)
