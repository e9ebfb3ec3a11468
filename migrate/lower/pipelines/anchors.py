"""What is said more than once is said in one place, under a name: steps, their variations, shared commands.

Each distinct step is defined once; a step that differs from an earlier one in little is a variation of it;
a command of several lines that two definitions have is an anchored text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from migrate.bitbucket.model import Command, Defined, Parallel, Pipeline, Pipelines, Shared, Start, Step

_WORD = re.compile(r"[^A-Za-z0-9]+")
_LONG = 60
_CANDIDATES = 50
"""With how many steps of the same script a step is compared, to see whether it is a variation."""
_REPLACEABLE = (
    *("image", "script", "after_script", "size", "runs_on", "deployment", "services", "caches", "artifacts"),
    *("concurrency", "manual", "state", "changes", "oidc", "depth", "arch", "ip_ranges", "max_time"),
    *("downloads", "no_downloads"),
)
"""Fields that a merge can set or replace, and cannot take away."""
_ARTIFACTS = ("artifacts", "downloads", "no_downloads")
"""Fields that are one key together."""


def name(model: Pipelines) -> Pipelines:
    """Name the steps, find the variations, and share the commands."""
    model, steps = _once(model)
    taken: dict[str, int] = {}
    defined: list[Defined] = []
    bases: dict[tuple[object, ...], list[Defined]] = {}
    for step in _plainest_first(steps):
        same = bases.setdefault((step.key, step.copies) if step.copies > 1 else step.script, [])
        base = next((other for other in same if _can_merge(step, other.step)), None)
        one = Defined(_unique(_called(step, base), taken), step, base.anchor if base else "")
        defined.append(one)
        if not base and len(same) < _CANDIDATES:
            same.append(one)
    order = {one.anchor: place for place, one in enumerate(defined)}
    defined.sort(key=lambda one: (order[one.base or one.anchor], order[one.anchor]))
    shared = tuple(_shared(defined, taken))
    return model._replace(defined=tuple(defined), shared=shared, starts=_alike(model.starts, taken))


def _plainest_first(steps: list[Step]) -> list[Step]:
    """The steps in their order, but of those that a job has become the one that the others add to before them."""
    first: dict[tuple[object, str], int] = {}
    for place, step in enumerate(steps):
        first.setdefault((step.script, step.key), place)
    added = {id(step): sum(1 for field in _REPLACEABLE if getattr(step, field)) for step in steps}
    return sorted(steps, key=lambda step: (first[step.script, step.key], added[id(step)]))


def _alike(starts: tuple[Start, ...], taken: dict[str, int]) -> tuple[Start, ...]:
    """The start conditions, those that run several steps the same as an earlier one by its anchor."""
    uses = Counter(start.pipeline for start in starts if not start.variables and len(tuple(start.steps)) > 1)
    named: dict[Pipeline, str] = {}
    found = []
    for start in starts:
        if start.pipeline in named and not start.variables:
            found.append(start._replace(like=named[start.pipeline]))
        elif uses[start.pipeline] > 1 and not start.variables:
            named[start.pipeline] = _unique(f"on-{start.pattern or start.section}", taken)
            found.append(start._replace(anchor=named[start.pipeline]))
        else:
            found.append(start)
    return tuple(found)


def _once(model: Pipelines) -> tuple[Pipelines, list[Step]]:
    """The model in which equal steps are the same object, and those that are defined, in the order of the plan."""
    known: dict[Step, Step] = {}
    starts = tuple(_map(start, known) for start in model.starts)
    return model._replace(starts=starts), [step for step in known.values() if not step.child]


def _map(start: Start, known: dict[Step, Step]) -> Start:
    items = tuple(
        Parallel(tuple(known.setdefault(step, step) for step in item.steps))
        if isinstance(item, Parallel)
        else known.setdefault(item, item)
        for item in start.pipeline
    )
    return start._replace(pipeline=items)


def _unique(text: str, taken: dict[str, int]) -> str:
    """A name that is not taken yet; `taken` has, for each that is, the number that follows when it is asked for."""
    base = _WORD.sub("-", text).strip("-").lower() or "step"
    anchor = base
    while anchor in taken:
        anchor, taken[base] = f"{base}-{taken[base]}", taken[base] + 1
    taken[anchor] = 2
    return anchor


def _called(step: Step, base: Defined | None) -> str:
    """What a step's anchor says: its job, and what distinguishes it from another step of that job."""
    if base is None or base.step.key != step.key:
        return step.key
    if step.manual and not base.step.manual:
        return f"{step.key}-by-hand"
    if step.state != base.step.state:
        return f"{step.key}-on-condition"
    more = [name for name in step.downloads if name not in base.step.downloads]
    return f"{step.key}-with-{more[0]}" if len(more) == 1 else step.key


def _can_merge(step: Step, base: Step) -> bool:
    """Whether a merge can make the step: it can replace a key, but not take one away; and it must be short."""
    keys = [(field,) for field in _REPLACEABLE if field not in _ARTIFACTS] + [_ARTIFACTS]
    gone = any(_has(base, fields) and not _has(step, fields) for fields in keys)
    lines = sum(_lines(item) for item in step.script)
    return not gone and step.clone == base.clone and (len(step.script) > 1 or lines > 1)


def _has(step: Step, fields: Iterable[str]) -> bool:
    return any(getattr(step, field) for field in fields)


def _lines(item: object) -> int:
    return item.text.count("\n") + 1 if isinstance(item, Command) else 1


def _shared(defined: list[Defined], taken: dict[str, int]) -> Iterator[Shared]:
    """The commands that at least two definitions write out, in the order in which they appear."""
    uses: Counter[str] = Counter()
    first: dict[str, Command] = {}
    steps = {d.anchor: d.step for d in defined}
    for one in defined:
        written = one.step.script if not one.base or one.step.script != steps[one.base].script else ()
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
