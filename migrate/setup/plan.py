"""The plan: everything that the pipelines need and that stands in no file, as data made of an outcome alone."""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Command, Item, Step
from migrate.lower import programs, ssh_hosts
from migrate.lower.draft import Schedule
from migrate.lower.ssh_keys import SSH_KEY
from migrate.report.checklist import Environment, environments
from migrate.report.outcome import Converted
from migrate.report.scopes import DEPLOYMENT, REPOSITORY, WORKSPACE, placed
from migrate.setup.known_hosts import HostKey, find

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
    own = _OwnSources()
    for one in placed(outcome, in_workspace):
        plain = PREFIX + one.name
        sources = (own.of(one.environment, one.name), plain) if one.environment else (plain,)
        yield Variable(one.name, one.secret, one.scope, one.used_by, one.environment, one.contexts, sources)


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
