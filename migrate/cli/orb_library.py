"""Where the sources of orbs come from, in this order: files that were named, what is locked and cached, the registry.

What the registry gives is kept and pinned only when all of it has arrived.
"""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from migrate import Source
from migrate.circleci.orbs import Missing, Reference, Wanted, parse, references
from migrate.cli import orb_lock
from migrate.cli.exits import Refused
from migrate.cli.orb_cache import Cache, digest
from migrate.cli.orb_lock import LOCK, Lock, Pin
from migrate.cli.orb_sources import OrbFiles
from migrate.diagnostics import Notes
from migrate.yamlio.read import read


@dataclass(slots=True, eq=False)
class Library:
    """The orbs of one run; `fetching` says whether the registry may be asked, `upgrading` whether pins count."""

    files: OrbFiles
    lock: Lock
    cache: Cache
    fetching: bool = False
    upgrading: bool = False
    pins: dict[str, Pin] = field(default_factory=dict)
    fetched: dict[Reference, str] = field(default_factory=dict)

    def source(self, wanted: Wanted) -> Source | Missing | None:
        """The source of an orb, or why there is none: this is what the compiler asks for."""
        given = self.files.source(wanted)
        if isinstance(given, Source):
            return given
        reference = parse(wanted.reference)
        if reference is None:
            return given
        pin = self._pin(reference)
        text = self._cached(reference, pin) if pin else None
        if pin and text is not None:
            return Source(f"{reference.orb}@{pin.version}", text)
        if self.fetching:
            return self._published(reference, pin)
        why = f"{self.lock.path.name} pins it, and it is not in the cache" if pin else given.why if given else ""
        return Missing(why, self._command(reference))

    def follow(self, reference: Reference) -> None:
        """Get an orb, and the orbs that it imports."""
        waiting, seen = [str(reference)], set()
        while waiting:
            name = waiting.pop()
            source = self.source(Wanted(name)) if name not in seen and parse(name) else None
            seen.add(name)
            if isinstance(source, Missing):
                said = (
                    f"circle2bb: error: the orb {name} was not fetched: {source.why}; nothing was written. "
                    "Look at its name and version, or give its source to convert with --orb-source"
                )
                raise Refused(said)
            root = read(source.text, source.path, Notes()) if source else None
            waiting += references(root) if root else ()

    def keep(self) -> None:
        """Write what was fetched into the cache, and then what it is into the lock file."""
        for exact, text in self.fetched.items():
            self.cache.write(exact, text)
        orb_lock.update(self.lock.path, self.pins, self.cache)

    def _pin(self, reference: Reference) -> Pin | None:
        return self.pins.get(str(reference)) or (None if self.upgrading else self.lock.pin(reference))

    def _cached(self, reference: Reference, pin: Pin) -> str | None:
        """The source that a pin means; one with another digest is never used."""
        exact = Reference(reference.orb, pin.version)
        text = self.fetched.get(exact)
        if text is None:
            text = self.cache.read(exact)
        if text is None or digest(text) == pin.sha256:
            return text
        if self.fetching:
            return None
        said = (
            f"circle2bb: error: the cached source of {exact} is not the one that {self.lock.path.as_posix()} pins: "
            f"its SHA-256 is {digest(text)}, not {pin.sha256}; '{self._command(reference)}' fetches it again"
        )
        raise Refused(said)

    def _published(self, reference: Reference, pin: Pin | None) -> Source | Missing:
        """Ask the registry; for what is pinned only that very source will do."""
        from migrate.cli.registry import registry  # httpx takes longer to load than a conversion takes

        asked = Reference(reference.orb, pin.version) if pin else reference
        found = registry().published(asked)
        if found is None:
            return Missing("the registry has no such orb, or it is private", "-")
        sha256 = digest(found.text)
        if pin and sha256 != pin.sha256:
            said = (
                f"circle2bb: error: the registry's source of {asked} is not the one that {self.lock.path.as_posix()} "
                f"pins: its SHA-256 is {sha256}, not {pin.sha256}; if that is right, "
                f"'{self._command(reference, '--upgrade')}' pins the new one"
            )
            raise Refused(said)
        self.fetched[found.exact] = found.text
        self.pins[str(reference)] = Pin(found.exact.version, sha256)
        return Source(str(found.exact), found.text)

    def _command(self, reference: Reference, *options: str) -> str:
        """The command that fetches an orb, as it is typed in the current directory."""
        path = self.lock.path
        where = () if path == Path(LOCK) else ("--lock", path.as_posix())
        return shlex.join(("circle2bb", "orbs", "fetch", *options, *where, str(reference)))


__all__ = ["Library"]
