"""`circle2bb orbs fetch`: the sources of orbs into the cache, and what they are into the lock file."""

from pathlib import Path

import click

from migrate.circleci.orbs import LEGAL, Reference, is_url, parse
from migrate.cli import orb_lock
from migrate.cli.candidates import files, orbs
from migrate.cli.orb_cache import cache
from migrate.cli.orb_library import Library
from migrate.cli.orb_lock import LOCK
from migrate.cli.orb_sources import OrbFiles


@click.command()
@click.argument("references", nargs=-1, metavar="[REF]...", shell_complete=orbs)
@click.option(
    "--lock",
    default=LOCK,
    show_default=True,
    metavar="FILE",
    shell_complete=files,
    help="Where versions and digests are written.",
)
@click.option("--upgrade", is_flag=True, help="Ask again what is pinned: the newest version, and what it is by now.")
def fetch(references: tuple[str, ...], *, lock: str, upgrade: bool) -> None:
    """Fetch the source of each orb REF, such as circleci/node@5.1, and of the orbs that it imports.

    Without REF, everything that the lock file names. Sources go to CIRCLE2BB_CACHE, or to circle2bb/orbs below
    XDG_CACHE_HOME or ~/.cache. This asks CircleCI's public registry, or the one that CIRCLE2BB_ORB_REGISTRY names.
    """
    locked = orb_lock.read(Path(lock))
    wanted = [_reference(text) for text in references or sorted(locked.pins)]
    if not wanted:
        said = f"name an orb, such as circleci/node@5.1; {lock} names none"
        raise click.UsageError(said)
    library = Library(OrbFiles({}), locked, cache(), fetching=True, upgrading=upgrade)
    for reference in wanted:
        library.follow(reference)
    library.keep()
    for asked, pin in sorted((locked.pins | library.pins).items()):
        if asked in library.pins:
            click.echo(f"{asked}: {pin.version}, sha256 {pin.sha256[:12]}…, fetched")
        elif parse(asked) in wanted:
            click.echo(f"{asked}: {pin.version}, sha256 {pin.sha256[:12]}…, already here")


def _reference(text: str) -> Reference:
    found = parse(text)
    if found is None:
        why = "an orb at an address is no orb of the registry: save it, and use --orb-source ALIAS=FILE"
        said = f"'{text}' is no reference to an orb; {why if is_url(text) else f'write {LEGAL}'}"
        raise click.UsageError(said)
    return found


__all__ = ["fetch"]
