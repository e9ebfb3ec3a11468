"""The steps that mappings have beyond CircleCI's language: a pipe, keys of the step, a file for the repository."""

from migrate.bitbucket.model import Pipe
from migrate.circleci.plan import Call
from migrate.diagnostics import CatalogError, Fate, declare
from migrate.lower.draft import ScaffoldFile, StepDraft
from migrate.lower.keys.serial_group import group_name
from migrate.lower.registry import step

PIPE_VARIABLE = declare(
    "pipe-variable-unverified",
    Fate.APPROXIMATED,
    "A pipe's variable is written from memory",
    """No public source shows this variable for the version that is written.

    The call may name a variable that the pipe does not know, and then the pipe does without its value or fails.

    Compare it with the pipe's README.""",
    "https://circleci.com/docs/configuration-reference/#run",
    "https://bitbucket.org/product/features/pipelines/integrations",
)
PIPE_VALUE = declare(
    "pipe-variable-empty",
    Fate.ERROR,
    "A pipe lacks a value that it needs",
    """The parameter that holds the value is empty.

    The step fails until it has a value.

    Give the parameter a value.""",
    "https://circleci.com/docs/configuration-reference/#run",
    "https://bitbucket.org/product/features/pipelines/integrations",
)


@step("bitbucket/pipe")
def lower_pipe(call: Call, step: StepDraft) -> None:
    """Run a pipe of the table `mappings/pipes.yml`, which says which of the variables are written.

    Spaces at the ends of a value come of its parts, some of which are not there.
    """
    ref = step.text("pipe", call.body, call.trail)
    facts = step.draft.catalog.pipes.get(ref)
    if facts is None:
        message = f"{call.trail[-1]}: mappings/pipes.yml has no pipe '{ref}'"
        raise CatalogError(message)
    given = step.claims.each(step.claims.take(call.body, "variables"))
    variables = {e.key.text: step.claims.text(e.value, e.key.text, call.trail).strip(" ") for e in given}
    for complaint in facts.complaints(frozenset(variables)):
        message = f"{call.trail[-1]}: {complaint}"
        raise CatalogError(message)
    written = facts.written(variables)
    for name in (name for name in written if name in facts.unverified):
        step.note(PIPE_VARIABLE, call.trail, f"compare {name} with the README of {ref}:{facts.version}")
    for name in (name for name in facts.required if not variables[name]):
        step.note(PIPE_VALUE, call.trail, f"{ref} fails without a value for {name}, and what was given is empty")
    step.oidc = step.oidc or facts.wants_token(written)
    step.script.append(Pipe(f"{ref}:{facts.version}", tuple(written.items()), trail=call.trail))


@step("bitbucket/step")
def lower_step(call: Call, step: StepDraft) -> None:
    """Set keys of the step that CircleCI's language has no words for; `concurrency-group: job` has the job's name."""
    step.deployment = step.text("deployment", call.body, call.trail) or step.deployment
    step.oidc = step.text("oidc", call.body, call.trail) == "true" or step.oidc
    group = step.text("concurrency-group", call.body, call.trail)
    step.concurrency = group_name(step.job.name if group == "job" else group) or step.concurrency


@step("bitbucket/scaffold")
def lower_scaffold(call: Call, step: StepDraft) -> None:
    """Offer a file that the repository needs; it is written if the repository lacks it."""
    path = step.text("path", call.body, call.trail)
    file = ScaffoldFile(path, step.text("content", call.body, call.trail), step.text("why", call.body, call.trail))
    if not step.draft.has_file(path):
        step.draft.scaffold[path] = file


@step("bitbucket/place")
def lower_place(call: Call, step: StepDraft) -> None:
    """Nothing: `lower/plan/placing.py` has read where the addition runs."""
    step.claims.whole(call.body)
