"""A step below a condition that only the run decides: its command asks for it (reference circleci.md, section 2.4)."""

from migrate.circleci.conditions import TRUE
from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Run, StepDraft
from migrate.lower.missing import UNSUPPORTED_STEP, fail_in_place
from migrate.lower.plan.bash_tests import asks
from migrate.lower.registry import step_rooms

_DOCS = "https://circleci.com/docs/configuration-reference/#the-when-step"
STEP_CONDITION = declare(
    "step-condition",
    Fate.REWRITTEN,
    "A condition on the branch or the tag is asked while the step runs",
    """CircleCI chose the commands before the pipeline ran.

    Here an 'if' around them asks for the same.""",
    _DOCS,
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Condition",
)
STEP_CONDITION_LOST = declare(
    "step-condition-lost",
    Fate.ERROR,
    "A step below a condition that cannot be asked for here",
    """A cache, an artifact or a service is a key of the step and has no condition, and bash can ask for the branch and
    the tag only.

    The step fails on purpose where it stood.

    Put the steps below the condition into a job of their own, with a filter, and convert again.""",
    _DOCS,
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Condition",
)
_VARIABLES = {"pipeline.git.branch": "BITBUCKET_BRANCH", "pipeline.git.tag": "BITBUCKET_TAG"}
_COMMANDS = ("deploy", "run")


def lower_call(call: Call, step: StepDraft) -> None:
    """Lower a call in the room of its step; behind an `if` where a condition decides about it."""
    room = step_rooms().get(call.step, _unsupported)
    if call.condition == TRUE:
        room(call, step)
        return
    test = asks(call.condition, _VARIABLES, may_be_unset=True) if call.step in _COMMANDS else None
    if test is None:
        said = f"'{call.step}' ran where {call.condition}; the step fails here until you replace it"
        fail_in_place(call, step, STEP_CONDITION_LOST, said)
        return
    step.note(STEP_CONDITION, call.trail, f"the command runs where {call.condition}")
    script, after = len(step.script), len(step.after_script)
    room(call, step)
    step.script[script:] = [_asking(run, test) if isinstance(run, Run) else run for run in step.script[script:]]
    step.after_script[after:] = [_asking(run, test) for run in step.after_script[after:]]


def _asking(run: Run, test: str) -> Run:
    bare = test.removeprefix("( ").removesuffix(" )") if test.startswith("( ") else test
    return run._replace(test=bare)


def _unsupported(call: Call, step: StepDraft) -> None:
    """Fail loudly where a step stood that no room lowers."""
    said = f"'{call.step}' cannot be converted; the step fails here until you replace it"
    fail_in_place(call, step, UNSUPPORTED_STEP, said)
