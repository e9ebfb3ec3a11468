"""What the shared artifacts are called: by their names other steps download them."""

import re
from collections.abc import Sequence

from migrate.lower.draft import Draft
from migrate.lower.plan.starting import Selected

_WORD = re.compile(r"[^A-Za-z0-9._-]+")


def artifact_names(draft: Draft, starts: Sequence[Selected]) -> dict[str, str]:
    """For each job that persists, the name of its artifact: no other in the same pipeline has it."""
    scoped = {upload.name for step in draft.steps.values() for upload in step.uploads}
    where: dict[str, set[int]] = {}
    for place, one in enumerate(starts):
        for job in one.jobs:
            where.setdefault(job.id, set()).add(place)
    taken: dict[str, set[int]] = {}
    found = {}
    for name, step in draft.steps.items():
        if not step.persisted:
            continue
        base = _WORD.sub("-", step.job.name).strip("-.") or "workspace"
        base = f"{base}-workspace" if base in scoped else base
        chosen, number = base, 2
        while chosen in scoped or not taken.get(chosen, set()).isdisjoint(where[name]):
            chosen, number = f"{base}-{number}", number + 1
        taken.setdefault(chosen, set()).update(where[name])
        found[name] = chosen
    return found
