"""What a person must do before the pipelines can run, in the order in which it must be done.

Texts put names between single quotes, as notes do; the formats show them as code.
"""

import json
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Pipelines
from migrate.diagnostics import Fate, Note
from migrate.lower.draft import Schedule
from migrate.lower.keys.context import CONTEXT
from migrate.lower.keys.image import IMAGE_ROLE
from migrate.lower.keys.macos import SELF_HOSTED
from migrate.lower.keys.resource_class import RUNNER_CLASS
from migrate.lower.oidc import OIDC, OIDC_CLAIMS
from migrate.lower.plan.schedules import PROJECT_SCHEDULE, SCHEDULE
from migrate.lower.sizes import IP_RANGES, IP_RANGES_LOST
from migrate.lower.ssh_keys import SSH_KEY, SSH_KEY_VARIABLE
from migrate.report.outcome import Converted
from migrate.report.scopes import Placed

DEFAULT_ENVIRONMENTS = ("Production", "Staging", "Test")
"""What Bitbucket makes when Pipelines is enabled."""
_TYPES = (("prod", "Production"), ("live", "Production"), ("stag", "Staging"), ("pre", "Staging"))
_GATE = (
    "A context that only some people, or some branches, may use was a gate: let a deployment environment with "
    "restricted permissions (Bitbucket Premium) guard the steps of its jobs"
)
_SETUP = "circle2bb setup --repository WORKSPACE/REPOSITORY --dry-run"
_SHOWS = "# shows what all these settings lack; with --apply in place of --dry-run it makes them"
_COMMIT = (
    "git switch --create bitbucket-pipelines",
    "git add bitbucket-pipelines.yml",
    "git commit --message 'Build on Bitbucket Pipelines'",
    "git push --set-upstream origin bitbucket-pipelines",
)
_RUNNERS = (SELF_HOSTED, RUNNER_CLASS)
_KEYS = (SSH_KEY, SSH_KEY_VARIABLE)
_TRUST = (IMAGE_ROLE, OIDC, OIDC_CLAIMS)
_ADDRESSES = (IP_RANGES, IP_RANGES_LOST)
_LISTED = (CONTEXT, PROJECT_SCHEDULE, SCHEDULE, *_KEYS, *_RUNNERS, *_TRUST, *_ADDRESSES)
"""What has a task of its own."""


class Environment(NamedTuple):
    """A deployment environment; its type is guessed from its name."""

    name: str
    type: str


class Task(NamedTuple):
    """One thing to do: its title in the imperative, where in the menus, what it consists of, commands that do it."""

    title: str
    where: str = ""
    items: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


def environments(pipelines: Pipelines) -> tuple[Environment, ...]:
    """The environments that the steps deploy to, in the order of the file."""
    names = dict.fromkeys(step.deployment for start in pipelines.starts for step in start.steps if step.deployment)
    return tuple(Environment(name, _type(name)) for name in names)


def _type(name: str) -> str:
    return next((kind for word, kind in _TYPES if word in name.lower()), "Test")


def tasks(
    outcome: Converted, places: tuple[Environment, ...], variables: tuple[Placed, ...], dropped: frozenset[str]
) -> tuple[Task, ...]:
    """The tasks in order; what there is nothing of is left out, and so are the jobs that are `dropped`."""
    notes = tuple(note for note in outcome.notes if note.job not in dropped)
    enabled = Task("Enable Pipelines", "Repository settings, Pipelines, Settings", commands=_setup(outcome))
    return (enabled, *_settings(outcome, places, variables), *_by_notes(notes), *_in_the_repository(outcome))


def _in_the_repository(outcome: Converted) -> Iterator[Task]:
    if outcome.scaffold:
        files = tuple(f"'{file.path}' (written to 'scaffold/{file.path}'): {file.why}" for file in outcome.scaffold)
        yield Task("Review the files that the repository lacks, and commit them", "", files)
    keys = dict.fromkeys(f"'{name}'" for cache in outcome.pipelines.caches for name in cache.files)
    if keys:
        yield Task(f"See that the files which caches are keyed by are in the repository: {', '.join(keys)}")
    title = "Commit 'bitbucket-pipelines.yml' to the repository root on a branch and watch it run"
    yield Task(title, commands=_COMMIT)
    if outcome.schedules:
        items = tuple(map(_schedule, outcome.schedules))
        where = "Pipelines, Schedules; or POST to repositories/WORKSPACE/REPOSITORY/pipelines_config/schedules"
        yield Task("Create the schedules, once their branches have the file", where, items)
    yield Task("Merge, then stop the project's builds on CircleCI", "CircleCI: Project settings, Stop building")


