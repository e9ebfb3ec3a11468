"""`context` becomes variables that a person creates."""

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Node

CONTEXT = declare(
    "context",
    Fate.MANUAL,
    "A context's variables must be created",
    """CircleCI hands a context's variables to the job; their values are not in the config.

    The step finds none of them until they exist in Bitbucket.

    Create the context's variables as workspace, repository or deployment variables. A context that only some people may
    use is a gate: use a deployment environment with restricted permissions for it.""",
    "https://circleci.com/docs/contexts/",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)


@job_key("context")
def lower(value: Node, step: StepDraft) -> None:
    """Say which contexts the job had."""
    names = dict.fromkeys(step.plain(item, "context", step.job.trail) for item in step.claims.items(value))
    names.pop("", None)
    for name in names if not step.dropped else ():
        step.draft.contexts.setdefault(name, []).append(step.job.name)
    if names:
        step.note(CONTEXT, step.job.trail, f"create the variables of the context {', '.join(names)}")
