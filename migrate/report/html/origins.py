"""Each line of the result with the places of the source that it comes of.

A line of a script knows the trail of its command; a key of a step the keys of its job that are lowered to it; the rest
of a step its job, and a start condition the entries of the workflow. A line of which nothing is known, such as
`definitions:`, comes of what stands below it.
"""

from collections.abc import Iterable, Iterator, Mapping

from migrate.bitbucket.model import Pipelines, Start, Step
from migrate.circleci.plan import Plan
from migrate.diagnostics import Span, Trail
from migrate.report.html import keys
from migrate.report.html.scripts import Origin, Sources, item_lines
from migrate.report.html.texts import Range, Text
from migrate.report.summary import Summary
from migrate.yamlio.nodes import Entry, Node
from migrate.yamlio.nodes import Mapping as MappingNode

Found = dict[int, dict[Origin, None]]
_SCRIPTS = ("script", "after-script")


class Origins:
    """What is known so far: `sources` are the files that are shown, by name, and `target` is the result."""

    def __init__(self, sources: Iterable[Text], target: Text, plan: Plan) -> None:
        self.sources = Sources(sources)
        first = next(iter(self.sources.by_name))
        self.target = target
        self.jobs = {job.id: job for job in plan.jobs}
        self.workflows: list[Trail] = [(one.span,) for one in plan.workflows] or [(Span(first, 1, 1),)]
        self.found: Found = {}

    def put(self, lines: Iterable[int], trails: Iterable[Trail]) -> None:
        """Lines come of the places to which trails lead."""
        origins = dict.fromkeys(found for trail in trails if (found := self.sources.origin(trail)))
        for line in lines:
            self.found.setdefault(line, {}).update(origins)

    def keys_of(self, step: Step, key: str) -> list[Trail]:
        """What a key of a step comes of."""
        job = self.jobs.get(step.job)
        return list(keys.places(key, job)) or [keys.whole(job)] if job else self.workflows


def origins(sources: Iterable[Text], target: Text, summary: Summary) -> Mapping[int, tuple[Origin, ...]]:
    """The origins of each line that has any, in the order in which they are found."""
    known = Origins(sources, target, summary.plan)
    done: set[tuple[int, str]] = set()
    for one in summary.instances:
        if isinstance(one.node, MappingNode) and (id(one.node), one.step.job) not in done:
            done.add((id(one.node), one.step.job))
            _step(one.step, one.node, known)
    _twins(summary, known)
    steps = [one.step for one in summary.instances]
    for start in summary.pipelines.starts:
        _start(start, summary.tree, known)
    _definitions(steps, summary.tree, known)
    _triggers(summary.pipelines, summary.tree, known)
    known.found[1] = {Origin(Range(0, 1, 1)): None}  # the header, which names the file
    _following(known)
    return {line: tuple(found) for line, found in known.found.items()}


def _step(step: Step, node: MappingNode, known: Origins) -> None:
    """The lines of a step's definition; one of no job, such as one that does nothing, is there for the workflows."""
    job = known.jobs.get(step.job)
    known.put([known.target.extent(node.span, key=True).line - 1], [keys.whole(job)] if job else known.workflows)
    for entry in node.entries:
        at = known.target.extent(entry.key.span, key=True)
        if entry.key.text in _SCRIPTS:
            items = step.script if entry.key.text == "script" else step.after_script
            known.put([at.line], known.keys_of(step, "script"))
            for item, extent in zip(items, known.target.below(entry.key.span), strict=False):
                for line, found in item_lines(item, extent, known.target, known.sources):
                    known.found.setdefault(line, {}).update(dict.fromkeys(found))
                    if not found:
                        known.put([line], known.keys_of(step, "environment"))
        else:
            known.put(range(at.line, at.last + 1), known.keys_of(step, entry.key.text))


def _twins(summary: Summary, known: Origins) -> None:
    """A step comes also of jobs that are the same to the letter, and of those that it does the work of."""
    ids: dict[str, list[str]] = {}
    for row in summary.rows:
        for path in row.steps:
            ids.setdefault(path, []).append(row.id)
    for one in summary.instances:
        others = (known.jobs.get(name) for name in ids.get(one.path, ()) if name != one.step.job)
        for entry in one.node.entries if isinstance(one.node, MappingNode) else ():
            if entry.key.text == "script":
                line = known.target.extent(entry.key.span, key=True).line
                for job in (other for other in others if other):
                    known.put([line], [keys.whole(job), *(call.trail for call in job.steps)])


def _start(start: Start, root: Node | None, known: Origins) -> None:
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


def _definitions(steps: list[Step], root: Node | None, known: Origins) -> None:
    """Caches and services come of what the steps that use them come of, the common image of what has no other."""
    for section in ("caches", "services"):
        place = _entry(root, ("definitions", section))
        for entry in place.value.entries if place and isinstance(place.value, MappingNode) else ():
            at = known.target.extent(entry.key.span, key=True)
            users = (step for step in steps if entry.key.text in getattr(step, section))
            known.put(range(at.line, at.last + 1), (trail for step in users for trail in known.keys_of(step, section)))
    place = _entry(root, ("image",))
    if place:
        at = known.target.extent(place.key.span, key=True)
        users = (step for step in steps if not step.image)
        known.put(range(at.line, at.last + 1), (trail for step in users for trail in known.keys_of(step, "image")))


def _triggers(pipelines: Pipelines, root: Node | None, known: Origins) -> None:
    """A trigger comes of the workflows whose pipelines it starts."""
    entries = {start.pattern: _entries(start, known) for start in pipelines.starts if start.section == "custom"}
    place = _entry(root, ("triggers",))
    for event in place.value.entries if place and isinstance(place.value, MappingNode) else ():
        mine = [one for one in pipelines.triggers if one.event == event.key.text]
        for one, extent in zip(mine, known.target.below(event.key.span), strict=False):
            trails = [trail for name in one.pipelines for trail in entries.get(name, ())]
            known.put(range(extent.line, extent.last + 1), trails)


def _entries(start: Start, known: Origins) -> list[Trail]:
    return [keys.entry(known.jobs[step.job]) for step in start.steps if step.job in known.jobs]


def _entry(root: Node | None, way: Iterable[str]) -> Entry | None:
    found: Entry | None = None
    node = root
    for key in way:
        entries: Iterator[Entry] = iter(node.entries if isinstance(node, MappingNode) else ())
        found = next((entry for entry in entries if entry.key.text == key), None)
        if found is None:
            return None
        node = found.value
    return found


def _following(known: Origins) -> None:
    """Lines that nothing is known of come of the next one that something is known of: comments, heads of lists."""
    following: dict[Origin, None] = {}
    for line in range(len(known.target.lines), 0, -1):
        if not known.target.lines[line - 1].strip():
            continue
        if known.found.get(line):
            following = known.found[line]
        elif following:
            known.found[line] = following


__all__ = ["Origin", "origins"]
