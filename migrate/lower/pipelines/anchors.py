"""What is said more than once is said in one place, under a name: steps, their variations, shared commands.

Each distinct step is defined once; a step that differs from an earlier one in little is a variation of it;
a command of several lines that two definitions have is an anchored text.
"""

import re
from collections import Counter
from collections.abc import Iterator

from migrate.bitbucket.model import Command, Defined, Parallel, Pipelines, Shared, Start, Step

_WORD = re.compile(r"[^A-Za-z0-9]+")
_LONG = 60
_FIELDS = ("image", "script", "after_script", "size", "runs_on", "deployment", "services", "caches", "artifacts")


def name(model: Pipelines) -> Pipelines:
    """Name the steps, find the variations, and share the commands."""
    model, steps = _once(model)
    taken: set[str] = set()
    defined: list[Defined] = []
    for step in steps:
        anchor = _unique(step.key, taken)
        defined.append(Defined(anchor, step, _base(step, defined)))
    order = {one.anchor: place for place, one in enumerate(defined)}
    defined.sort(key=lambda one: (order[one.base or one.anchor], order[one.anchor]))
    return model._replace(defined=tuple(defined), shared=tuple(_shared(defined, taken)))


def _once(model: Pipelines) -> tuple[Pipelines, list[Step]]:
    """The model in which equal steps are the same object, and those steps in the order of the plan."""
    known: dict[Step, Step] = {}
    starts = tuple(_map(start, known) for start in model.starts)
    return model._replace(starts=starts), list(known.values())


def _map(start: Start, known: dict[Step, Step]) -> Start:
    items = tuple(
        Parallel(tuple(known.setdefault(step, step) for step in item.steps))
        if isinstance(item, Parallel)
        else known.setdefault(item, item)
        for item in start.pipeline
    )
    return start._replace(pipeline=items)


def _unique(text: str, taken: set[str]) -> str:
    base = _WORD.sub("-", text).strip("-").lower() or "step"
    anchor, number = base, 2
    while anchor in taken:
        anchor, number = f"{base}-{number}", number + 1
    taken.add(anchor)
    return anchor


def _base(step: Step, defined: list[Defined]) -> str:
    """The anchor of the earlier step that this one is a variation of: the same script, every key present."""
    for other in defined:
        if not other.base and step.script == other.step.script and _can_merge(step, other.step):
            return other.anchor
    return ""


def _can_merge(step: Step, base: Step) -> bool:
    """Whether a merge can make the step: it can replace a key, but not take one away; and it must be short."""
    gone = any(getattr(base, field) and not getattr(step, field) for field in _FIELDS)
    flags = (step.oidc, step.clone, step.manual, step.max_time) == (base.oidc, base.clone, base.manual, base.max_time)
    lines = sum(_lines(item) for item in step.script)
    return not gone and flags and (len(step.script) > 1 or lines > 1)


def _lines(item: object) -> int:
    return item.text.count("\n") + 1 if isinstance(item, Command) else 1


def _shared(defined: list[Defined], taken: set[str]) -> Iterator[Shared]:
    """The commands that at least two definitions write out, in the order in which they appear."""
    uses: Counter[str] = Counter()
    first: dict[str, Command] = {}
    steps = {d.anchor: d.step for d in defined}
    for one in defined:
        written = one.step.script if not one.base else ()
        base = steps[one.base].after_script if one.base else ()
        after = one.step.after_script if one.step.after_script != base else ()
        for item in (*written, *after):
            if isinstance(item, Command) and ("\n" in item.text or len(item.text) > _LONG):
                uses[item.text] += 1
                first.setdefault(item.text, item)
    for text, count in uses.items():
        if count > 1:
            command = first[text]
            anchor = _unique(command.label or "commands", taken)
            yield Shared(anchor, text, command.title)
