"""How many lines a job's script has, and how many its commands had: other people's jobs.

`python -m tests.lines` writes the table, docs/lines.md.
"""

from collections.abc import Iterator
from functools import cache
from itertools import chain
from statistics import quantiles
from typing import NamedTuple

from migrate.bitbucket.model import Command
from migrate.circleci.plan import Job
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence
from tests.running.circleci_job import COMMANDS, find
from tests.samples import EXPANDED, HERE, Sample, samples

TABLE = HERE / "docs" / "lines.md"


class Counted(NamedTuple):
    """The lines of a job's commands, the variables that it sets, and the lines of the step's two scripts."""

    set: str
    commands: int
    variables: int
    script: int

    @property
    def more(self) -> float:
        """The share of lines that came to those of the commands, in per cent."""
        return 100 * (self.script - self.commands) / self.commands

    @property
    def more_than_set(self) -> float:
        """The same, where a variable that the job sets is a line of the source, too: a script has to export it."""
        return 100 * (self.script - self.commands - self.variables) / (self.commands + self.variables)


@cache
def counted() -> tuple[Counted, ...]:
    """Every job of the corpus that has a command and a step; those that do the same count once a config."""
    return tuple(chain.from_iterable(map(_counted, samples())))


def _counted(sample: Sample) -> Iterator[Counted]:
    if sample.fate != EXPANDED or not sample.set.startswith("corpus/"):
        return
    scripts: dict[str, int] = {}
    for start in sample.outcome.pipelines.starts:
        for step in start.steps:
            items = (*step.script, *step.after_script)
            scripts.setdefault(step.job, sum(_lines(item.text) for item in items if isinstance(item, Command)))
    seen: set[object] = set()
    for job in sample.outcome.before.jobs:
        commands = sum(_lines(command(call.body)) for call in job.steps if call.step in COMMANDS)
        if commands and job.id in scripts and (what := (job.steps, job.keys)) not in seen:
            seen.add(what)
            yield Counted(sample.set, commands, _variables(job), scripts[job.id])


def _lines(text: str) -> int:
    """The lines of a text, blank ones and comments aside."""
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in text.splitlines())


def command(body: Node | None) -> str:
    """The text of a `run`, given what stands behind it."""
    node = body if isinstance(body, Scalar) else find(body, "command")
    return node.text if isinstance(node, Scalar) else ""


def _variables(job: Job) -> int:
    """How many variables the job sets, those of its container and of its commands among them."""
    images = find(job.keys, "docker")
    first = images.items[:1] if isinstance(images, Sequence) else ()
    places = (job.keys, *first, *(call.body for call in job.steps))
    return sum(map(_size, (find(place, "environment") for place in places)))


def _size(node: Node | None) -> int:
    return len(node.entries if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else ())


def table() -> str:
    """The table: for each set how many lines more the jobs have, at the quarters and at nine tenths."""
    everything = counted()
    sets = {name: [one for one in everything if one.set == name] for name in dict.fromkeys(o.set for o in everything)}
    lines = ["| configs of | jobs | counted | a quarter has at most | half | three quarters | nine tenths |"]
    lines.append(f"|{'---|' * 7}")
    for name, found in (sets | {"all": list(everything)}).items():
        for what, more in (("commands", [o.more for o in found]), ("and variables", [o.more_than_set for o in found])):
            shares = (f"{share:+.0f} %" for share in _shares(more))
            lines.append(f"| {' | '.join((name.removeprefix('corpus/'), str(len(found)), what, *shares))} |")
    return "\n".join((*_HEAD, *lines, ""))


def _shares(values: list[float]) -> tuple[float, float, float, float]:
    parts = quantiles(values, n=20, method="inclusive")
    return parts[4], parts[9], parts[14], parts[17]


_HEAD = (
    "# How long scripts become",
    "",
    "Jobs of configs out of public packages (see samples.md), and by how much the step's script and after-script are",
    "longer than the job's commands were; blank lines and comments are not counted. *commands* counts the lines of",
    "commands only. *and variables* also counts each variable of an `environment` as a line of the source: Bitbucket",
    "has no such key, so that a script exports them.",
    "",
    "This file is written by `python -m tests.lines`; `tests/test_lines.py` says when it is stale.",
    "",
)

if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
