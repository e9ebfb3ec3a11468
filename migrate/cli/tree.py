"""The summary for a terminal that can show more than plain text: a tree that fits on its screen, in colours.

It is imported for such a terminal only: `rich` takes as long to import as a small config to convert.
"""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from migrate.diagnostics import Fate, plain
from migrate.report.changes import Group, by_fate
from migrate.report.summary import Summary
from migrate.report.terminal import counted, named

_COLOURS = {
    Fate.ERROR: "bold red",
    Fate.MANUAL: "yellow",
    Fate.DROPPED: "magenta",
    Fate.APPROXIMATED: "cyan",
    Fate.REWRITTEN: "green",
    Fate.KEPT: "dim",
}
_OWN_LINES = 5
"""The root, three headings, and the prompt that comes after."""
_LEAST = 1


def show(summary: Summary, written: tuple[tuple[str, str], ...]) -> None:
    """Print the summary; `written` are the files that were written, each with what it is."""
    console = Console(highlight=False)
    console.print(_tree(summary, written, console.height))


def _tree(summary: Summary, written: tuple[tuple[str, str], ...], height: int) -> Tree:
    """The tree; `height` is the screen's, in lines."""
    fates = by_fate(summary)
    room = height - _OWN_LINES - len(fates)
    files = max(min(len(written), room // 2), _LEAST)
    tasks = max(room - min(files, len(written)), _LEAST)

    top = Tree(Text.assemble((plain(summary.source.path), "bold"), f": {counted(summary)}"), guide_style="dim")
    notes = top.add(Text("Notes" if fates else "Notes: none", "bold"))
    for fate, groups in fates:
        notes.add(
            Text.assemble((f"{sum(len(group.lines) for group in groups)} {fate}", _COLOURS[fate]), _codes(groups))
        )
    following = top.add(Text("Next", "bold"))
    for line in _fitting((_task(n, name) for n, name in enumerate(map(named, summary.tasks), 1)), tasks, "tasks"):
        following.add(line)
    if written:
        said = top.add(Text("Written", "bold"))
        for line in _fitting((_file(path, what) for path, what in written), files, "files"):
            said.add(line)
    for line in _labels(top):
        line.no_wrap, line.overflow = True, "ellipsis"
    return top


def _codes(groups: tuple[Group, ...]) -> tuple[str, str]:
    return f"  {', '.join(group.code.id for group in groups)}", "dim"


def _task(number: int, words: str) -> Text:
    title, _, items = words.partition(": ")
    return Text.assemble(f"{number}. {plain(title)}", (f": {plain(items)}" if items else "", "dim"))


def _file(path: str, what: str) -> Text:
    return Text.assemble(plain(path), (f"  {what}" if what else "", "dim"))


def _fitting(lines: Iterable[Text], room: int, what: str) -> Iterator[Text]:
    """The lines, or as many as there is room for and how many more there are."""
    found = list(lines)
    yield from found if len(found) <= room else found[: room - 1]
    if len(found) > room:
        yield Text(f"and {len(found) - room + 1} more {what}", "dim")


def _labels(branch: Tree) -> Iterator[Text]:
    if isinstance(branch.label, Text):
        yield branch.label
    for child in branch.children:
        yield from _labels(child)


__all__ = ["show"]
