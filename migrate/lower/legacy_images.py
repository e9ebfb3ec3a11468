"""CircleCI's images of before 2022 (`circleci/node:14`): they are kept, and what came after each is named once.

They were left as they are at the end of 2021, and can be pulled as before (reference circleci.md, section 4.8;
mappings/images.yml has the rows). Another image brings other programs, so that the change is a person's to make.
"""

from migrate.catalog.images import LegacyImage
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft

IMAGE_LEGACY = declare(
    "image-legacy",
    Fate.KEPT,
    "An image that CircleCI does not maintain any more",
    """CircleCI stopped building the images 'circleci/…' at the end of 2021: what they hold is as old as that,
    without the repairs since then.

    They can still be pulled, so the pipelines run in them as before.

    Change the image when the pipelines run (the choices key 'images'), and see what the jobs say. The images
    'cimg/…' came after them: they are made from Ubuntu and not from Debian, so that packages may have other names
    and versions.""",
    "https://circleci.com/docs/guides/execution-managed/circleci-images/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-docker-images-as-build-environments/",
    "https://discuss.circleci.com/t/legacy-convenience-image-deprecation/41034",
)


def note(draft: Draft) -> None:
    """Name what came after each older image that a job uses."""
    for image, jobs in draft.pulled.items():
        plain, at, _ = image.partition("@")
        name, _, tag = plain.partition(":")
        row = draft.catalog.images.legacy.get(name)
        if row and jobs:  # one that another stands for has none
            count = "" if len(jobs) == 1 else f" ({len(jobs)} jobs)"
            said = f"'{image}'{count} is kept; {_after(row, '' if at else tag or 'latest', draft)}"
            draft.notes.add(IMAGE_LEGACY, next(iter(jobs.values())), "image", said)


def _after(row: LegacyImage, old: str, draft: Draft) -> str:
    """What came after an image with this tag, and what to know of it."""
    new = row.tag(old)
    if new:
        differs = draft.catalog.images.variants_differ.get(row.variant(old), "")
        return f"'{row.successor}:{new}' came after it{f': {differs}' if differs else ''}"
    first, version = row.first(old), old.partition("-")[0]
    if not version[:1].isdecimal():
        return f"'{row.successor}' came after it, with versions as tags"
    lacks = f"and begins with {first}" if first else f"and has no {version}"
    made = f"; Docker's own '{row.library}:{version}' is what it was made from" if row.library else ""
    return f"'{row.successor}' came after it, {lacks}{made}"
