"""The plan: everything that the pipelines need and that stands in no file, as data made of an outcome alone.

Where a variable belongs is decided for the least that sees it (reference bitbucket.md, sections 3.8 and 3.9): one that
only steps read which deploy is a variable of their environments, any other is the repository's. The workspace has
those that the user names, since all its repositories see them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Command, Image, Item, Step
from migrate.lower import programs, ssh_hosts
from migrate.lower.draft import NeededVariable, Schedule
from migrate.lower.ssh_keys import SSH_KEY
from migrate.report.checklist import Environment, environments
from migrate.report.outcome import Converted
from migrate.setup.known_hosts import HostKey, find

REPOSITORY, DEPLOYMENT, WORKSPACE = "repository", "deployment", "workspace"
PREFIX = "CIRCLE2BB_VALUE_"
_BUILD_NUMBER = "BITBUCKET_BUILD_NUMBER"


class Variable(NamedTuple):
    """A variable: its scope, the environment if it is a deployment's, who reads it, which contexts it may be from.

    `sources` are the names of the environment variables that its value is taken from: the first that is set counts.
    They have a prefix, so that nobody's own credentials end up in a repository because they have the same name.
    """

    name: str
    secured: bool
    scope: str
    used_by: tuple[str, ...]
    environment: str = ""
    contexts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The variable in a sentence."""
        kind = "the secured variable" if self.secured else "the variable"
        place = f"environment '{self.environment}'" if self.environment else self.scope
        return f"{kind} '{self.name}' of the {place}"


class KnownHost(NamedTuple):
    """A host that steps reach by SSH, and its key if that is known."""

    name: str
    used_by: tuple[str, ...]
    key: HostKey | None = None


class Decided(NamedTuple):
    """What the user says.

    That is: names of variables that the workspace has, or of contexts; the text of a file of known hosts; the number
    that the next build shall have, 0 if none. The variables of a context are those that are from no other one.
    """

    in_workspace: tuple[str, ...] = ()
    known_hosts: str = ""
    build_number: int = 0


NOTHING = Decided()


class Plan(NamedTuple):
    """What is needed; `source` is the config. `schedules` can be created as they stand, `unfinished` lack something.

    `contexts` are CircleCI's, with the jobs that had them; `keys` says which SSH keys there must be; `numbered` is
    whether a script reads the build's number, which begins at 1 again.
    """

    source: str
    variables: tuple[Variable, ...] = ()
    environments: tuple[Environment, ...] = ()
    hosts: tuple[KnownHost, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    unfinished: tuple[Schedule, ...] = ()
    contexts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    keys: tuple[str, ...] = ()
    numbered: bool = False
    build_number: int = 0


def plan(outcome: Converted, decided: Decided = NOTHING) -> Plan:
    """The plan of a conversion."""
    schedules = tuple(dict.fromkeys(outcome.schedules))
    return Plan(
        outcome.source.path,
        tuple(_variables(outcome, decided.in_workspace)),
        environments(outcome.pipelines),
        tuple(
            KnownHost(name, tuple(dict.fromkeys(jobs)), find(decided.known_hosts, name))
            for name, jobs in _hosts(outcome).items()
        ),
        tuple(one for one in schedules if one.cron and one.branch),
        tuple(one for one in schedules if not (one.cron and one.branch)),
        tuple((name, tuple(dict.fromkeys(jobs))) for name, jobs in outcome.contexts),
        tuple(dict.fromkeys(note.detail for note in outcome.notes if note.code == SSH_KEY)),
        any(_BUILD_NUMBER in text for step in _steps(outcome) for item in _items(step) for text in _texts(item)),
        decided.build_number,
    )


def _variables(outcome: Converted, in_workspace: tuple[str, ...]) -> Iterator[Variable]:
    deployed, outside = _deployed(outcome), " ".join(_outside(outcome))
    own = _OwnSources()
    for one in outcome.variables:
        contexts = tuple(name for name, jobs in outcome.contexts if set(one.used_by) <= set(jobs))
        shared = one.name in in_workspace or (contexts and set(contexts) <= set(in_workspace))
        early = f"${one.name}" in outside or f"${{{one.name}" in outside
        places = () if early or shared else _places(one, deployed)
        plain = PREFIX + one.name
        for place in places:
            sources = (own.of(place, one.name), plain)
            yield Variable(one.name, one.secret, DEPLOYMENT, one.used_by, place, contexts, sources)
        if not places:
            scope = WORKSPACE if shared else REPOSITORY
            yield Variable(one.name, one.secret, scope, one.used_by, "", contexts, (plain,))


class _OwnSources:
    """The names of the sources of an environment's variables: different ones for different environments."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def of(self, place: str, name: str) -> str:
        """The name of the source of a variable in an environment."""
        plain = word = _upper(place)
        number = 1
        while self.words.setdefault(word, place) != place:
            number += 1
            word = f"{plain}_{number}"
        return f"{PREFIX}{word}__{name}"


def _upper(name: str) -> str:
    """A name of an environment as part of a variable's name."""
    return "".join(char if char.isascii() and char.isalnum() else "_" for char in name).upper()


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


def _hosts(outcome: Converted) -> dict[str, list[str]]:
    """The hosts that are reached by SSH, each with the names of the steps."""
    found: dict[str, list[str]] = {}
    for step in _steps(outcome):
        for item in _items(step):
            if isinstance(item, Command):
                for host in ssh_hosts.hosts(programs.calls(item.text)):
                    found.setdefault(host, []).append(step.name)
    return found


def _steps(outcome: Converted) -> Iterator[Step]:
    yield from (step for start in outcome.pipelines.starts for step in start.steps)


def _items(step: Step) -> Iterator[Item]:
    yield from (*step.script, *step.after_script)


def _texts(item: Item) -> Iterator[str]:
    yield from (item.text,) if isinstance(item, Command) else (value for _, value in item.variables)


__all__ = ["DEPLOYMENT", "PREFIX", "REPOSITORY", "WORKSPACE", "Decided", "KnownHost", "Plan", "Variable", "plan"]
