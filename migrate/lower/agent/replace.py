"""A command without the calls of `circleci` that something else can stand in for."""

from collections.abc import Callable

from migrate.diagnostics import Trail
from migrate.lower.agent import subst, tests
from migrate.lower.draft import StepDraft
from migrate.shell import analyse
from migrate.shell.edit import with_texts
from migrate.shell.piped import Call, calls

_Room = Callable[[Call, StepDraft, Trail], tuple[int, int, str] | None]
_ROOMS: dict[tuple[str, ...], _Room] = {
    ("tests", "glob"): tests.glob,
    ("tests", "split"): tests.split,
    ("tests", "run"): tests.run,
    ("env", "subst"): subst.subst,
}
_PROGRAM = "circleci"


def replaced(text: str, step: StepDraft, trail: Trail) -> str:
    """The text with other commands for the calls; one for which there is none stays, and is told of elsewhere.

    The last is replaced first: a call that stands in an argument of another comes behind it.
    """
    left, asks = 0, False
    while len(found := calls(text, _PROGRAM)) > left:
        call = found[-1 - left]
        room = _ROOMS.get(call.words[1:3])
        change = None if room is None or call.assigned else room(call, step, trail)
        new = with_texts(text, [change]) if change else text
        if change is None or not analyse(new).valid:
            left += 1
            continue
        asks = asks or (room is subst.subst and call.swallowed)
        text = new
    return f"{subst.ASKED}\n{text}" if asks else text
