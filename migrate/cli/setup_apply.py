"""Carries a plan out: looks what there is, sends what is missing, and looks again where the answer was lost.

Lists are worked off in an order in which each can rely on the ones before: Bitbucket makes environments when Pipelines
is enabled, variables belong to environments, schedules want the file. Whatever breaks off, a second run goes on where
the first was, and changes nothing if nothing is left.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import click

from migrate.cli.bitbucket_api import Api, Unclear
from migrate.cli.exits import Refused
from migrate.diagnostics import plain
from migrate.report.checklist import DEFAULT_ENVIRONMENTS, Environment
from migrate.setup import changes
from migrate.setup.api import Body, Paths, environment
from migrate.setup.changes import Change, Left, There, Values
from migrate.setup.plan import DEPLOYMENT, REPOSITORY, WORKSPACE, Plan, Variable


class _List(NamedTuple):
    """One list: how to read what there is, and how to compare it with the plan."""

    read: Callable[[], There]
    compare: Callable[[There], Iterable[Change]]


@dataclass
class Applying:
    """A plan on its way to a repository; with `dry`, requests are shown and not sent.

    When it has run, `changed` is how much was changed, and `open` is what is left to do, in words.
    """

    plan: Plan
    paths: Paths
    api: Api
    values: Values
    overwrite: bool = False
    dry: bool = False
    say: Callable[[str], None] = click.echo
    changed: int = 0
    open: dict[str, None] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Work off all lists."""
        try:
            for one in self._lists():
                self._reach(one)
        except Refused as error:
            done = f"changes made: {self.changed}" if self.changed and not self.dry else "nothing was changed"
            said = f"{error.format_message()}\ncircle2bb: {done}; run it again to go on from here"
            raise Refused(said) from None

    def _reach(self, one: _List) -> None:
        """Send what is missing in a list. If it is unclear whether something is done, look again; a few times."""
        limits, made = self.api.limits, set[str]()
        for failed in range(1, limits.attempts + 1):
            try:
                for change in one.compare(one.read()):
                    self._make(change, made)
            except Unclear as reason:
                if failed == limits.attempts:
                    said = f"circle2bb: error: {reason}; it was tried {failed} times, and may not be there"
                    raise Refused(said) from None
                self.api.clock.sleep(limits.pause * 2 ** (failed - 1))
            else:
                return

    def _make(self, change: Change, made: set[str]) -> None:
        """Send a request, or say what is left. What was `made` is not made again: a list may show it only later."""
        if isinstance(change, Left):
            self._tell(change.said)
            if change.open:
                self.open[change.said] = None
            return
        if change.said in made:
            return
        if self.dry:
            self.say(f"{plain(change.said)}:\n  {change.method} {self.api.address}/{change.path}")
            self.say(f"  {plain(_masked(change.body))}")
        else:
            self.api.send(change.method, change.path, change.body)
            self.say(f"done: {plain(change.said)}")
        made.add(change.said)
        self.changed += 1

    def _tell(self, said: str) -> None:
        """Say something once, however often a list is read."""
        if said not in self.told:
            self.told.add(said)
            self.say(f"as it is: {plain(said)}")

    def _lists(self) -> Iterator[_List]:
        plan, paths = self.plan, self.paths
        config = self.api.get(paths.config, optional=True)
        yield _List(lambda: [self.api.get(paths.config, optional=True)], self._enabled)
        made = DEFAULT_ENVIRONMENTS if self.dry and config.get("enabled") is not True else ()
        if plan.environments:
            by_itself = [dict(environment(Environment(name, name))) for name in made]
            yield _List(
                lambda: [*self.api.list(paths.environments), *by_itself],
                lambda there: changes.environments(plan.environments, paths.environments, there),
            )
        yield from self._variables()
        if plan.hosts:
            yield _List(
                lambda: self.api.list(paths.known_hosts),
                lambda there: changes.known_hosts(plan.hosts, paths.known_hosts, there),
            )
        if plan.build_number:
            yield _List(
                lambda: self.api.list(paths.newest, pages=1),
                lambda there: changes.build_number(plan, paths.build_number, there),
            )
        if plan.schedules or plan.unfinished:
            yield _List(
                lambda: self.api.list(paths.schedules),
                lambda there: changes.schedules(plan, paths.schedules, there),
            )

    def _enabled(self, there: There) -> Iterable[Change]:
        (config,) = there
        return changes.enabled(self.paths, config)

    def _variables(self) -> Iterator[_List]:
        for scope, path in ((WORKSPACE, self.paths.workspace_variables), (REPOSITORY, self.paths.variables)):
            yield from self._variables_at(path, [one for one in self.plan.variables if one.scope == scope])
        deployed = [one for one in self.plan.variables if one.scope == DEPLOYMENT]
        uuids = self._uuids() if deployed else {}
        for place in dict.fromkeys(one.environment for one in deployed):
            planned = [one for one in deployed if one.environment == place]
            uuid = uuids.get(place.casefold())
            path = self.paths.deployment_variables(uuid or f"UUID of {place}")
            yield from self._variables_at(path, planned, there=bool(uuid))

    def _uuids(self) -> dict[str, str]:
        """The environments that there are, by name in small letters."""
        found = self.api.list(self.paths.environments)
        return {str(one.get("name", "")).casefold(): str(one.get("uuid", "")) for one in found}

    def _variables_at(self, path: str, planned: list[Variable], *, there: bool = True) -> Iterator[_List]:
        """The variables of one place; with `there` unset it has yet to be made, and has none."""
        if planned:
            yield _List(
                lambda: self.api.list(path) if there else [],
                lambda found: changes.variables(planned, path, found, self.values, overwrite=self.overwrite),
            )


def _masked(body: Body) -> str:
    """A body as it is sent, without a variable's value."""
    return json.dumps({name: "***" if name == "value" else value for name, value in body.items()}, ensure_ascii=False)


__all__ = ["Applying"]
