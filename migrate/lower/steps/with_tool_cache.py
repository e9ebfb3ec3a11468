"""`with_tool_cache`: its steps run, without the cache around them; they are steps of the job like any other."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when

TOOL_CACHE = declare(
    "tool-cache",
    Fate.DROPPED,
    "A build tool's cache of CircleCI",
    """CircleCI keeps such a cache beside the job, and Bitbucket has none of the kind.

    The steps run as before, and do all the work each time.

    Define a cache for the tool's folder, or give the tool a cache server of its own.""",
    "https://circleci.com/docs/configuration-reference/#steps",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
)


@step("with_tool_cache")
def lower(call: Call, step: StepDraft) -> None:
    """Say that the tool remembers nothing between builds."""
    tool = step.text("tool", call.body, call.trail) or "the tool"
    step.note(TOOL_CACHE, call.trail, f"what {tool} keeps between builds is not kept; its steps do all their work")
    note_title(call, step)
    note_when(call, step, "the steps below it run in any case")
