"""The steps of a setup job that hand over to another config; where that one is known, the job is gone before."""

from migrate.circleci.plan import Call
from migrate.lower.draft import Run, StepDraft
from migrate.lower.registry import step

_FAIL = 'echo "the config that goes on here is made by this job; see the migration report" >&2\nfalse'


@step("setup/continue")
def lower_continue(call: Call, step: StepDraft) -> None:
    """Fail on purpose: `continuation-missing` has said what is not there."""
    step.claims.whole(call.body)
    step.script.append(Run(_FAIL, "continuation", "", call.trail))


@step("setup/mapping", "setup/finish")
def lower_mapping(call: Call, step: StepDraft) -> None:
    """Nothing to run: what a mapping sets is of use to the next config only."""
    step.claims.whole(call.body)
