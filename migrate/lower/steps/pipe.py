"""The steps that mappings have beyond CircleCI's language: a pipe, keys of the step, a file for the repository."""

from migrate.bitbucket.model import Pipe
from migrate.circleci.plan import Call
from migrate.diagnostics import CatalogError, Fate, declare
from migrate.lower.draft import ScaffoldFile, StepDraft
from migrate.lower.registry import step

PIPE_VARIABLE = declare(
    "pipe-variable-unverified",
    Fate.APPROXIMATED,
    "A pipe's variable is written from memory",
    "No public source shows this variable for the version that is written. Compare it with the pipe's README.",
    "https://bitbucket.org/product/features/pipelines/integrations",
)


@step("bitbucket/pipe")
def lower_pipe(call: Call, step: StepDraft) -> None:
    """Run a pipe of the table `mappings/pipes.yml`; variables with an empty value are left out."""
    ref = step.text("pipe", call.body, call.trail)
    facts = step.draft.catalog.pipes.get(ref)
    if facts is None:
        message = f"{call.trail[-1]}: mappings/pipes.yml has no pipe '{ref}'"
        raise CatalogError(message)
    given = step.claims.each(step.claims.take(call.body, "variables"))
    variables = {e.key.text: step.claims.text(e.value, e.key.text, call.trail) for e in given}
    for name, value in variables.items():
        if name not in (*facts.required, *facts.optional, *facts.unverified):
            message = f"{call.trail[-1]}: the pipe '{ref}' has no variable '{name}'"
            raise CatalogError(message)
        if name in facts.unverified and value:
            step.note(PIPE_VARIABLE, call.trail, f"compare {name} with the README of {ref}:{facts.version}")
    written = tuple((name, value) for name, value in variables.items() if value)
    step.script.append(Pipe(f"{ref}:{facts.version}", written))


@step("bitbucket/step")
def lower_step(call: Call, step: StepDraft) -> None:
    """Set keys of the step that CircleCI's language has no words for."""
    step.deployment = step.text("deployment", call.body, call.trail) or step.deployment
    step.oidc = step.text("oidc", call.body, call.trail) == "true" or step.oidc


@step("bitbucket/scaffold")
def lower_scaffold(call: Call, step: StepDraft) -> None:
    """Offer a file that the repository needs; it is written if the repository lacks it."""
    path = step.text("path", call.body, call.trail)
    file = ScaffoldFile(path, step.text("content", call.body, call.trail), step.text("why", call.body, call.trail))
    if not step.draft.has_file(path):
        step.draft.scaffold[path] = file
