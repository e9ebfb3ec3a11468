"""A step as Bitbucket runs it, from what is written: one script, then another (reference bitbucket.md, section 3)."""

from pathlib import Path
from typing import Any, Protocol

from tests.running import record
from tests.running.circleci_job import cannot
from tests.running.event import Event
from tests.running.place import Done, Place, TooLongError

_CLONE = "opt/atlassian/pipelines/agent/build"
_PRINTED = "printf '%s' ''"
"""Before each item, the service prints it; here it prints nothing, but `$?` is 0 after it as it is there."""


PIPE = "pipe"
"""The program that stands for pipes: it is called with the values that the script's shell makes of the variables."""
_FILLER = 'echo "nothing to run"'
"""What stands in a script that must have an item; it is no command of the user's."""


class Bitbucket:
    """One step in its place."""

    def __init__(self, step: dict[str, Any], event: Event, place: Place, *, pipes: bool = False) -> None:
        """Prepare the step; nothing runs yet. A pipe is the call of a program if `pipes` are run at all."""
        self.written, self.place, self.pipes = step, place, pipes
        self.clone = place.root / _CLONE
        self.environment = event.bitbucket | {"BITBUCKET_CLONE_DIR": str(self.clone), "BUILD_DIR": str(self.clone)}
        self.printed: list[str] = []
        self.status = 0

    def run(self, kept: "Keeper | None" = None) -> None:
        """Clone, run the script, then the after-script, whose failure changes nothing."""
        self.clone.mkdir(parents=True)
        if self.written.get("clone", {}).get("enabled", True):
            self.place.check_out(self.clone)
        if kept:
            kept.lay_down(self)
        done = self._script(self.written["script"], {})
        self.status = done.status
        self.printed.append(done.printed)
        if after := self.written.get("after-script"):
            self.printed.append(self._script(after, {"BITBUCKET_EXIT_CODE": str(self.status)}).printed)
        if kept:
            kept.take_up(self)

    def _script(self, items: list[Any], more: dict[str, str]) -> Done:
        text = "\n".join(["set -e", *(line for item in items for line in (_PRINTED, self._command(item)))])
        try:
            return self.place.run(["bash"], self.place.here(text), self.clone, self.environment | more)
        except TooLongError:
            cannot("has a script that does not end")

    def _command(self, item: object) -> str:
        if item == _FILLER:
            return ":"
        if isinstance(item, dict) and self.pipes:
            values = (f'"{name}={value}"' for name, value in item.get("variables", {}).items())
            return " ".join([PIPE, item["pipe"], *values])
        if not isinstance(item, str):
            cannot("has a pipe")
        return item


class Keeper(Protocol):
    """What carries files from step to step."""

    def lay_down(self, side: Bitbucket) -> None:
        """Put files where the step expects them, before its script."""

    def take_up(self, side: Bitbucket) -> None:
        """Keep what the step leaves."""


def texts(step: dict[str, Any]) -> list[str]:
    """The commands of a step's two scripts."""
    return [item for key in ("script", "after-script") for item in step.get(key) or () if isinstance(item, str)]


def names(clone: Path, project: Path, checkout: Path) -> dict[Path, str]:
    """What the ways to the clone directory are called in a record: CircleCI may check out below its `project`.

    A link to the clone may stand where the job expects its working directory.
    """
    if checkout != project and checkout.is_relative_to(project):
        return {project: record.PROJECT, clone: f"{record.PROJECT}/{checkout.relative_to(project)}"}
    links = [path for path in (project, *project.parents) if path.is_symlink()]
    return dict.fromkeys((clone, *(link for link in links if link.readlink() == clone)), record.PROJECT)
