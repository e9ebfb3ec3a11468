"""Job groups are spelled out: a job that opens the group, its jobs, one that closes it.

Reference circleci.md, section 1.8. The group's own `requires` and `filters` go to the job that opens it; the one that
closes it has the group's name, so that `requires` finds it. With a serial group the first takes a lock, and
a last one gives it back, whatever happened.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from migrate.circleci.namespace import Definition, Namespace
from migrate.circleci.plan import UNKNOWN_REQUIRES, Job, Requirement
from migrate.circleci.structure import check, entry_of
from migrate.diagnostics import Fate, Notes, Trail, declare
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

JOB_GROUP = declare(
    "bad-job-group",
    Fate.ERROR,
    "A job group is used in a way that CircleCI refuses",
    """In a workflow a group takes name, requires, filters and serial-group, and nothing else; groups do not nest, and
    one that is used twice needs a name each time.

    CircleCI refuses such a config, so nothing is written.

    Take the other keys out, or list the group's jobs in the workflow.""",
    "https://circleci.com/docs/configuration-reference/#job-groups",
)
_ALLOWED = ("filters", "name", "requires", "serial-group")


class Use(NamedTuple):
    """One use of a group in a workflow: `outer` is the job that its entry would be, were it one."""

    group: Definition
    outer: Job
    serial: Node | None


def refuse_nested(home: Namespace, notes: Notes) -> None:
    """Refuse job groups that stand in job groups, used or not."""
    for (kind, name), group in home.definitions.items():
        # Peeked, not taken: the expansion of the group claims it.
        listed = peek(group.node, "jobs") if kind == "job-groups" else None
        for item in listed.items if isinstance(listed, Sequence) else ():
            inner, _ = entry_of(item)
            if ("job-groups", inner) in home.definitions:
                said = f"the job group '{inner}' stands in the job group '{name}'; groups do not nest"
                notes.refuse(JOB_GROUP, (item.span,), f"job-groups.{name}", said)


def refuse_misuse(group: Definition, items: tuple[tuple[str, Mapping], ...], notes: Notes) -> bool:
    """Refuse what CircleCI refuses of the uses of a group in one workflow; say whether there was anything.

    `items` are the entries of the workflow, as key and body.
    """
    before = notes.count
    bodies = [body for key, body in items if key == group.name]
    names = [getattr(peek(body, "name"), "text", "") for body in bodies]  # peeked: the invocation claims it
    for body, name in zip(bodies, names, strict=True):
        for entry in body.entries:
            if entry.key.text not in _ALLOWED:
                said = f"'{entry.key.text}' is not allowed where the job group '{group.name}' is used"
                said += f"; it takes {', '.join(_ALLOWED)}"
                notes.refuse(JOB_GROUP, (entry.key.span,), f"job-groups.{group.name}", said)
        if len(bodies) > 1 and (not name or names.count(name) > 1):
            said = f"the job group '{group.name}' is used {len(bodies)} times here; each use needs a name of its own"
            notes.refuse(JOB_GROUP, (body.span,), f"job-groups.{group.name}", said)
    return notes.count > before


def expand(use: Use, invoke: Callable[[Node, str], Iterator[Job]], claims: Claims) -> Iterator[Job]:
    """The jobs that a group comes to, in the order in which they run."""
    name, outer = use.outer.name, use.outer
    check(use.group, claims, outer.trail)
    claims.take(use.group.node, "description")
    listed = claims.take(use.group.node, "jobs")
    inner = (
        item for item in claims.items(listed) if ("job-groups", entry_of(item)[0]) not in use.group.home.definitions
    )
    members = [job for item in inner for job in invoke(item, outer.workflow)]
    for job in members:
        # Peeked, not taken: a room reads the entry of a job that stays.
        if peek(job.invocation, "serial-group") is not None:
            said = f"'{job.name}' stands in the job group '{use.group.name}'; only the group takes a serial-group"
            claims.notes.refuse(JOB_GROUP, job.trail, f"job-groups.{use.group.name}", said)
    start = f"{name}-start"
    lock = Mapping((Entry(Scalar("key", "str", outer.trail[-1]), use.serial),), outer.trail[-1]) if use.serial else None
    nothing = Mapping((), outer.trail[-1])
    bare = outer._replace(type="group", keys=nothing, invocation=nothing)
    yield bare._replace(name=start, type="lock" if lock else "group", keys=lock or bare.keys)
    names = {job.name for job in members} | {job.alias for job in members if job.alias}
    yield from (_member(job, name, start, names, claims.notes) for job in members)
    wanted = {requirement.job for job in members for requirement in job.requires}
    leaves = tuple(Requirement(f"{name}/{job.name}") for job in members if not {job.name, job.alias} & wanted)
    yield bare._replace(requires=leaves)
    if lock:
        after = (Requirement(name, ("terminal",)),)
        yield bare._replace(name=f"{name}-unlock", type="unlock", keys=lock, requires=after)


def _member(job: Job, name: str, start: str, names: set[str], notes: Notes) -> Job:
    for requirement in job.requires:
        if requirement.job not in names:
            said = (
                f"Job '{job.name}' requires '{requirement.job}', which is no job of its group; "
                f"its others are: {', '.join(sorted(names - {job.name})) or 'none'}"
            )
            trail: Trail = (requirement.span,) if requirement.span else job.trail
            notes.refuse(UNKNOWN_REQUIRES, trail, f"job-groups.{name}", said)
    known = [requirement for requirement in job.requires if requirement.job in names]
    inner = tuple(replace(requirement, job=f"{name}/{requirement.job}") for requirement in known)
    alias = f"{name}/{job.alias}" if job.alias else ""
    return job._replace(name=f"{name}/{job.name}", alias=alias, requires=inner or (Requirement(start),))
