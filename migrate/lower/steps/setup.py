"""The steps of a setup job that hand over to another config; where that one is known, the job is gone before."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Run, StepDraft
from migrate.lower.registry import step

NOT_SETUP = declare(
    "continues-without-setup",
    Fate.ERROR,
    "A config that is no setup config goes on with another one",
    """CircleCI refuses that, unless a parameter makes the config a setup config.

    The job fails on purpose where it would go on.

    Write 'setup: true' if it always is one, and convert again.""",
    "https://circleci.com/docs/dynamic-config/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
_FAIL = 'echo "the config that goes on here is made by this job; see the migration report" >&2\nfalse'


@step("setup/continue")
def lower_continue(call: Call, step: StepDraft) -> None:
    """Fail on purpose; if `continuation-missing` has not said why, the config is no setup config."""
    step.claims.whole(call.body)
    if not any(note.job == step.job.id and note.code.fate is Fate.ERROR for note in step.draft.notes):
        said = f"'{step.job.name}' goes on with another config, which only a setup config may do"
        step.note(NOT_SETUP, call.trail, said)
    step.script.append(Run(_FAIL, "continuation", "", call.trail))


@step("setup/mapping", "setup/finish")
def lower_mapping(call: Call, step: StepDraft) -> None:
    """Nothing to run: what a mapping sets is of use to the next config only."""
    step.claims.whole(call.body)
