"""The plan as a checklist in Markdown, in the order in which it is done; what there is nothing of is left out."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.report.markup import code, escape, prose
from migrate.setup.api import SCOPES
from migrate.setup.plan import DEPLOYMENT, REPOSITORY, WORKSPACE, Plan, Variable

_GATE = (
    "A context that only some people, or some branches, may use was a gate: let an environment with restricted "
    "permissions (Bitbucket Premium) guard the steps of its jobs"
)


class _Section(NamedTuple):
    title: str
    where: str
    items: tuple[str, ...]


def render(plan: Plan) -> str:
    """The text of the checklist."""
    lines = [
        f"# What the pipelines of {code(plan.source)} need on Bitbucket",
        "",
        "Made by `circle2bb setup`. It does all of this through the REST API, too, with values from the environment",
        "or typed in: `circle2bb setup --apply --repository WORKSPACE/REPOSITORY`; `--dry-run` shows the requests.",
        f"The token needs the scopes {', '.join(map(code, SCOPES))}.",
    ]
    for section in _sections(plan):
        lines += ["", f"## {section.title}", "", *([f"{section.where}.", ""] if section.where else [])]
        lines += [f"- [ ] {item}" for item in section.items]
    return "\n".join(lines) + "\n"


def _sections(plan: Plan) -> Iterator[_Section]:
    yield _Section("Pipelines", "Repository settings, Pipelines, Settings", ("Enable Pipelines",))
    if plan.environments:
        items = tuple(f"{code(one.name)}, type {one.type}" for one in plan.environments)
        yield _Section("Deployment environments", "Repository settings, Deployments", items)
    for title, where, scope in (
        ("Workspace variables", "Workspace settings, Workspace variables", WORKSPACE),
        ("Repository variables", "Repository settings, Repository variables", REPOSITORY),
    ):
        if found := [one for one in plan.variables if one.scope == scope]:
            yield _Section(title, where, tuple(map(_variable, found)))
    for place in dict.fromkeys(one.environment for one in plan.variables if one.scope == DEPLOYMENT):
        found = [one for one in plan.variables if one.environment == place]
        title = f"Variables of the environment {code(place)}"
        yield _Section(title, f"Repository settings, Deployments, {escape(place)}", tuple(map(_variable, found)))
    yield from _later(plan)


def _later(plan: Plan) -> Iterator[_Section]:
    if plan.contexts:
        items = (*(f"{code(name)}: used by {_codes(jobs)}" for name, jobs in plan.contexts), _GATE)
        where = (
            "Their variables are above, as far as a script reads them. What only a program reads, look up in CircleCI"
        )
        yield _Section("Contexts", where, items)
    if plan.keys:
        yield _Section("SSH key", "Repository settings, Pipelines, SSH keys", tuple(map(prose, plan.keys)))
    if plan.hosts:
        items = tuple(
            f"{code(one.name)}: used by {_codes(one.used_by)}"
            + (f"; its {one.key.type} key is {code(one.key.key)}" if one.key else "")
            for one in plan.hosts
        )
        yield _Section(
            "Known hosts", "Repository settings, Pipelines, SSH keys, Known hosts: Fetch, compare, Add", items
        )
    if plan.build_number:
        yield _Section("Build number", "", (f"Give the next build the number {plan.build_number}",))
    elif plan.numbered:
        item = "Scripts read the build's number, which begins at 1: give CircleCI's last one and 1 to "
        yield _Section("Build number", "", (f"{item}`--build-number`, if the new ones must be higher",))
    if plan.schedules or plan.unfinished:
        where = "Pipelines, Schedules, once the branches have the file; times are UTC"
        items = tuple(
            f"{code(one.pipeline)} on {code(one.branch) or 'the branch that it shall run on'}, "
            + (code(one.cron) if one.cron else f"at the times of {code(one.name)} in CircleCI's project settings")
            for one in (*plan.schedules, *plan.unfinished)
        )
        yield _Section("Schedules", where, items)


def _variable(one: Variable) -> str:
    kind = ", secured" if one.secured else ""
    context = f"; perhaps from the context {' or '.join(map(code, one.contexts))}" if one.contexts else ""
    return f"{code(one.name)}{kind}: used by {_codes(one.used_by)}{context}"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(code, dict.fromkeys(names)))


__all__ = ["render"]
