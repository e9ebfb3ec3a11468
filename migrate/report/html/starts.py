"""The lines outside of steps: start conditions, definitions, triggers."""

from collections.abc import Iterable, Iterator

from migrate.bitbucket.model import Pipelines, Start, Step
from migrate.diagnostics import Trail
from migrate.report.html import keys
from migrate.report.html.known import Known
from migrate.yamlio.nodes import Entry, Mapping, Node


def start_lines(start: Start, root: Node | None, known: Known) -> None:
    """Each step of a start condition comes of the entry of its job in the workflow."""
    way = ("pipelines", start.section, *((start.pattern,) if start.section != "default" else ()))
    place = _entry(root, way)
    if place is None:
        return
    at = known.target.extent(place.key.span, key=True)
    jobs = {id(step): keys.entry(known.jobs[step.job]) for step in start.steps if step.job in known.jobs}
    known.put([at.line], jobs.values() if jobs else known.workflows)
    steps = iter(() if start.like else tuple(start.steps))
    trails: list[Trail] = []
    for line in range(at.line + 1, at.last + 1):
        if known.target.lines[line - 1].strip().startswith(("- step:", "- final:")):
            step = next(steps, None)
            trails = [jobs[id(step)]] if step and id(step) in jobs else known.workflows
        known.put([line], trails)


def definition_lines(steps: list[Step], root: Node | None, known: Known) -> None:
    """Caches and services come of what the steps that use them come of, the common image of what has no other."""
    for section in ("caches", "services"):
        place = _entry(root, ("definitions", section))
        for entry in place.value.entries if place and isinstance(place.value, Mapping) else ():
            at = known.target.extent(entry.key.span, key=True)
            users = (step for step in steps if entry.key.text in getattr(step, section))
            known.put(range(at.line, at.last + 1), (trail for step in users for trail in known.keys_of(step, section)))
    place = _entry(root, ("image",))
    if place:
        at = known.target.extent(place.key.span, key=True)
        users = (step for step in steps if not step.image)
        known.put(range(at.line, at.last + 1), (trail for step in users for trail in known.keys_of(step, "image")))


def trigger_lines(pipelines: Pipelines, root: Node | None, known: Known) -> None:
    """A trigger comes of the workflows whose pipelines it starts."""
    entries = {start.pattern: _entries(start, known) for start in pipelines.starts if start.section == "custom"}
    place = _entry(root, ("triggers",))
    for event in place.value.entries if place and isinstance(place.value, Mapping) else ():
        mine = [one for one in pipelines.triggers if one.event == event.key.text]
        for one, extent in zip(mine, known.target.below(event.key.span), strict=False):
            trails = [trail for name in one.pipelines for trail in entries.get(name, ())]
            known.put(range(extent.line, extent.last + 1), trails)


def _entries(start: Start, known: Known) -> list[Trail]:
    return [keys.entry(known.jobs[step.job]) for step in start.steps if step.job in known.jobs]


def _entry(root: Node | None, way: Iterable[str]) -> Entry | None:
    found: Entry | None = None
    node = root
    for key in way:
        entries: Iterator[Entry] = iter(node.entries if isinstance(node, Mapping) else ())
        found = next((entry for entry in entries if entry.key.text == key), None)
        if found is None:
            return None
        node = found.value
    return found


__all__ = ["definition_lines", "start_lines", "trigger_lines"]
