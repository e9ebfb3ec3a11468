"""`retention` says how long caches are kept, which is fixed on Bitbucket."""

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node

RETENTION = declare(
    "cache-retention",
    Fate.DROPPED,
    "How long caches are kept",
    """Bitbucket keeps a cache for a week, and makes it anew when it is missing.

    No key changes that, so the key is left out.

    If a cache must live longer, keep its files as a download of the repository, or in an image.""",
    "https://circleci.com/docs/configuration-reference/#retention",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
)


@job_key("retention")
def lower(value: Node, step: StepDraft) -> None:
    """Say that the caches live as long as others."""
    days = step.text("caches", value, (value.span,))
    step.note(RETENTION, value.span, f"'retention' ({days or 'no caches'}) has no counterpart; a cache lives a week")
