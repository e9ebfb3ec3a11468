"""Bitbucket's pipelines: groups of steps that run one after the other, and which jobs wait for strangers."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from migrate.bitbucket.model import Parallel, Pipeline, Start, Step
from migrate.lower.ordered import Ordered, Waiting
from migrate.report.html.before import MOST, Picture
from migrate.report.html.elements import Html
from migrate.report.html.layout import Point, Size
from migrate.report.html.svg import Box, Frame, Line, draw
from migrate.report.summary import Summary

_BETWEEN, _ABOVE, _AROUND = 44.0, 12.0, 10.0
_NAMED = 4


class _Marks(NamedTuple):
    """Which jobs the time depends on, and what each waits for that it did not require."""

    slowest: frozenset[str]
    waiting: Mapping[str, Waiting]


def pictures(summary: Summary) -> tuple[Picture, ...]:
    """A picture for each list of steps; start conditions that run the same share one."""
    alike: dict[Pipeline, list[Start]] = {}
    for start in summary.pipelines.starts:
        alike.setdefault(start.pipeline, []).append(start)
    orders = {one.where: one for one in summary.order}
    return tuple(_picture(starts, orders) for starts in alike.values())


def _picture(starts: list[Start], orders: Mapping[str, Ordered]) -> Picture:
    names = [f"{one.section} {one.pattern}".strip() for one in starts]
    mine = [orders[name] for name in names if name in orders] or list(orders.values())
    marks = _Marks(
        frozenset(job for one in mine for job in one.slowest), {job.job: job for one in mine for job in one.waiting}
    )
    pipeline = starts[0].pipeline
    title = ", ".join(f"{one.section}: {one.pattern}" if one.pattern else one.section for one in starts)
    drawn = _drawn(title, pipeline, marks) if sum(1 for _ in starts[0].steps) <= MOST else None
    own = next((orders[name] for name in names if name in orders), None)
    return Picture(title, drawn, _said(own) if own else "", tuple(_words(pipeline, marks)))


def _said(one: Ordered) -> str:
    if one.before == one.after:
        return f"The longest chain: {one.after:g} {one.unit}, as in CircleCI."
    return f"The longest chain: {one.after:g} {one.unit}; in CircleCI {one.before:g}."


def _drawn(title: str, pipeline: Pipeline, marks: _Marks) -> Html:
    groups = [[_box(step, marks) for step in _steps(item)] for item in pipeline]
    heights = [sum(box.size.height + _ABOVE for box in group) - _ABOVE for group in groups]
    tallest = max(heights, default=0.0)
    boxes: list[tuple[Box, Point]] = []
    frames: list[Frame] = []
    lines: list[Line] = []
    x = 0.0
    for group, height in zip(groups, heights, strict=True):
        width = max(box.size.width for box in group)
        y = _AROUND + (tallest - height) / 2
        if len(group) > 1:
            frames.append(Frame((x, y - _AROUND), Size(width + 2 * _AROUND, height + 2 * _AROUND)))
        for box in group:
            boxes.append((box, (x + _AROUND, y)))
            y += box.size.height + _ABOVE
        inset = 0.0 if len(group) > 1 else _AROUND
        if lines or x:
            lines[-1] = Line((*lines[-1].points, (x + inset, _AROUND + tallest / 2)))
        x += width + 2 * _AROUND
        lines.append(Line(((x - inset, _AROUND + tallest / 2),)))
        x += _BETWEEN
    size = Size(max(0.0, x - _BETWEEN), tallest + 2 * _AROUND)
    return draw(f"{title}: the steps in their order", boxes, lines[:-1], size, frames)


def _steps(item: Step | Parallel) -> tuple[Step, ...]:
    return item.steps if isinstance(item, Parallel) else (item,)


def _box(step: Step, marks: _Marks) -> Box:
    lines = [step.name]
    lines += ["started by hand"] if step.manual else []
    lines += ["in any case"] if step.final else []
    lines += [f"runs custom: {step.child}"] if step.child else []
    lines += [f"deploys to {step.deployment}"] if step.deployment else []
    waits = marks.waiting.get(step.job)
    kinds = [
        kind
        for kind, holds in (("held", step.manual), ("chain", step.job in marks.slowest), ("waits", waits is not None))
        if holds
    ]
    return Box(tuple(lines), tuple(kinds), f"{step.name}: {strangers(waits)}" if waits else "")


def strangers(job: Waiting) -> str:
    """What a job waits for that it did not require."""
    names = list(dict.fromkeys((*job.gates, *job.strangers)))
    left = len(names) - _NAMED + job.more
    more = f" and {left} more" if left > 0 else ""
    listed = ", ".join(f"'{name}'" for name in names[:_NAMED])
    return f"waits without need for {listed}{more}"


def _words(pipeline: Pipeline, marks: _Marks) -> Iterator[str]:
    for item in pipeline:
        names = ", ".join(f"'{step.name}'" for step in _steps(item))
        waits = [(step, marks.waiting[step.job]) for step in _steps(item) if step.job in marks.waiting]
        told = "".join(f"; '{step.name}' {strangers(job)}" for step, job in waits)
        yield (f"at the same time {names}" if isinstance(item, Parallel) else names) + told


__all__ = ["pictures"]
