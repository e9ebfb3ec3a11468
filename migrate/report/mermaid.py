"""The pipelines before and after, as two Mermaid graphs."""

from collections.abc import Iterator, Mapping

from migrate.bitbucket.model import Parallel, Pipelines, Start, Step
from migrate.circleci.filters import NameFilter, Pattern
from migrate.circleci.plan import Job, Plan, Workflow
from migrate.diagnostics import Fate, plain

_DASHED = "  classDef dropped stroke-dasharray: 5 5,color:#888"
_MANUAL = "  classDef manual stroke-width:3px"
_SIGNS = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;"}


def before(plan: Plan, fates: Mapping[str, str]) -> list[str]:
    """The workflows with their `requires` and filters, as the source has them; what is dropped is dashed."""
    lines = ["flowchart LR"]
    number = 0
    for index, workflow in enumerate(plan.workflows):
        ids = {job.name: f"j{number + place}" for place, job in enumerate(workflow.jobs)}
        number += len(workflow.jobs)
        lines.append(f'  subgraph w{index}["{_text(workflow.name)}"]')
        lines += [f"    {line}" for line in _jobs(workflow, ids, fates)]
        lines.append("  end")
    return lines + ([_DASHED] if any(":::dropped" in line for line in lines) else [])


def _jobs(workflow: Workflow, ids: Mapping[str, str], fates: Mapping[str, str]) -> Iterator[str]:
    for job in workflow.jobs:
        opened, closed = ("{{", "}}") if job.type == "approval" else ("[", "]")
        mark = ":::dropped" if fates.get(job.id) == Fate.DROPPED else ""
        yield f'{ids[job.name]}{opened}"{_label(job)}"{closed}{mark}'
    for job in workflow.jobs:
        for requirement in job.requires:
            if requirement.job in ids:
                yield f"{ids[requirement.job]} --> {ids[job.name]}"


def _label(job: Job) -> str:
    lines = [_text(job.name)]
    if job.filters.branches.patterns:
        lines.append(_text(admitted("branches", job.filters.branches)))
    if job.filters.tags is not None:
        lines.append(_text(admitted("tags", job.filters.tags)))
    return "<br>".join(lines)


def admitted(kind: str, names: NameFilter) -> str:
    """Which branches or tags a filter admits, as its picture says it."""
    parts = []
    if names.only is not None:
        parts.append(f"only {', '.join(_shown(p) for p in names.only)}")
    if names.ignore:
        parts.append(f"not {', '.join(_shown(p) for p in names.ignore)}")
    return f"{kind}: {'; '.join(parts) or 'all'}"


def _shown(pattern: Pattern) -> str:
    return f"/{pattern.text}/" if pattern.is_regex else pattern.text


def after(pipelines: Pipelines) -> list[str]:
    """Each start condition's steps from left to right; what runs at the same time stands in one box."""
    lines = ["flowchart LR"]
    for index, start in enumerate(pipelines.starts):
        title = f"{start.section}: {start.pattern}" if start.pattern else start.section
        lines.append(f'  subgraph p{index}["{_text(title)}"]')
        lines += [f"    {line}" for line in _pipeline(start, f"p{index}")]
        lines.append("  end")
    return lines + ([_MANUAL] if any(":::manual" in line for line in lines) else [])


def _pipeline(start: Start, prefix: str) -> Iterator[str]:
    names = [f"{prefix}s{place}" for place in range(len(start.pipeline))]
    for name, item in zip(names, start.pipeline, strict=True):
        if isinstance(item, Parallel):
            yield f'subgraph {name}["in parallel"]'
            yield "  direction TB"
            yield from (f"  {_step(step, f'{name}x{place}')}" for place, step in enumerate(item.steps))
            yield "end"
        else:
            yield _step(item, name)
    if len(names) > 1:
        yield " --> ".join(names)


def _step(step: Step, name: str) -> str:
    lines = [_text(step.name)]
    lines += ["started by hand"] if step.manual else []
    lines += ["in any case"] if step.final else []
    lines += [f"runs custom: {_text(step.child)}"] if step.child else []
    lines += [f"deploys to {_text(step.deployment)}"] if step.deployment else []
    return f'{name}["{"<br>".join(lines)}"]' + (":::manual" if step.manual else "")


def _text(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in plain(" ".join(text.split())))


__all__ = ["admitted", "after", "before"]
