"""The script of a step that is one of several machines: one line says which, and the rest is written once."""

from collections.abc import Iterator
from itertools import groupby

from migrate.bitbucket.model import Command, Item, Pipe
from migrate.circleci.plan import Job

_OURS = frozenset({"collect-artifacts", "collect-test-results", "persist-workspace"})
"""Labels of commands that stand for no command of the user's."""
_INDEX, _TOTAL = "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL"


def known_of(job: Job) -> dict[str, str]:
    """Which of several machines a step stands for; programs ask for that without being told to."""
    return {_INDEX: f"{job.copy}", _TOTAL: f"{job.copies}"} if job.copies > 1 else {}


def joined(items: tuple[Item, ...], label: str) -> Iterator[Item]:
    """The script of one of several machines: what they have in common is one text, so that it is written once.

    A pipe stands alone, and so does a command of ours that names the machine's own artifact.
    """
    own = next(place for place, item in enumerate(items) if isinstance(item, Command) and f"{_INDEX}=" in item.text)
    yield from items[: own + 1]
    for alone, some in groupby(items[own + 1 :], lambda item: isinstance(item, Pipe) or item.label in _OURS):
        if alone:
            yield from some
            continue
        parts = tuple(one for one in some if isinstance(one, Command))
        lines = [line for one in parts for line in titled(one)]
        text = "\n".join(lines)
        yield Command(f"{text}\n" if len(lines) > 1 or "\n" in text else text, label, parts=parts)


def titled(command: Command) -> Iterator[str]:
    """The text of a command behind its title, as it stands in a text that was joined."""
    if command.title:
        yield f"# {command.title}"
    yield command.text.rstrip("\n")
