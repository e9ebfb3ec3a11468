"""The choices key `images`: what stands for an image of the config, of a container or of a machine.

Nothing else is changed: what the other image lacks, the job misses. Both documentations say how images are named.
"""

from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import Draft, StepDraft

_DOCS = (
    "https://circleci.com/docs/guides/execution-managed/circleci-images/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-docker-images-as-build-environments/",
)
IMAGE_CHOSEN = declare(
    "image-chosen",
    Fate.REWRITTEN,
    "An image is replaced by choice",
    """The choices file says under 'images' what stands for it.

    The step runs in the image that the choices name.

    See that it has the programs that the jobs call.""",
    *_DOCS,
)
UNKNOWN_IMAGE = declare(
    "unknown-image",
    Fate.ERROR,
    "The choices file replaces an image that no job uses",
    """An image is named as the config names it, with its tag, and no job that runs has this one.

    Nothing is written.

    The message lists the images of the jobs that run; write one of these.""",
    *_DOCS,
)


def chosen(name: str, step: StepDraft, trail: Trail) -> str:
    """What stands for an image that a job names: the user's choice, or the image itself. Both are remembered."""
    step.draft.pulled.setdefault(name, {})
    wanted = next((other for of, other, _ in step.draft.choices.images if of == name), name)
    step.draft.pulled.setdefault(wanted, {}).setdefault(step.job.id, trail)
    return wanted


def check(draft: Draft) -> None:
    """Tell of the images that are replaced, and refuse those that no job names."""
    for name, other, span in draft.choices.images:
        if name in draft.pulled:
            draft.notes.add(IMAGE_CHOSEN, (span,), "images", f"'{other}' stands for '{name}', by choice")
        else:
            legal = ", ".join(sorted(filter(None, draft.pulled)))
            said = f"no job that runs has the image '{name}'; there are: {legal}"
            draft.notes.refuse(UNKNOWN_IMAGE, (span,), "images", said)