def _setup(outcome: Converted) -> tuple[str, ...]:
    """The command that shows what is missing, and with `--apply` makes it; a config that was piped in has no name."""
    path = outcome.source.path
    return () if path.startswith("<") else (_SHOWS, f"{_SETUP} {shlex.quote(path)}")


def _settings(outcome: Converted, places: tuple[Environment, ...], variables: tuple[Placed, ...]) -> Iterator[Task]:
    if places:
        items = tuple(f"'{one.name}'{_how(one)}" for one in places)
        yield Task("Create the deployment environments", "Repository settings, Deployments", items)
    if items := tuple(_variable(one) for one in variables if not one.environment):
        yield Task("Create the repository variables", "Repository settings, Repository variables", items)
    for place in dict.fromkeys(one.environment for one in variables if one.environment):
        items = tuple(_variable(one) for one in variables if one.environment == place)
        yield Task(f"Create the variables of the environment '{place}'", "Repository settings, Deployments", items)
    if outcome.contexts:
        items = (*(f"'{name}': used by {_quoted(jobs)}" for name, jobs in outcome.contexts), _GATE)
        where = "Workspace settings or Repository settings, variables"
        yield Task("Create the variables of the contexts", where, items)


def _variable(one: Placed) -> str:
    secured, origin = ", secured" if one.secret else "", f"; from {one.origin}" if one.origin else ""
    return f"'{one.name}'{secured}: used by {_quoted(one.used_by)}{origin}"


def _schedule(one: Schedule) -> str:
    """A schedule as a person reads it, and as the REST API takes it if all of it is known (bitbucket.md, 6.3)."""
    times = f"at '{one.cron}' (UTC)" if one.cron else f"at the times of '{one.name}' in CircleCI's project settings"
    branch = f"'{one.branch}'" if one.branch else "the branch that it shall run on"
    said = f"'{one.pipeline}' on {branch}, {times}"
    if not (one.branch and one.cron):
        return said
    selector = {"type": "custom", "pattern": one.pipeline}
    target = {"type": "pipeline_ref_target", "ref_type": "branch", "ref_name": one.branch, "selector": selector}
    return f"{said}: '{json.dumps({'target': target, 'cron_pattern': one.cron, 'enabled': True})}'"


def _by_notes(notes: tuple[Note, ...]) -> Iterator[Task]:
    manual = [note for note in notes if note.code.fate is Fate.MANUAL]
    if keys := _details(note for note in manual if note.code in _KEYS):
        yield Task("Set up the SSH key and its known hosts", "Repository settings, SSH keys", keys)
    if trust := _details(note for note in manual if note.code in _TRUST):
        where = "Repository settings, OpenID Connect, shows the provider's URL and the audience"
        yield Task("Let Bitbucket's identity provider be trusted where CircleCI's is", where, trust)
    if addresses := _details(note for note in manual if note.code in _ADDRESSES):
        yield Task("Let Atlassian's addresses through the firewall", "https://ip-ranges.atlassian.com", addresses)
    if runners := _details(note for note in manual if note.code in _RUNNERS):
        yield Task("Register runners", "Repository settings, Runners", runners)
    if errors := _details(note for note in notes if note.code.fate is Fate.ERROR):
        yield Task("Mend what could not be converted: it fails until you do", "", errors)
    if rest := _details(note for note in manual if note.code not in _LISTED):
        yield Task("Settle what only you can know", "", rest)


def _details(notes: Iterable[Note]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note.detail for note in notes))


def _how(environment: Environment) -> str:
    if environment.name in DEFAULT_ENVIRONMENTS:
        return f" (type {environment.type}; Bitbucket makes it when Pipelines is enabled)"
    return f" (type {environment.type})"


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in dict.fromkeys(names))


__all__ = ["DEFAULT_ENVIRONMENTS", "Environment", "Task", "environments", "tasks"]
