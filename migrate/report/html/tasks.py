"""What a person must do, as boxes that stay ticked, with commands that can be copied."""

from collections.abc import Iterable
from hashlib import sha256

from migrate.report.checklist import Task
from migrate.report.html.elements import Html, element
from migrate.report.html.words import prose

_LONG = 30
"""Letters of a name that nobody wants to type."""


def section(tasks: Iterable[Task]) -> Html:
    """The section: the tasks in the order in which they must be done."""
    return element(
        "section",
        element("h2", "What a person must do"),
        element("p", "In this order. ", element("output", id="done", role="status")),
        element("ol", *map(_task, tasks)),
        id="tasks",
        aria_label="What a person must do",
    )


def _task(task: Task) -> Html:
    where = element("span", f" ({task.where.replace(', ', ' → ')})", class_="where") if task.where else None
    return element(
        "li",
        _box(task.title, element("strong", prose(task.title))),
        where,
        element("ul", *(element("li", _box(f"{task.title}/{one}", prose(one)), _copy(one)) for one in task.items))
        if task.items
        else None,
        _commands(task.commands),
    )


def _box(name: str, said: Html) -> Html:
    """A box with its label; what it is called when it is remembered does not change when others come or go."""
    called = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return element("label", element("input", type="checkbox", data_tick=called), " ", element("span", said))


def _copy(item: str) -> Html | None:
    """A button for the long name that an item quotes, such as the body of a request."""
    long = [piece for piece in item.split("'")[1::2] if len(piece) > _LONG and piece.startswith("{")]
    return _button(long[0]) if long else None


def _commands(commands: tuple[str, ...]) -> Html | None:
    if not commands:
        return None
    lines = Html("\n".join(element("code", line) for line in commands))
    return element("div", element("pre", lines, tabindex=0, aria_label="Commands"), _button(), class_="commands")


def _button(text: str = "") -> Html:
    """Copies a text, or the commands beside it; it is there for who has a script."""
    return element("button", "Copy", type="button", data_copy=text, hidden=True)


__all__ = ["section"]
