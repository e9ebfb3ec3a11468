"""Where the report's links lead, from the folder that it is written to."""

import os
from pathlib import Path

from migrate.cli.reading import CHOICES, STDIN, Project
from migrate.report.markup import Links


def links(given: Project, files: tuple[str, ...], folder: Path, pipelines: Path) -> Links:
    """The links of a report in `folder`; `files` are those of the repository that were read besides.

    They are made from the paths as the user gave them, never from where the command runs, so that the same
    command writes the same bytes everywhere; where that cannot be, they lead from the repository's root.
    """
    local = {given.config.path, *files} - {STDIN}
    if given.choices and (given.choices.path == CHOICES or not given.is_rooted):
        local.add(given.choices.path)
    base = given.root if given.is_rooted else Path(Path(given.config.path).anchor)
    return Links(frozenset(local), _way(folder, base), f"{_way(folder, pipelines.parent)}{pipelines.name}")


def _way(folder: Path, base: Path) -> str:
    """What comes before a path from `base` in a link from `folder`."""
    way = Path(os.path.relpath(base, folder)).as_posix()
    return "" if way == "." else f"{way}/"


__all__ = ["links"]
