"""`--orb-source` and `--fetch-orbs`: the options of commands that read configs, and what they open.

Most configs need neither the lock file nor the cache, so both are looked for when an orb is asked for.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate import Source
from migrate.circleci.orbs import Missing, Wanted
from migrate.cli.candidates import files

if TYPE_CHECKING:
    from migrate.cli.orb_library import Library


@dataclass(slots=True, eq=False)
class Orbs:
    """The sources of orbs as the options name them; `root` is where the lock file is."""

    named: tuple[str, ...]
    fetching: bool
    root: Path = Path()
    _library: "Library | None" = None

    def at(self, root: Path) -> None:
        """Say where the repository is; what is wrong with the options is said now."""
        self.root = root
        if self.named:
            self._open()

    def source(self, wanted: Wanted) -> Source | Missing | None:
        """The source of an orb, or why there is none."""
        return self._open().source(wanted)

    def keep(self) -> None:
        """Write what was fetched."""
        if self._library:
            self._library.keep()

    def _open(self) -> "Library":
        from migrate.cli import orb_lock
        from migrate.cli.orb_cache import cache
        from migrate.cli.orb_library import Library
        from migrate.cli.orb_sources import orb_files

        if self._library is None:
            lock = orb_lock.read(self.root / orb_lock.LOCK)
            self._library = Library(orb_files(self.named), lock, cache(), fetching=self.fetching)
        return self._library


def orb_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command both options, as one argument `orbs`."""

    @click.option(
        "--orb-source",
        multiple=True,
        metavar="PATH",
        shell_complete=files,
        help="Sources of orbs: a directory or file named NAMESPACE__ORB@VERSION.yml, or ALIAS=FILE; repeatable.",
    )
    @click.option("--fetch-orbs", is_flag=True, help="Fetch unknown orbs; pin them in circle2bb.lock.")
    @functools.wraps(command)
    def with_orbs(*, orb_source: tuple[str, ...], fetch_orbs: bool, **given: object) -> None:
        command(orbs=Orbs(orb_source, fetch_orbs), **given)

    return with_orbs


__all__ = ["Orbs", "orb_options"]
