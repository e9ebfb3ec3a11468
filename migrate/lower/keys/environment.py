"""`environment` becomes `export` lines at the top of the script: Bitbucket has no environment maps."""

from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar

ENVIRONMENT = declare(
    "environment",
    Fate.REWRITTEN,
    "Environment variables become export lines",
    """Bitbucket has no map of variables for a step, so the script, and the after-script, export them first.
    Pipes do not see them.""",
    "https://circleci.com/docs/configuration-reference/#environment",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)


@job_key("environment")
def lower(value: Node, step: StepDraft) -> None:
    """Take the job's variables, the executor's below its own."""
    found = read_environment(value, step, (value.span,))
    step.environment |= found
    if found:
        step.note(ENVIRONMENT, value.span, f"{', '.join(found)}: exported in the script")


def read_environment(node: Node | None, step: StepDraft, trail: Trail) -> dict[str, str]:
    """The variables of an `environment:` in any of its forms; values are literals, as CircleCI passes them."""
    claims = step.claims
    if isinstance(node, Mapping):
        return {e.key.text: _value(e, step, trail) for e in claims.each(node)}
    found: dict[str, str] = {}
    for item in claims.items(node):
        if isinstance(item, Mapping):
            found |= {e.key.text: _value(e, step, trail) for e in claims.each(item)}
        else:
            name, _, value = claims.text(item, "environment", trail).partition("=")
            found[name] = value
    return found


def _value(entry: Entry, step: StepDraft, trail: Trail) -> str:
    """CircleCI passes booleans as 1 and 0 (reference circleci.md, section 0)."""
    if isinstance(entry.value, Scalar) and entry.value.kind == "bool":
        return "1" if entry.value.truth else "0"
    return step.claims.text(entry.value, entry.key.text, trail)
