"""`circleci env subst` becomes `envsubst`, which puts the values of variables into a text.

CircleCI: https://circleci.com/docs/env-vars/ (reference circleci.md, section 4.9). The program that CircleCI gives away
for use at home does it with the library github.com/a8m/envsubst, which also knows `${X:-y}` and its like.
"""

from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.agent.words import flags
from migrate.lower.draft import StepDraft
from migrate.shell.piped import Call

ENV_SUBST = declare(
    "env-subst",
    Fate.MANUAL,
    "The image needs 'envsubst'",
    """'circleci env subst' is written as 'envsubst' of GNU gettext, which puts variables into a text.

    The step fails where the image lacks it. It fills in $X and ${X}; a text with ${X:-default} or another operator
    stays as it is, where CircleCI's command heeds it.

    Install the package, called 'gettext-base' in Debian and Ubuntu and 'gettext' elsewhere.""",
    "https://circleci.com/docs/env-vars/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-docker-images-as-build-environments/",
)
ASKED = "command -v envsubst > /dev/null"
"""The line that ends the step if the program is not there, where nobody would see that the call fails."""


def subst(call: Call, step: StepDraft, trail: Trail) -> tuple[int, int, str] | None:
    """`circleci env subst [TEXT]`, with the text as its input if it has none."""
    found = flags(call, {}, 3)
    if found is None or len(found.rest) > 1:
        return None
    step.note(ENV_SUBST, trail, f"'circleci env subst' becomes 'envsubst', which has to be in {_image(step)}")
    given = f"printf %s {found.rest[0].raw} | " if found.rest else ""
    return call.start, call.end, f"{given}envsubst"


def _image(step: StepDraft) -> str:
    return f"'{step.image.name}'" if step.image else "the image"
