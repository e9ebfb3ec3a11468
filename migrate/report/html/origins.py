"""Each line of the result with the places of the source that it comes of.

A line of a script knows the trail of its command; a key of a step the keys of its job that are lowered to it; the rest
of a step its job, and a start condition the entries of the workflow. A line of which nothing is known, such as
`definitions:`, comes of what stands below it.
"""

from collections.abc import Iterable, Mapping

from migrate.bitbucket.model import Step
from migrate.report.html import keys
from migrate.report.html.known import Known
from migrate.report.html.scripts import Origin, item_lines
from migrate.report.html.starts import definition_lines, start_lines, trigger_lines
from migrate.report.html.texts import Range, Text
from migrate.report.summary import Summary
from migrate.yamlio.nodes import Mapping as MappingNode

_SCRIPTS = ("script", "after-script")


def origins(sources: Iterable[Text], target: Text, summary: Summary) -> Mapping[int, tuple[Origin, ...]]:
    """The origins of each line that has any, in the order in which they are found."""
    known = Known(sources, target, summary.plan)
    done: set[tuple[int, str]] = set()
    for one in summary.instances:
        if isinstance(one.node, MappingNode) and (id(one.node), one.step.job) not in done:
            done.add((id(one.node), one.step.job))
            _step(one.step, one.node, known)
    _twins(summary, known)
    steps = [one.step for one in summary.instances]
    for start in summary.pipelines.starts:
        start_lines(start, summary.tree, known)
    definition_lines(steps, summary.tree, known)
    trigger_lines(summary.pipelines, summary.tree, known)
    known.found[1] = {Origin(Range(0, 1, 1)): None}  # the header, which names the file
    _following(known)
    return {line: tuple(found) for line, found in known.found.items()}


def _step(step: Step, node: MappingNode, known: Known) -> None:
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


def _twins(summary: Summary, known: Known) -> None:
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


def _following(known: Known) -> None:
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
