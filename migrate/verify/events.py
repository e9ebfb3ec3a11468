"""Events: what may happen to a repository, as both platforms see it."""

from typing import NamedTuple

from migrate.circleci.events import PUSH
from migrate.circleci.facts import Fact, Value

BRANCH, TAG, PULL_REQUEST, CUSTOM = KINDS = ("branch", "tag", "pull-request", "custom")


Facts = tuple[tuple[str, Value | None], ...]
"""What an event makes known, by its name in the config."""


class Event(NamedTuple):
    """A push of a branch or a tag called `name`, commits in a pull request from it, or another start on that branch.

    `changed` are the paths that differ, `given` what else a condition asks for, and `assumed` what is taken for the
    rest of that, and goes without saying. Another start is `said` to be one; it starts custom `pipelines` here, and in
    CircleCI one `workflow`, or all that its facts admit.
    """

    kind: str
    name: str
    workflow: str = ""
    changed: tuple[str, ...] = ()
    given: Facts = ()
    assumed: Facts = ()
    pipelines: tuple[str, ...] = ()
    said: str = ""

    @property
    def label(self) -> str:
        """What a person calls it."""
        said = {
            BRANCH: f"push to {self.name}",
            TAG: f"tag {self.name}",
            PULL_REQUEST: f"pull request from {self.name}",
            CUSTOM: f"{self.said or self.workflow} on {self.name}",
        }[self.kind]
        if self.kind == CUSTOM:
            return said
        if self.changed:
            said += f", changing {', '.join(self.changed)}"
        return said + "".join(f", {subject.removeprefix('pipeline.')} = {value}" for subject, value in self.given)

    @property
    def facts(self) -> dict[str, Fact]:
        """What a condition of the config finds: a pull request counts as the push of its branch."""
        tag = self.kind == TAG
        known: dict[str, Fact] = {
            "pipeline.git.branch": None if tag else self.name,
            "pipeline.git.tag": self.name if tag else None,
        }
        if self.kind != CUSTOM:
            known |= {"changed paths": "\n".join(self.changed), **PUSH.facts}
        return known | dict(self.assumed) | dict(self.given)

    @property
    def variables(self) -> dict[str, str]:
        """What a step finds; what is not set is empty."""
        names = {"BITBUCKET_TAG" if self.kind == TAG else "BITBUCKET_BRANCH": self.name}
        if self.kind == PULL_REQUEST:
            names |= {"BITBUCKET_PR_ID": "1", "BITBUCKET_PR_DESTINATION_BRANCH": "main"}
        return names


def filled(variables: tuple[tuple[str, str], ...], event: Event) -> dict[str, str]:
    """The variables of a custom pipeline: their defaults, or what the event gives for the parameter of that name."""
    given = {_plain(subject.rpartition(".")[2]): value for subject, value in event.given if value is not None}
    return {name: _text(given.get(_plain(name), default)) for name, default in variables}


def _plain(name: str) -> str:
    return name.replace("-", "_").casefold()


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def variable(known: dict[str, str], name: str) -> str | None:
    """What a variable holds; what the event would set if it were of another kind is empty, others are not known."""
    from migrate.verify.guards import EVENT

    return known.get(name, "" if name in EVENT else None)
