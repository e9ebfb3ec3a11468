"""The image that most steps have stands once, at the top of the file."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from migrate.bitbucket.model import Image, Parallel, Pipelines, Start, Step


def hoist(model: Pipelines) -> Pipelines:
    """Move the most common image to the top if at least two steps have it and none relies on the default."""
    steps = list(
        {step.job or id(step): step for start in model.starts for step in start.steps if not step.child}.values()
    )
    counts = Counter(step.image for step in steps if step.image)
    if not counts or any(step.image is None and not step.runs_on for step in steps):
        return model
    image, count = counts.most_common(1)[0]
    return _with_top(model, image) if count > 1 else model


def _with_top(model: Pipelines, image: Image) -> Pipelines:
    changed: dict[int, Step] = {}

    def strip(step: Step) -> Step:
        if id(step) not in changed:
            changed[id(step)] = replace(step, image=None) if step.image == image else step
        return changed[id(step)]

    return model._replace(image=image, starts=tuple(each_step(start, strip) for start in model.starts))


def each_step(start: Start, change: Callable[[Step], Step]) -> Start:
    """The start condition with every step changed."""
    items = tuple(
        Parallel(tuple(change(step) for step in item.steps)) if isinstance(item, Parallel) else change(item)
        for item in start.pipeline
    )
    return start._replace(pipeline=items)
