"""`bitbucket/note`: what a mapping says where an orb does something that its steps do not (ARCHITECTURE.md)."""

from migrate.circleci.plan import Call
from migrate.diagnostics import CatalogError, Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import step

_DOCS = "https://circleci.com/developer/orbs"
_CODES = {
    "rewritten": declare(
        "orb-rewritten",
        Fate.REWRITTEN,
        "An orb does it in another way",
        """Bitbucket has its own way to the same end, which the message names.

        The steps that use the orb do it in that way.""",
        _DOCS,
        "https://support.atlassian.com/bitbucket-cloud/docs/use-pipes-in-bitbucket-pipelines/",
    ),
    "approximated": declare(
        "orb-approximated",
        Fate.APPROXIMATED,
        "What stands for an orb does nearly the same",
        """Bitbucket has no exact counterpart for what the orb does.

        The message says what is different.

        Compare it with what you expect of the orb.""",
        _DOCS,
        "https://support.atlassian.com/bitbucket-cloud/docs/use-pipes-in-bitbucket-pipelines/",
    ),
    "dropped": declare(
        "orb-dropped",
        Fate.DROPPED,
        "Something that an orb does was left out",
        """Bitbucket has nothing for it, or does not need it; the message says which of the two it is.

        It is left out.

        If Bitbucket has nothing for it and you need it, write a step for it by hand.""",
        _DOCS,
        "https://support.atlassian.com/bitbucket-cloud/docs/use-pipes-in-bitbucket-pipelines/",
    ),
    "manual": declare(
        "orb-manual",
        Fate.MANUAL,
        "An orb did something that you have to set up",
        """It is kept in CircleCI's settings, or somewhere else outside the config.

        Until it is there, the steps find nothing of it.

        The message says what to create, and where.""",
        _DOCS,
        "https://support.atlassian.com/bitbucket-cloud/docs/use-pipes-in-bitbucket-pipelines/",
    ),
}


@step("bitbucket/note")
def lower_note(call: Call, step: StepDraft) -> None:
    """Say `says`, at the user's line, with the code of a `fate`."""
    fate = step.text("fate", call.body, call.trail)
    if fate not in _CODES:
        message = f"{call.trail[-1]}: 'fate' must be one of {', '.join(_CODES)}"
        raise CatalogError(message)
    step.note(_CODES[fate], call.trail, step.text("says", call.body, call.trail))
