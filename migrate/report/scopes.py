"""Where each variable belongs that a person must create: for the least that sees it.

One that only steps read which deploy is a variable of their environments, any other is the repository's; the workspace
has those that the user names, since all its repositories see them (reference bitbucket.md, sections 3.8 and 3.9).
"""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Image, Step
from migrate.lower.draft import NeededVariable
from migrate.report.outcome import Converted

REPOSITORY, DEPLOYMENT, WORKSPACE = "repository", "deployment", "workspace"


class Placed(NamedTuple):
    """A variable: its scope, the environment if it is a deployment's, who reads it, which contexts it may be from.

    `origin` is what its value came from if that is known for sure.
    """

    name: str
    secret: bool
    scope: str
    used_by: tuple[str, ...]
    environment: str = ""
    contexts: tuple[str, ...] = ()
    origin: str = ""


def placed(outcome: Converted, in_workspace: tuple[str, ...] = ()) -> Iterator[Placed]:
    """The variables that a person must create, once for each place; `in_workspace` names variables or contexts."""
    deployed, outside = _deployed(outcome), " ".join(_outside(outcome))
    for one in outcome.variables:
        contexts = tuple(name for name, jobs in outcome.contexts if set(one.used_by) <= set(jobs))
        shared = one.name in in_workspace or (contexts and set(contexts) <= set(in_workspace))
        early = f"${one.name}" in outside or f"${{{one.name}" in outside
        places = () if early or shared else _places(one, deployed)
        for place in places:
            yield Placed(one.name, one.secret, DEPLOYMENT, one.used_by, place, contexts, one.origin)
        if not places:
            scope = WORKSPACE if shared else REPOSITORY
            yield Placed(one.name, one.secret, scope, one.used_by, "", contexts, one.origin)


def _places(one: NeededVariable, deployed: dict[str, dict[str, None]]) -> tuple[str, ...]:
    """The environments that a variable belongs to: those of its steps, if all of them deploy."""
    found = {place: None for job in one.used_by for place in deployed.get(job, {"": None})}
    return () if "" in found else tuple(found)


def _deployed(outcome: Converted) -> dict[str, dict[str, None]]:
    """The environments that the steps of each job deploy to, by the job's name; "" for a step that does not deploy."""
    names = {job.id: job.name for job in outcome.plan.jobs}
    found: dict[str, dict[str, None]] = {}
    for step in _steps(outcome):
        if step.job in names:
            found.setdefault(names[step.job], {})[step.deployment] = None
    return found


def _outside(outcome: Converted) -> Iterator[str]:
    """What is read around scripts, where we do not know that a step has its environment's variables already."""
    for service in outcome.pipelines.services:
        yield from (value for _, value in service.variables)
    images: list[Image | None] = [outcome.pipelines.image, *(one.image for one in outcome.pipelines.services)]
    for image in (*images, *(step.image for step in _steps(outcome))):
        if image:
            yield from (image.username, image.password, *dict(image.aws).values())


def _steps(outcome: Converted) -> Iterator[Step]:
    yield from (step for start in outcome.pipelines.starts for step in start.steps)


__all__ = ["DEPLOYMENT", "REPOSITORY", "WORKSPACE", "Placed", "placed"]
