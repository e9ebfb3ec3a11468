"""Deployment environments: each once in a pipeline, and test before staging before production.

Reference bitbucket.md, section 3.8. What Bitbucket would refuse loses its `deployment` and is held: an environment may
be a gate, with permissions of its own, and has variables that the step would lack.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from migrate.bitbucket.model import Step
from migrate.circleci.plan import Job
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan.graph import graph

DEPLOYMENT_TWICE = declare(
    "deployment-held",
    Fate.MANUAL,
    "A deployment that Bitbucket does not take in this place",
    """A pipeline deploys to each environment once, to those for tests before those for staging, and to production last.

    The step no longer deploys, and is held because the environment may be a gate.

    Put the steps that deploy to one environment into a stage, or deploy to another environment.""",
    "https://circleci.com/docs/configuration-reference/#jobs-in-workflow",
    "https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-monitor-deployments/",
)
_TYPES = {"test": 0, "staging": 1, "production": 2}
"""The environments that a new repository has; each has the type of its name. Those of others are set by hand."""


def settle(
    nodes: Sequence[tuple[Job, Step]], near: Sequence[Sequence[int]], where: str, draft: Draft
) -> tuple[list[Step], list[tuple[int, int]]]:
    """The steps, without deployments that are refused, and which must stand behind which, by number.

    `near` are the numbers that each waits for.
    """
    steps = [step for _, step in nodes]
    before = graph(near).before
    seen: dict[str, int] = {}
    more: list[tuple[int, int]] = []
    for one in sorted(range(len(steps)), key=lambda one: before[one].bit_count()):
        name = steps[one].deployment.casefold()
        if not name:
            continue
        earlier = [other for other in seen.values() if before[one] >> other & 1]
        if name in seen:
            said = f"'{steps[one].deployment}' is deployed to by '{steps[seen[name]].name}' already"
        elif late := [other for other in earlier if _type(steps[other]) > _type(steps[one]) >= 0]:
            said = f"'{steps[one].deployment}' comes behind '{steps[late[0]].deployment}'"
        else:
            seen[name] = one
            continue
        job = nodes[one][0]
        said = f"'{job.name}' is started by hand and deploys to nothing in '{where}': {said}"
        draft.notes.add(DEPLOYMENT_TWICE, job.trail, f"jobs.{job.key}", said, job=job.id)
        steps[one] = replace(steps[one], deployment="", manual=True)
    more += _apart(sorted(seen.values()), steps, near)
    return steps, more


def _type(step: Step) -> int:
    return _TYPES.get(step.deployment.casefold(), -1)


def _apart(found: list[int], steps: list[Step], near: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """For deployments of two types that do not wait for each other: the one that must stand behind the other."""
    edges = [list(one) for one in near]
    for one in found:
        for other in found:
            if _type(steps[one]) > _type(steps[other]) >= 0:
                before = graph(edges).before
                if not (before[one] >> other | before[other] >> one) & 1:
                    edges[one].append(other)
                    yield one, other


__all__ = ["settle"]
